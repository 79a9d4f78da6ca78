"""What becomes of a message's files after it was sent: scanned, or kept no longer. The message stays and says so."""

import msgspec

from careline.core.actor import Actor, system
from careline.features.attachments.actions import restated, unscanned
from careline.features.attachments.events import AttachmentsRemoved
from careline.features.attachments.intake import Intake
from careline.features.attachments.rows import Attachment, State
from careline.features.conversations.actions import people_in
from careline.features.messages.events import AttachmentsUpdated
from careline.features.messages.rows import Message
from careline.store.database import Database, Tx

AT_ONCE = 100


async def settle_scan(tx: Tx, actor: Actor, attachment_id: str, *, clean: bool) -> None:
    """The scanner has said what it thinks of the file. Again changes nothing."""
    found = await tx.one(Attachment, "attachments_by_id", ids=[attachment_id], workspace_id=actor.workspace_id)
    if found is None or found.deleted_at is not None or found.state not in ("pending", "unscanned"):
        return
    await _restate(tx, actor, [found], "ready" if clean else "infected")


async def scan_again(intake: Intake, database: Database) -> None:
    """Have what the scanner could not look at looked at now; as long as it does not answer, nothing changes."""
    for attachment in await database.read(unscanned, system(), AT_ONCE):
        file = await intake.blobs.open(attachment.storage_key or "", attachment.sha256 or "")
        with file:
            verdict = await intake.scanner.scan(file)
        if verdict is None:
            return
        boss = system(attachment.workspace_id)
        await database.write(settle_scan, boss, attachment.id, clean=verdict == "clean")


async def expire_attachments(tx: Tx, actor: Actor, before: int, *, strangers: bool = False, most: int = AT_ONCE) -> int:
    """Give up the files that were sent before a time, with `strangers` only those in conversations with anonymous
    contacts, from either side.

    At most so many at once, oldest first; how many it were. Fewer than `most`: that was all.
    """
    old = await tx.all(
        Attachment,
        "old_attachments",
        workspace_id=actor.workspace_id,
        before=before,
        strangers=int(strangers),
        most=most,
    )
    if old:
        await _restate(tx, actor, old, "expired")
        tx.emit(AttachmentsRemoved(attachment_ids=tuple(a.id for a in old)), actor)
    return len(old)


async def _restate(tx: Tx, actor: Actor, attachments: list[Attachment], state: State) -> None:
    """Write their state, and tell the readers of each message that has one of them."""
    now = {a.id: msgspec.structs.replace(a, state=state, **_left(state)) for a in attachments}
    await tx.many("set_attachment_state", [{"id": id_, "state": state} for id_ in now])
    message_ids = sorted({a.message_id for a in attachments if a.message_id is not None})
    found = await tx.all(Message, "messages_by_id", ids=message_ids, workspace_id=actor.workspace_id)
    for before in sorted(found, key=lambda message: message.seq):
        after = msgspec.structs.replace(before, attachments=restated(before.attachments, now))
        await tx.run(
            "restate_attachments",
            conversation_id=after.conversation_id,
            seq=after.seq,
            attachments=after.attachments,
        )
        tx.emit(
            AttachmentsUpdated(conversation_id=after.conversation_id, message_id=after.id, kind=after.kind),
            actor,
            about=after,
            people=await people_in(tx, after.conversation_id),
        )


def _left(state: State) -> dict[str, None]:
    return {"thumbnail": None} if state in ("expired", "infected") else {}
