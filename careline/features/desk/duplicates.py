"""Two records of one person become one: what that moves, ends and says."""

from itertools import groupby

import msgspec

from careline.core.actor import Actor
from careline.features.conversations.actions import people_in
from careline.features.conversations.events import ParticipantJoined, ParticipantLeft
from careline.features.conversations.rows import Conversation
from careline.features.desk import rules as desk_rules
from careline.features.people import rules
from careline.features.people.actions import access_contact, block_contact, store_contact
from careline.features.people.events import ContactMerged
from careline.features.people.rows import Contact
from careline.features.reactions.actions import hand_over_reactions
from careline.features.receipts.rows import Mark, Reader
from careline.features.tokens.actions import revoke_tokens_of
from careline.store.database import Tx

# Statements that make what is one contact's another's. A feature with a table of its own adds its line, or says in
# docs/decisions/0037-what-a-merge-rewrites.md why what names a contact there stays.
HANDS_OVER = (
    "hand_over_conversations",
    "hand_over_started",
    "hand_over_messages",
    "hand_over_changes",
    "hand_over_attachments",
    "drop_double_flags",
    "hand_over_flags",
    "hand_over_marks",
    "hand_over_readers",
    "hand_over_tokens",
    "leave_all_conversations",
)


class Merged(msgspec.Struct, frozen=True):
    """The survivor, how many conversations came to them, and which of those had been the one thread of whoever is gone
    where the survivor has one too: they stay `apart`, readable and answerable, beside it.
    """

    contact: Contact
    moved_count: int
    apart: tuple[str, ...]


async def merge_contacts(tx: Tx, actor: Actor, contact_id: str, into: str) -> Merged:
    """Make one contact of two, never silently: an administrator says that they are the same, and the log keeps it.

    What let the one in who is gone is revoked, because only the other's credentials are vouched for by this. Their
    conversations and messages become the survivor's, who also takes over the details that they lacked.
    """
    rules.may_merge_contacts(actor)
    gone, survivor = await access_contact(tx, actor, contact_id), await access_contact(tx, actor, into)
    rules.may_become(gone, survivor)
    after = rules.merged(gone, survivor, tx.now)
    await revoke_tokens_of(tx, actor, contact_id)
    moved = await tx.all(
        Conversation, "all_conversations_of_contact", workspace_id=actor.workspace_id, contact_id=contact_id
    )
    apart = [c.id for c in moved if not await _takes_thread(tx, c, gone, survivor)]
    before = {c.id: await people_in(tx, c.id) for c in moved}
    ids = [c.id for c in moved]
    whose = {"workspace_id": actor.workspace_id, "contact_id": contact_id, "into": into, "conversation_ids": ids}
    await hand_over_reactions(tx, ids, contact_id, into)
    await _join_marks(tx, ids, gone, survivor)
    for statement in HANDS_OVER:
        await tx.run(statement, now=tx.now, **whose)
    await tx.run("delete_contact", workspace_id=actor.workspace_id, id=contact_id)
    for conversation in moved:
        _tell(tx, actor, conversation, gone, after, before[conversation.id])
    if after.blocked_at != survivor.blocked_at:
        await block_contact(tx, actor, into)
    if msgspec.structs.replace(after, updated_at=0, blocked_at=None) != msgspec.structs.replace(
        survivor, updated_at=0, blocked_at=None
    ):
        await store_contact(tx, actor, after)
    tx.emit(ContactMerged(contact_id=contact_id, into=into, apart=tuple(apart)), actor, about=after)
    return Merged(after, len(moved), tuple(apart))


async def _takes_thread(tx: Tx, conversation: Conversation, gone: Contact, survivor: Contact) -> bool:
    """Let the conversation be the survivor's one thread (with that staff member), unless they have one already."""
    if conversation.thread is None or conversation.thread.split("/", 1)[0] != gone.id:
        return True
    thread = survivor.id + conversation.thread.removeprefix(gone.id)
    asked = {"workspace_id": conversation.workspace_id, "thread": thread}
    taken = await tx.one(Conversation, "conversation_by_thread", **asked)
    asked["thread"] = None if taken else thread  # type: ignore[assignment]
    await tx.run("set_thread", id=conversation.id, **asked)
    return taken is None


async def _join_marks(tx: Tx, conversation_ids: list[str], gone: Contact, survivor: Contact) -> None:
    """Where both have read or received, what they have is one reader's: ranges of one reader do not overlap."""
    both = {gone.id, survivor.id}
    readers = await tx.all(Reader, "readers_of", conversation_ids=conversation_ids)
    theirs = sorted(
        (r for r in readers if r.reader_kind == "contact" and r.reader_id in both),
        key=lambda r: (r.conversation_id, r.kind),
    )
    for (conversation_id, kind), each in groupby(theirs, key=lambda r: (r.conversation_id, r.kind)):
        pair = list(each)
        if len(pair) < 2:
            continue
        where = {"conversation_id": conversation_id, "kind": kind, "contact_ids": sorted(both)}
        marks = desk_rules.joined(await tx.all(Mark, "marks_of_contacts", **where), survivor.id)
        for statement in ("delete_marks_of_contacts", "delete_readers_of_contacts"):
            await tx.run(statement, **where)
        rows = [msgspec.structs.asdict(mark) for mark in marks]
        await tx.many("insert_mark", [{k: v for k, v in row.items() if k != "reader_name"} for row in rows])
        latest = max(pair, key=lambda r: r.at)
        reader = {**msgspec.structs.asdict(latest), "reader_id": survivor.id, "up_to": max(r.up_to for r in pair)}
        await tx.run("move_reader", reader_name=survivor.name or "", **reader)


def _tell(
    tx: Tx, actor: Actor, conversation: Conversation, gone: Contact, survivor: Contact, people: tuple[str, ...]
) -> None:
    """Who listens learns of it as of anybody who comes and goes."""
    came, went = f"contact:{survivor.id}", f"contact:{gone.id}"
    where = {"conversation_id": conversation.id, "kind": "contact"}
    if came not in people:
        joined = ParticipantJoined(person_id=survivor.id, name=survivor.name or "", **where)
        tx.emit(joined, actor, about=conversation, people=(*people, came))
    left = ParticipantLeft(person_id=gone.id, **where)
    tx.emit(left, actor, about=conversation, people=(*(p for p in people if p != went), came))
