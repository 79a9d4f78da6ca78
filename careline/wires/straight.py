"""A file that goes from its sender straight to the store, and is looked at there before it is one."""

import contextlib
from collections.abc import Awaitable, Callable

from careline.core.actor import Actor
from careline.core.errors import Refused, Unavailable
from careline.features.attachments import rules
from careline.features.attachments.actions import may_upload
from careline.features.attachments.rows import Attachment, Promised
from careline.features.attachments.straight import access_upload, begin_upload, complete_upload, end_upload
from careline.store.blobs import Door
from careline.wires.server import Server


async def begin(
    server: Server, actor: Actor, file: Promised, conversation_id: str | None
) -> tuple[Attachment, Door] | None:
    """The upload and where to send it, or None where files are to be sent to this server as a form."""
    allowed = await server.database.read(may_upload, actor, conversation_id, file.size)
    rules.promised(file, allowed)
    if not server.files.elsewhere:
        return None
    server.gate.take_as("upload", actor)
    begun = await server.database.write(begin_upload, actor, file, conversation_id)
    door = server.files.intake.door(begun)
    return None if door is None else (begun, door)


async def complete(
    server: Server, actor: Actor, attachment_id: str, again: Callable[[], Awaitable[object]]
) -> Attachment:
    """Take in what has arrived: checked, scanned and looked at like every upload. Again gives the same attachment.

    A file that cannot be taken ends its upload, and nothing is left of it.
    """
    begun = await server.database.read(access_upload, actor, attachment_id)
    if begun.state != "arriving":
        return begun
    intake = server.files.intake
    allowed = await server.database.read(may_upload, actor, begun.conversation_id)
    with server.files.uploading(actor.workspace_id, actor.person):
        try:
            async with intake.take_in(begun, allowed) as stored:
                await again()
                taken = await server.database.write(complete_upload, actor, attachment_id, stored)
        except Refused as refused:
            if rules.ends_upload(refused):
                await server.database.write(end_upload, actor, attachment_id)
                await _clear(server, attachment_id)
            raise
    await _clear(server, attachment_id)
    return taken


async def _clear(server: Server, attachment_id: str) -> None:
    """At once where that can be; the job at the upload's end does it anyway."""
    with contextlib.suppress(Unavailable):
        await server.files.intake.clear_arrival(attachment_id)
