"""Marking messages as delivered and read, for many at once, and asking who has."""

from collections.abc import Sequence

import msgspec

from careline.core.actor import Actor
from careline.core.errors import NotFound, Refused
from careline.features.conversations.events import ConversationTriaged
from careline.features.conversations.rows import Conversation
from careline.features.conversations.threads import Thread, load_threads, store_reading
from careline.features.messages.actions import access_message
from careline.features.messages.rows import Message
from careline.features.receipts import rules
from careline.features.receipts.events import MessageDelivered, MessageRead
from careline.features.receipts.rows import Mark, Marking, MarkKind, Reader
from careline.store.database import Tx

Place = tuple[str, MarkKind, str, str]


async def mark_messages(tx: Tx, actor: Actor, markings: list[Marking]) -> Sequence[int | Refused]:
    """Make many marks in the actor's workspace, in the order given; the answer is what is left unread on that side.

    What is marked already stays as it was, so asking again changes nothing and says nothing.
    """
    threads = await load_threads(tx, actor, {marking.conversation_id for marking in markings})
    readers: dict[Place, int] = {
        (r.conversation_id, r.kind, r.reader_kind, r.reader_id): r.up_to
        for r in await tx.all(Reader, "readers_of", conversation_ids=list(threads))
    }
    markings, messages = await _which(tx, actor, markings)
    results: list[int | Refused] = []
    for marking in markings:
        try:
            rules.which(marking)
            thread = threads.get(marking.conversation_id)
            if thread is None or not thread.sees(marking.actor):
                raise NotFound("There is no such conversation.")
            await _mark(tx, thread, marking, readers, messages)
            results.append(_unread(thread, marking.actor.kind))
        except Refused as refused:
            results.append(refused)
    return results


async def _which(tx: Tx, actor: Actor, markings: list[Marking]) -> tuple[list[Marking], dict[str, Message]]:
    """The messages the markings speak of, by id; who marks everything marks up to the newest message there is now."""
    markings = [m if m.reached is None else await _reached(tx, m) for m in markings]
    everything = list({m.conversation_id for m in markings if m.up_to is None and m.message_ids is None})
    workspace_id = actor.workspace_id
    newest: list[Message] = []
    if everything:
        newest = await tx.all(Message, "messages_at", workspace_id=workspace_id, conversation_ids=everything)
    last = {message.conversation_id: message.id for message in newest}
    markings = [
        m if m.message_ids is not None else msgspec.structs.replace(m, up_to=m.up_to or last.get(m.conversation_id))
        for m in markings
    ]
    named = {id_ for m in markings for id_ in (m.message_ids or [m.up_to]) if id_} - set(last.values())
    if named:
        newest += await tx.all(Message, "messages_by_id", ids=list(named), workspace_id=workspace_id)
    return markings, {message.id: message for message in newest}


async def _reached(tx: Tx, marking: Marking) -> Marking:
    """The same, up to a message or of none."""
    asked = {"conversation_id": marking.conversation_id, "before": (marking.reached or 0) + 1}
    message = await tx.one(Message, "public_message_before", **asked)
    return msgspec.structs.replace(marking, up_to=message and message.id, message_ids=None if message else ())


def _unread(thread: Thread, side: str) -> int:
    """What is shown to the side as unread."""
    if side == "contact":
        return thread.contact_unread
    return thread.staff_unread + (thread.marked_unread_at is not None)


async def _mark(
    tx: Tx, thread: Thread, marking: Marking, readers: dict[Place, int], messages: dict[str, Message]
) -> None:
    reader = marking.actor
    if marking.reached is not None and not _unread(thread, reader.kind):
        return  # every frame of a chat would make a mark, and whoever has read it has it
    place: Place = (thread.id, marking.kind, reader.kind, reader.id)
    before = readers.get(place, 0)
    if marking.message_ids is not None:
        seqs = sorted(_seq(thread, messages, id_, reader.kind) for id_ in marking.message_ids)
        ranges = [(seq, seq) for seq in seqs if seq > before]
        after = before
    else:
        after = max(before, _seq(thread, messages, marking.up_to, reader.kind) if marking.up_to else 0)
        ranges = [(before + 1, after)] if after > before else []
    wished = marking.kind == "read" and reader.kind == "staff" and thread.marked_unread_at is not None
    if wished:
        thread.marked_unread_at = None
    if not ranges:
        if wished:
            await _unmark(tx, thread, marking)
        return
    readers[place] = after
    await _store(tx, reader, thread, marking.kind, ranges, after)
    if marking.kind == "read" and reader.kind in rules.OTHER:
        await _recount(tx, thread, reader.kind, after)
    _tell(tx, thread, await _without_notes(tx, marking, messages))


async def _without_notes(tx: Tx, marking: Marking, messages: dict[str, Message]) -> Marking:
    """As both sides are told of it: contacts must not learn that there is a note, not even by its id.

    Up to a note is up to the newest public message before it; where there is none, only the staff are told.
    """
    if marking.message_ids is not None:
        public = tuple(id_ for id_ in marking.message_ids if messages[id_].kind != "note")
        return msgspec.structs.replace(marking, message_ids=public)
    note = messages.get(marking.up_to or "")
    if note is None or note.kind != "note":
        return marking
    asked = {"conversation_id": note.conversation_id, "before": note.seq}
    message = await tx.one(Message, "public_message_before", **asked)
    return msgspec.structs.replace(marking, up_to=message and message.id, message_ids=None if message else ())


async def _unmark(tx: Tx, thread: Thread, marking: Marking) -> None:
    """Staff read again what they had marked as unread: nobody else is told, for all of it was read before."""
    await store_reading(tx, thread)
    (now,) = await tx.all(Conversation, "conversations_by_id", ids=[thread.id], workspace_id=thread.workspace_id)
    done = ConversationTriaged(conversation_id=thread.id, changed=("unread_count",))
    tx.emit(done, marking.actor, about=now, people=thread.people, origin=marking.origin)


def _seq(thread: Thread, messages: dict[str, Message], message_id: str, side: str) -> int:
    message = messages.get(message_id)
    hidden = message is not None and message.kind == "note" and side == "contact"
    if message is None or hidden or message.conversation_id != thread.id:
        raise NotFound("There is no such message in this conversation.")
    return message.seq


async def _store(
    tx: Tx, reader: Actor, thread: Thread, kind: MarkKind, ranges: list[tuple[int, int]], up_to: int
) -> None:
    who = {"conversation_id": thread.id, "kind": kind, "reader_kind": reader.kind, "reader_id": reader.id}
    await tx.many("insert_mark", [{**who, "from_seq": a, "to_seq": b, "at": tx.now} for a, b in ranges])
    await tx.run("move_reader", **who, reader_name=reader.name, up_to=up_to, at=tx.now)


async def _recount(tx: Tx, thread: Thread, side: str, up_to: int) -> None:
    """Any one reader reads for their side: what nobody of it has read yet is counted over the short unread range."""
    floor = max(up_to, thread.staff_read_seq if side == "staff" else thread.contact_read_seq)
    left = 0
    if floor < thread.last_seq:
        left = int(
            await tx.value(
                "unread_of",
                conversation_id=thread.id,
                floor=floor,
                other_kind=rules.OTHER[side],
                reader_kind=side,
            )
        )
    if side == "staff":
        thread.staff_unread, thread.staff_read_seq = left, floor
    else:
        thread.contact_unread, thread.contact_read_seq = left, floor
    await store_reading(tx, thread)


def _tell(tx: Tx, thread: Thread, marking: Marking) -> None:
    reader = marking.actor
    who = {
        "conversation_id": thread.id,
        "reader_kind": reader.kind,
        "reader_id": reader.id,
        "reader_name": reader.name,
        "up_to": marking.up_to,
        "message_ids": marking.message_ids,
    }
    event = (
        MessageRead(unread_count=_unread(thread, reader.kind), **who)  # type: ignore[arg-type]
        if marking.kind == "read"
        else MessageDelivered(**who)  # type: ignore[arg-type]
    )
    tx.emit(event, reader, people=thread.people, origin=marking.origin, asked=marking.asked)


async def marks_over(tx: Tx, actor: Actor, messages: list[Message]) -> list[Mark]:
    """The marks that touch these messages of one conversation, by time."""
    if not messages:
        return []
    seqs = [message.seq for message in messages]
    found = await tx.all(
        Mark, "marks_over", conversation_id=messages[0].conversation_id, first=min(seqs), last=max(seqs)
    )
    return sorted(found, key=lambda mark: (mark.at, mark.to_seq))


async def readers_of(tx: Tx, actor: Actor, conversations: list[Conversation]) -> dict[str, list[Reader]]:
    """For each of these conversations how far everybody has read and received, and when they last did."""
    found: dict[str, list[Reader]] = {conversation.id: [] for conversation in conversations}
    for reader in await tx.all(Reader, "readers_of", conversation_ids=list(found)):
        found[reader.conversation_id].append(reader)
    return found


async def list_receipts(tx: Tx, actor: Actor, message_id: str) -> list[Mark]:
    """Who has received and read a message and when, each once per kind."""
    message = await access_message(tx, actor, message_id)
    first: dict[tuple[str, str, str], Mark] = {}
    for mark in await marks_over(tx, actor, [message]):
        if mark.from_seq <= message.seq <= mark.to_seq:
            first.setdefault((mark.kind, mark.reader_kind, mark.reader_id), mark)
    return list(first.values())
