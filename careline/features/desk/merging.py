"""Making one conversation of two."""

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Conflict, Invalid
from careline.features.conversations.actions import access, people_in, store
from careline.features.conversations.changes import note_changes
from careline.features.conversations.events import ConversationMerged
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import ACTIVE
from careline.features.desk import rules
from careline.features.desk.actions import put_on
from careline.features.desk.removal import end
from careline.features.desk.rows import Kept, Said
from careline.features.receipts.rows import Mark
from careline.store.database import Tx

MOST = 20_000
# Statements that move along what belongs to a conversation. A feature with a table of its own adds its line.
MOVES = ("unname_doubles", "move_attachments", "move_flags", "move_messages", "move_changes", "copy_participants")


async def merge_conversations(tx: Tx, actor: Actor, source_id: str, target_id: str) -> Conversation:
    """Put all that was said in one conversation into another of the same contacts; the first is gone.

    Messages keep their ids, times and order. Who had read what has read it there too, and nothing else.
    """
    rules.may_sort(actor)
    source, target = await access(tx, actor, source_id), await access(tx, actor, target_id)
    if source.id == target.id:
        raise Invalid("into", "Another conversation than itself.")
    people = await people_in(tx, source.id), await people_in(tx, target.id)
    rules.may_merge(*people)
    both = {source.id: source, target.id: target}
    said = sorted(await tx.all(Said, "said_in", ids=list(both), most=MOST + 1), key=lambda m: m.seq)
    marks = await tx.all(Mark, "marks_in", ids=list(both), most=2 * MOST + 1)
    if len(said) > MOST or len(marks) > 2 * MOST:
        raise Conflict(f"Conversations of more than {MOST} messages together are not merged.")
    kept = await tx.all(Kept, "kept_readers", ids=list(both))
    marks = await _rewrite_marks(tx, both, target, said, marks, kept)
    counts = _counts(both, said, marks)
    for statement in MOVES:
        await tx.run(statement, source_id=source.id, target_id=target.id)
    await end(tx, source)
    after = await _take_in(tx, source, target, counts)
    everybody = tuple(dict.fromkeys((*people[1], *people[0])))
    seq = tx.emit(
        ConversationMerged(conversation_id=after.id, merged_id=source.id), actor, about=after, people=everybody
    )
    note_changes(tx, actor, seq, target, after)
    return after


async def _rewrite_marks(
    tx: Tx, both: dict[str, Conversation], target: Conversation, said: list[Said], marks: list[Mark], kept: list[Kept]
) -> list[Mark]:
    """Marks are ranges, and the messages of two conversations lie between each other: each range becomes several."""
    every = [message.seq for message in said]
    seqs = {id_: [m.seq for m in said if m.conversation_id == id_] for id_ in both}
    place = {seq: n for n, seq in enumerate(every)}
    split = sorted(rules.split(marks, seqs, place, target.id), key=lambda mark: mark.at)
    readers = rules.readers(kept, split, every, target.id)
    for statement in ("delete_marks_in", "delete_readers_in"):
        await tx.run(statement, ids=list(both))
    if split:
        rows = [msgspec.structs.asdict(mark) for mark in split]
        await tx.many("insert_mark", [{k: v for k, v in row.items() if k != "reader_name"} for row in rows])
    if readers:
        await tx.many("move_reader", [msgspec.structs.asdict(reader) for reader in readers])
    return split


def _counts(both: dict[str, Conversation], said: list[Said], marks: list[Mark]) -> dict[str, int]:
    staff = rules.unread("staff", said, marks, {id_: c.staff_read_seq for id_, c in both.items()})
    contact = rules.unread("contact", said, marks, {id_: c.contact_read_seq for id_, c in both.items()})
    return {
        "message_count": sum(c.message_count for c in both.values()),
        "last_seq": max(c.last_seq for c in both.values()),
        "activity_seq": max(c.activity_seq for c in both.values()),
        "created_at": min(c.created_at for c in both.values()),
        "staff_unread": staff[0],
        "staff_read_seq": staff[1],
        "contact_unread": contact[0],
        "contact_read_seq": contact[1],
    }


async def _take_in(tx: Tx, source: Conversation, target: Conversation, counts: dict[str, int]) -> Conversation:
    """What is open stays open, and what was the contact's only thread stays found."""
    labels = [msgspec.json.decode(c.labels, type=list[str]) for c in (target, source)]
    together = list(dict.fromkeys([*labels[0], *labels[1]]))[: rules.LABELS_EACH]
    wakes = source.status in ACTIVE and target.status not in ACTIVE
    after = msgspec.structs.replace(
        target,
        **counts,
        thread=target.thread or source.thread,
        status=source.status if wakes else target.status,
        closed_at=None if wakes else target.closed_at,
        labels=msgspec.json.encode(sorted(together)).decode(),
        marked_unread_at=target.marked_unread_at or source.marked_unread_at,
        updated_at=tx.now,
    )
    await put_on(tx, after, [id_ for id_ in together if id_ not in labels[0]])
    await store(tx, after)
    await tx.run("take_in", workspace_id=after.workspace_id, id=after.id, thread=after.thread, **counts)
    return after
