"""Sending on this wire: a file that cannot be sent is a wrong field of the message, not a missing conversation."""

from collections.abc import Awaitable

from careline.core.errors import NotFound
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
    # Which of the two was not there is asked only now that something was not.
    await server.database.read(access, sending.actor, sending.conversation_id)
    raise not_yours()
