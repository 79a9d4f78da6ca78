"""Marking messages as delivered and read, for many at once, and asking who has."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from careline.core.actor import Actor
from careline.core.errors import NotFound, Refused
from careline.features.conversations.events import ConversationTriaged
from careline.features.conversations.rows import Conversation
from careline.features.conversations.threads import Thread, about_threads, as_moved, store_reading, threads_of
from careline.features.messages.actions import access_message
from careline.features.messages.rows import Message
from careline.features.receipts import rules
from careline.features.receipts.events import MessageDelivered, MessageRead
from careline.features.receipts.rows import Mark, Marking, MarkKind, Reader, Unread
from careline.store.database import Question, Tx

MARK_BYTES = 500
Place = tuple[str, MarkKind, str, str]
Span = tuple[int, int]


class _Book:
    """What is known while marks are made, and what they come to: written together in the end."""

    def __init__(self, threads: dict[str, Thread], readers: list[Reader], messages: list[Message]) -> None:
        self.threads = threads
        self.readers: dict[Place, int] = {
            (r.conversation_id, r.kind, r.reader_kind, r.reader_id): r.up_to for r in readers
        }
        self.messages = {message.id: message for message in messages}
        self.newest: dict[str, str] = {}
        self.unread: dict[tuple[str, str], set[int]] = {}
        self.marks: list[dict[str, Any]] = []
        self.moved: dict[Place, dict[str, Any]] = {}
        self.read: dict[str, Thread] = {}


async def mark_messages(tx: Tx, actor: Actor, markings: list[Marking]) -> Sequence[int | Refused]:
    """Make many marks in the actor's workspace, in the order given; the answer is what is left unread on that side.

    What is marked already stays as it was, so asking again changes nothing and says nothing. Written for many: it asks,
    decides, and writes only `later`.
    """
    book = await _what_all_need(tx, actor, markings)
    results: list[int | Refused] = []
    for marking in markings:
        try:
            rules.which(marking)
            thread = book.threads.get(marking.conversation_id)
            if thread is None or not thread.sees(marking.actor):
                raise NotFound("There is no such conversation.")
            await _mark(tx, book, thread, marking)
            results.append(_unread(thread, marking.actor.kind))
        except Refused as refused:
            results.append(refused)
    tx.later("insert_mark", book.marks)
    tx.later("move_reader", list(book.moved.values()))
    store_reading(tx, book.read.values())
    tx.learned.update({thread.id: thread.row() for thread in book.threads.values()})
    return results


async def _what_all_need(tx: Tx, actor: Actor, markings: list[Marking]) -> _Book:
    """The conversations, how far everybody has come in them, and the messages the markings speak of."""
    workspace_id = actor.workspace_id
    wanted = list({marking.conversation_id for marking in markings})
    questions: list[Question] = [(Reader, "readers_of", {"conversation_ids": wanted})]
    known = [tx.known[id_] for id_ in wanted if id_ in tx.known]
    if len(known) < len(wanted):
        questions.append(about_threads(actor, wanted))
    everything = list({m.conversation_id for m in markings if m.up_to is None and m.message_ids is None})
    if everything:
        questions.append((Message, "messages_at", {"workspace_id": workspace_id, "conversation_ids": everything}))
    named = list({id_ for m in markings if m.reached is None for id_ in (m.message_ids or (m.up_to,)) if id_})
    if named:
        questions.append((Message, "messages_by_id", {"ids": named, "workspace_id": workspace_id}))
    readers, *answers = await tx.ask(*questions)
    rows = known if len(known) == len(wanted) else answers.pop(0)
    newest = answers.pop(0) if everything else []
    book = _Book(threads_of(actor, rows), readers, newest + (answers.pop(0) if named else []))
    book.newest = {message.conversation_id: message.id for message in newest}
    return book


def _unread(thread: Thread, side: str) -> int:
    """What is shown to the side as unread."""
    if side == "contact":
        return thread.contact_unread
    return thread.staff_unread + (thread.marked_unread_at is not None)


async def _mark(tx: Tx, book: _Book, thread: Thread, marking: Marking) -> None:
    reader, ids = marking.actor, marking.message_ids
    if marking.reached is not None and not _unread(thread, reader.kind):
        return  # every frame of a chat would make a mark, and whoever has read it has it
    place: Place = (thread.id, marking.kind, reader.kind, reader.id)
    before = after = book.readers.get(place, 0)
    if ids is not None:
        seqs = sorted(_seq(book, thread, id_, reader.kind) for id_ in ids)
        spans = [(seq, seq) for seq in seqs if seq > before]
    else:
        up_to = marking.up_to or book.newest.get(thread.id)
        if up_to is not None:
            after = max(before, marking.reached or _seq(book, thread, up_to, reader.kind))
        spans = [(before + 1, after)] if after > before else []
        marking = structs.replace(marking, up_to=up_to)
    wished = marking.kind == "read" and reader.kind == "staff" and thread.marked_unread_at is not None
    if wished:
        thread.marked_unread_at = None
        book.read[thread.id] = thread
    if not spans:
        if wished:
            await _unmark(tx, thread, marking)
        return
    _keep(tx, book, place, reader.name, spans, after)
    if marking.kind == "read" and reader.kind in rules.OTHER:
        await _recount(tx, book, thread, reader.kind, spans, after)
    _tell(tx, thread, await _without_notes(tx, book, marking))


async def _without_notes(tx: Tx, book: _Book, marking: Marking) -> Marking:
    """As both sides are told of it: contacts must not learn that there is a note, not even by its id.

    Up to a note is up to the newest public message before it; where there is none, only the staff are told.
    """
    if marking.message_ids is not None:
        public = tuple(id_ for id_ in marking.message_ids if book.messages[id_].kind != "note")
        return structs.replace(marking, message_ids=public)
    note = book.messages.get(marking.up_to or "")
    if note is None or note.kind != "note":
        return marking
    asked = {"conversation_id": note.conversation_id, "before": note.seq}
    message = await tx.one(Message, "public_message_before", **asked)
    return structs.replace(marking, up_to=message and message.id, message_ids=None if message else ())


async def _unmark(tx: Tx, thread: Thread, marking: Marking) -> None:
    """Staff read again what they had marked as unread: nobody else is told, for all of it was read before."""
    now = await as_moved(tx, thread)
    done = ConversationTriaged(conversation_id=thread.id, changed=("unread_count",))
    tx.emit(done, marking.actor, about=now, people=thread.people, origin=marking.origin)


def _seq(book: _Book, thread: Thread, message_id: str, side: str) -> int:
    message = book.messages.get(message_id)
    hidden = message is not None and message.kind == "note" and side == "contact"
    if message is None or hidden or message.conversation_id != thread.id:
        raise NotFound("There is no such message in this conversation.")
    return message.seq


def _keep(tx: Tx, book: _Book, place: Place, name: str, spans: list[Span], up_to: int) -> None:
    book.readers[place] = up_to
    conversation_id, kind, reader_kind, reader_id = place
    who = {"conversation_id": conversation_id, "kind": kind, "reader_kind": reader_kind, "reader_id": reader_id}
    book.marks += [{**who, "from_seq": first, "to_seq": last, "at": tx.now} for first, last in spans]
    book.moved[place] = {**who, "reader_name": name, "up_to": up_to, "at": tx.now}


async def _recount(tx: Tx, book: _Book, thread: Thread, side: str, spans: list[Span], up_to: int) -> None:
    """Any one reader reads for their side: of what nobody of it has read yet, what was marked now is taken away."""
    floor = thread.staff_read_seq if side == "staff" else thread.contact_read_seq
    unread: set[int] = set()
    if max(up_to, floor) < thread.last_seq:
        known = book.unread.get((thread.id, side))
        if known is None:
            asked = {"conversation_id": thread.id, "floor": floor, "other_kind": rules.OTHER[side], "reader_kind": side}
            known = {message.seq for message in await tx.all(Unread, "unread_of", **asked)}
        unread = {seq for seq in known if not any(first <= seq <= last for first, last in spans)}
    book.unread[thread.id, side] = unread
    if side == "staff":
        thread.staff_unread, thread.staff_read_seq = len(unread), max(up_to, floor)
    else:
        thread.contact_unread, thread.contact_read_seq = len(unread), max(up_to, floor)
    book.read[thread.id] = thread


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
    conversation_id, span = messages[0].conversation_id, (min(seqs), max(seqs))

    async def read() -> list[Mark]:
        found = await tx.all(Mark, "marks_over", conversation_id=conversation_id, first=span[0], last=span[1])
        return sorted(found, key=lambda mark: (mark.at, mark.to_seq))

    known = await tx.cache.beside(conversation_id, ("marks", span), read, lambda marks: MARK_BYTES * len(marks))
    return list(known)


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
