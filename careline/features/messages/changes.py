"""What becomes of a message after it was sent: edited, pinned, taken back; what it said before is kept for staff."""

import msgspec

from careline.core import text
from careline.core.actor import Actor
from careline.features.attachments.actions import drop_attachments
from careline.features.conversations.actions import access, people_in
from careline.features.messages import rules
from careline.features.messages.actions import access_message, access_messages
from careline.features.messages.events import (
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageRewritten,
    MessageUnpinned,
)
from careline.features.messages.rows import Edit, Message
from careline.features.people.actions import refuse_blocked
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx

MOST_EDITS = 100


async def edit_message(tx: Tx, actor: Actor, message_id: str, body: str) -> Message:
    """Say it differently: the author, within the workspace's edit window."""
    before = await access_message(tx, actor, message_id)
    await refuse_blocked(tx, actor)
    rules.may_edit(actor, before, (await workspace_of(tx, actor)).edit_window_ms, tx.now)
    after = msgspec.structs.replace(before, body=text.body(body), edited_at=tx.now)
    await tx.run(
        "insert_edit",
        message_id=before.id,
        seq=tx.next_seq,
        workspace_id=actor.workspace_id,
        body=before.body,
        said_at=before.edited_at or before.created_at,
    )
    await tx.run("edit_message", conversation_id=after.conversation_id, seq=after.seq, body=after.body, now=tx.now)
    _tell(tx, actor, MessageEdited, after, await people_in(tx, after.conversation_id))
    return after


def _tell(tx: Tx, actor: Actor, event: type[MessageRewritten], after: Message, people: tuple[str, ...]) -> None:
    told = event(conversation_id=after.conversation_id, message_id=after.id, kind=after.kind)
    tx.emit(told, actor, about=after, people=people)


async def list_edits(tx: Tx, actor: Actor, message_id: str) -> list[Edit]:
    """What a message said before it was edited, the latest first, at most a hundred."""
    rules.may_see_edits(actor)
    message = await access_message(tx, actor, message_id)
    return await tx.all(Edit, "edits_of", message_id=message.id, most=MOST_EDITS)


async def delete_message(tx: Tx, actor: Actor, message_id: str) -> Message:
    """Take it back: its place stays, its text is gone for everybody. Again changes nothing."""
    before = await access_message(tx, actor, message_id)
    rules.may_delete(actor, before)
    return (await _take_back(tx, actor, [before]))[0]


async def delete_messages(tx: Tx, actor: Actor, message_ids: tuple[str, ...]) -> list[Message]:
    """Take many back at once, the oldest first, all of them or, if one is not there, none."""
    rules.may_delete_many(actor, message_ids)
    return await _take_back(tx, actor, await access_messages(tx, actor, message_ids))


async def _take_back(tx: Tx, actor: Actor, messages: list[Message]) -> list[Message]:
    """Nothing of what they said, also before an edit, and of what people made of it stays."""
    standing = [message for message in messages if message.deleted_at is None]
    if not standing:
        return messages
    if with_files := [message.id for message in standing if message.attachments is not None]:
        await drop_attachments(tx, actor, with_files)
    places = [{"conversation_id": m.conversation_id, "seq": m.seq, "now": tx.now} for m in standing]
    await tx.many("delete_message", places)
    await tx.run("delete_edits", message_ids=[message.id for message in standing])
    gone = {message.id: _tombstone(message, tx.now) for message in standing}
    people = {id_: await people_in(tx, id_) for id_ in sorted({message.conversation_id for message in standing})}
    for after in gone.values():
        _tell(tx, actor, MessageDeleted, after, people[after.conversation_id])
    return [gone.get(message.id, message) for message in messages]


def _tombstone(message: Message, now: int) -> Message:
    nothing = {"attachments": None, "reactions": None, "pinned_at": None, "mentions": None}
    return msgspec.structs.replace(message, body="", metadata="{}", deleted_at=now, **nothing)


async def pin_message(tx: Tx, actor: Actor, message_id: str) -> Message:
    """Keep it at hand for everybody who sees it. Again changes nothing."""
    before = await access_message(tx, actor, message_id)
    await refuse_blocked(tx, actor)
    rules.still_there(before)
    if before.pinned_at is not None:
        return before
    rules.has_room_to_pin(len(await _pinned(tx, before.conversation_id, notes=True)))
    return await _pin(tx, actor, before, tx.now)


async def unpin_message(tx: Tx, actor: Actor, message_id: str) -> Message:
    """Keep it at hand no longer. Again changes nothing."""
    before = await access_message(tx, actor, message_id)
    return before if before.pinned_at is None else await _pin(tx, actor, before, None)


async def _pin(tx: Tx, actor: Actor, before: Message, at: int | None) -> Message:
    after = msgspec.structs.replace(before, pinned_at=at)
    await tx.run("pin_message", conversation_id=after.conversation_id, seq=after.seq, pinned_at=at)
    event = MessageUnpinned if at is None else MessagePinned
    _tell(tx, actor, event, after, await people_in(tx, after.conversation_id))
    return after


async def list_pinned(tx: Tx, actor: Actor, conversation_id: str) -> list[Message]:
    """The pinned messages of a conversation, the newest message first."""
    await access(tx, actor, conversation_id)
    return await _pinned(tx, conversation_id, notes=actor.kind != "contact")


async def _pinned(tx: Tx, conversation_id: str, *, notes: bool) -> list[Message]:
    return await tx.all(
        Message, "pinned_messages", conversation_id=conversation_id, notes=int(notes), most=rules.PINNED
    )
