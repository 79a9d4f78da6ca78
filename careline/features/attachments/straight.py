"""Uploads that go straight to the store: promised first, and files only when all of them was looked at."""

import msgspec

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.attachments import rules
from careline.features.attachments.actions import (
    access_attachment,
    insert,
    may_upload,
    remove,
    tell_uploaded,
    unsent_ms,
)
from careline.features.attachments.events import UploadBegun
from careline.features.attachments.rows import Attachment, Promised, Stored
from careline.store.database import Tx


async def begin_upload(tx: Tx, actor: Actor, file: Promised, conversation_id: str | None = None) -> Attachment:
    """A place for a file that is going to arrive. It counts as uploaded already, and cannot be sent before it is."""
    allowed = await may_upload(tx, actor, conversation_id, file.size)
    type_ = rules.promised(file, allowed)
    begun = await insert(
        tx,
        actor,
        conversation_id,
        name=rules.clean_name(file.name, type_),
        type=type_.media,
        size=file.size,
        sha256=file.sha256,
        state="arriving",
    )
    tx.emit(UploadBegun(attachment_id=begun.id, expires_at=tx.now + unsent_ms(tx)), actor)
    return begun


async def access_upload(tx: Tx, actor: Actor, attachment_id: str) -> Attachment:
    """One's own upload, arriving, arrived or sent already. `NotFound` for anybody else's."""
    found = await access_attachment(tx, actor, attachment_id)
    if not rules.is_owner(actor, found):
        raise NotFound("There is no such attachment.")
    return found


async def complete_upload(tx: Tx, actor: Actor, attachment_id: str, stored: Stored) -> Attachment:
    """The file has arrived and was looked at: it is what was stored of it from now on."""
    begun = await access_upload(tx, actor, attachment_id)
    rules.may_complete(begun)
    kept = msgspec.structs.asdict(stored)
    await tx.run("complete_attachment", id=begun.id, workspace_id=actor.workspace_id, now=tx.now, **kept)
    after = msgspec.structs.replace(begun, created_at=tx.now, **kept)
    tell_uploaded(tx, actor, after)
    return after


async def end_upload(tx: Tx, actor: Actor, attachment_id: str) -> None:
    """What was promised is not taken, or did not come. One that is complete, or gone, stays as it is."""
    found = await tx.one(Attachment, "attachments_by_id", ids=[attachment_id], workspace_id=actor.workspace_id)
    if found is not None and found.state == "arriving" and found.deleted_at is None:
        await remove(tx, actor, [found])
