"""Sending on this wire: a file may be named again, and one that cannot be sent is a wrong field of the message."""

from collections.abc import Awaitable

from msgspec import structs

from careline.core.errors import NotFound
from careline.features.attachments.actions import upload_again
from careline.features.conversations.actions import access
from careline.features.messages.rows import Sending, Sent
from careline.wires.careplus.files import not_yours
from careline.wires.server import Server


def send(server: Server, sending: Sending) -> Awaitable[Sent]:
    """Send it with the others that wait: it takes its place among them at once, whenever the answer is awaited."""
    return _answered(server, sending, server.send(sending))


async def _answered(server: Server, sending: Sending, sent: Awaitable[Sent]) -> Sent:
    try:
        return await sent
    except NotFound:
        if not sending.attachment_ids:
            raise
    # Only now is it worth asking: the conversation may not be there, or the file was sent before, or is not theirs.
    await server.database.read(access, sending.actor, sending.conversation_id)
    try:
        again = [
            await server.database.write(upload_again, sending.actor, id_, sending.conversation_id)
            for id_ in sending.attachment_ids
        ]
    except NotFound:
        raise not_yours() from None
    return await server.send(structs.replace(sending, attachment_ids=tuple(file.id for file in again)))
