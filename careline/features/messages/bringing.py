"""A message that brings its files along: all of it is stored, or nothing."""

from collections.abc import Sequence

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Refused
from careline.features.attachments.actions import add_attachment
from careline.features.attachments.rows import Stored
from careline.features.messages.rows import Message, Sending
from careline.features.messages.sending import send_messages
from careline.store.database import Tx


async def send_with_files(tx: Tx, actor: Actor, sending: Sending, files: Sequence[Stored]) -> Message:
    """Send the actor's message with these files, whose bytes are safe already. Refused is all of it or nothing."""
    added = [await add_attachment(tx, actor, stored, sending.conversation_id) for stored in files]
    sending = msgspec.structs.replace(sending, attachment_ids=tuple(attachment.id for attachment in added))
    (sent,) = await send_messages(tx, actor, [sending])
    if isinstance(sent, Refused):
        raise sent
    return sent.message
