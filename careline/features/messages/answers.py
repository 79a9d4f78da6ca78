"""What follows from a message elsewhere: the replies to it, and its being told again in another conversation."""

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import Refused
from careline.core.page import Page
from careline.features.attachments.actions import copy_attachments
from careline.features.messages import rules
from careline.features.messages.actions import access_message
from careline.features.messages.rows import Message, Sending, Sent
from careline.features.messages.sending import send_messages
from careline.store.database import Tx


async def list_replies(tx: Tx, actor: Actor, message_id: str, *, after: int = 0, limit: int = 50) -> Page[Message]:
    """A page of the messages that reply to one, oldest first."""
    message = await access_message(tx, actor, message_id)
    found = await tx.all(
        Message,
        "replies_to",
        conversation_id=message.conversation_id,
        message_id=message.id,
        after=after,
        notes=int(actor.kind != "contact"),
        most=limit + 1,
    )
    items = found[:limit]
    return Page(items, None, items[-1].seq if len(found) > limit else None)


async def forward_message(
    tx: Tx, actor: Actor, message_id: str, conversation_id: str, client_id: str | None = None
) -> Sent:
    """Say in another conversation what was said in one, in one's own name and marked; a note stays a note."""
    source = await access_message(tx, actor, message_id)
    rules.may_forward(source)
    sending = Sending(
        actor,
        conversation_id,
        source.body,
        source.kind,
        client_id,
        metadata=source.metadata if source.kind == "file" else "{}",
        forwarded_from=source.id,
        id=ids.new_id(),
        asked=tx.context,
    )
    if source.attachments is not None and not await _said(tx, sending):
        attachments = await copy_attachments(tx, actor, source.id, sending)
        sending = msgspec.structs.replace(sending, attachments=attachments)
    (sent,) = await send_messages(tx, actor, [sending])
    if isinstance(sent, Refused):
        raise sent
    return sent


async def _said(tx: Tx, sending: Sending) -> bool:
    """Whether this is a retry: what it would bring along is there already."""
    if sending.client_id is None:
        return False
    place = {"conversation_ids": [sending.conversation_id], "client_ids": [sending.client_id]}
    named = [(sending.conversation_id, sending.client_id)]
    found = await tx.all(Message, "messages_by_client_id", named=named, **place)
    return any(rules.is_author(sending.actor, message) for message in found)
