"""Sending messages, many at once: what all of them need is asked together, each is decided in its order."""

from collections.abc import Sequence

import msgspec

from careline.core import ids, text
from careline.core.actor import Actor
from careline.core.errors import NotFound, Refused
from careline.features.attachments.actions import bind_uploads, load_uploads, take_uploads, told
from careline.features.attachments.rows import Attachment
from careline.features.conversations.changes import note_changes
from careline.features.conversations.events import ConversationTriaged, ConversationUpdated, ParticipantJoined
from careline.features.conversations.rules import closed_at
from careline.features.conversations.threads import Thread, about_threads, as_moved, store_moved, threads_of
from careline.features.messages import rules
from careline.features.messages.events import HoursMissed, MessageSent
from careline.features.messages.rows import Message, Sending, Sent
from careline.features.people import rules as people_rules
from careline.features.people.rows import Staff
from careline.features.workspaces.hours import hours_of, is_open
from careline.features.workspaces.rows import Status
from careline.store.database import Question, Tx

Key = tuple[str, str, str, str | None]


async def send_messages(tx: Tx, actor: Actor, sendings: list[Sending]) -> Sequence[Sent | Refused]:
    """Send many messages of the actor's workspace in one transaction, deciding each in the order given.

    What all of them need is asked at once; duplicates, also within the batch, get the message their
    `client_id` made before. A refusal is that one's result and nobody else's.
    """
    threads, said, quoted, staff = await _what_all_need(tx, actor, sendings)
    uploads = await load_uploads(tx, actor, {id_ for s in sendings for id_ in s.attachment_ids})
    results: list[Sent | Refused] = []
    new: list[Message] = []
    called: dict[tuple[str, str], int | None] = {}
    doubtful: list[int] = []
    for place, sending in enumerate(sendings):
        try:
            thread = threads.get(sending.conversation_id)
            if thread is None or not thread.sees(sending.actor):
                raise NotFound("There is no such conversation.")
            message = said.get(_key(sending)) if sending.client_id else None
            if message is not None:
                rules.same_sending(message, sending)
                results.append(Sent(message, repeated=True))
                continue
            if tx.decides_unlocked and sending.client_id:
                doubtful.append(place)
            people_rules.may_speak(blocked=sending.actor.person in thread.blocked)
            rules.may_mention(sending, thread.people, staff)
            message = _decide(tx, sending, quoted, uploads)
            await _say(tx, thread, sending, message, staff)
            new.append(message)
            for whom, seq in _called(message, sending).items():
                called[whom] = seq or called.get(whom)
            said[_key(sending)] = message
            results.append(Sent(message))
        except Refused as refused:
            results.append(refused)
    if new:
        tx.later("insert_message", [_row(message, actor.workspace_id) for message in new])
        tx.later("call_staff", [_call(tx, *whom, seq) for whom, seq in called.items()])
        store_moved(tx, threads)
        tx.learned.update({thread.id: thread.row() for thread in threads.values()})
    await _look_for_repeats(tx, sendings, results, [place for place in doubtful if isinstance(results[place], Refused)])
    return results


def _key(sending: Sending) -> Key:
    return sending.conversation_id, sending.actor.kind, sending.actor.id, sending.client_id


async def _what_all_need(
    tx: Tx, actor: Actor, sendings: list[Sending]
) -> tuple[dict[str, Thread], dict[Key, Message], dict[str, Message], dict[str, Staff]]:
    """The conversations, what the client ids have made already, the messages answered and the staff mentioned."""
    wanted = {sending.conversation_id for sending in sendings}
    known = [tx.known[id_] for id_ in wanted if id_ in tx.known]
    questions = [about_threads(actor, wanted)] if len(known) < len(wanted) else []
    named = [] if tx.decides_unlocked else [sending for sending in sendings if sending.client_id]
    if named:
        questions.append(_about_client_ids(named))
    quoted = list({s.reply_to for s in sendings if s.reply_to})
    if quoted:
        questions.append((Message, "messages_by_id", {"ids": quoted, "workspace_id": actor.workspace_id}))
    mentioned = list({id_ for s in sendings if s.mentions for id_ in s.mentions[: rules.MENTIONS]})
    if mentioned:
        questions.append((Staff, "staff_by_id", {"ids": mentioned, "workspace_id": actor.workspace_id}))
    answers = await tx.ask(*questions) if questions else []
    threads = threads_of(actor, known if len(known) == len(wanted) else answers.pop(0))
    said = _by_key(answers.pop(0)) if named else {}
    replied = {m.id: m for m in answers.pop(0)} if quoted else {}
    return threads, said, replied, {s.id: s for s in answers.pop(0)} if mentioned else {}


def _about_client_ids(sendings: list[Sending]) -> Question:
    named = [(s.conversation_id, s.client_id) for s in sendings]
    places = {"conversation_ids": [place for place, _ in named], "client_ids": [client_id for _, client_id in named]}
    return Message, "messages_by_client_id", {"named": named, **places}


def _by_key(said: list[Message]) -> dict[Key, Message]:
    return {(m.conversation_id, m.sender_kind, m.sender_id, m.client_id): m for m in said}


async def _look_for_repeats(tx: Tx, sendings: list[Sending], results: list[Sent | Refused], refused: list[int]) -> None:
    """A retry is the same message for ever, also where it would be refused now: what was not looked for before is."""
    if not refused:
        return
    (found,) = await tx.ask(_about_client_ids([sendings[place] for place in refused]))
    said = _by_key(found)
    for place in refused:
        message = said.get(_key(sendings[place]))
        if message is not None:
            try:
                rules.same_sending(message, sendings[place])
                results[place] = Sent(message, repeated=True)
            except Refused as other:
                results[place] = other


def _decide(tx: Tx, sending: Sending, quoted: dict[str, Message], uploads: dict[str, Attachment]) -> Message:
    """The message this request makes, or the refusal. Nothing may refuse it after this: its uploads are bound to it."""
    actor = sending.actor
    rules.may_send(actor, sending.kind, sending.sender_label)
    target = quoted.get(sending.reply_to) if sending.reply_to is not None else None
    if sending.reply_to is not None:
        hidden = target is None or (target.kind == "note" and actor.kind == "contact")
        if hidden or target is None or target.conversation_id != sending.conversation_id:
            raise NotFound("There is no such message to reply to in this conversation.")
    wanted = sending.attachment_ids
    taken = take_uploads(tx, actor, sending.conversation_id, wanted, uploads) if wanted else []
    files = told(taken) or sending.attachments
    message = Message(
        sending.id or ids.new_id(),
        sending.conversation_id,
        tx.next_seq,
        sending.kind,
        actor.kind,
        actor.id,
        text.line(sending.sender_label, "sender_label", 120) if sending.sender_label else actor.name,
        "" if files and not sending.body else text.body(sending.body),
        sending.reply_to,
        rules.metadata(sending.metadata),
        rules.client_id(sending.client_id) if sending.client_id else None,
        tx.now,
        None,
        None,
        files,
        forwarded_from=sending.forwarded_from,
        mentions=msgspec.json.encode(sending.mentions).decode() if sending.mentions else None,
    )
    if taken:
        bind_uploads(tx, taken, uploads, message)
    return message if target is None else message.quoting(target)


async def _say(tx: Tx, thread: Thread, sending: Sending, message: Message, staff: dict[str, Staff]) -> None:
    """Record the message and what it does to its conversation: people, heads, unread counts, status."""
    joining = [staff[id_] for id_ in sending.mentions if f"staff:{id_}" not in thread.people]
    thread.people += tuple(f"staff:{somebody.id}" for somebody in joining)
    tx.emit(
        MessageSent(conversation_id=thread.id, message_id=message.id, kind=message.kind),
        sending.actor,
        about=message,
        people=thread.people,
        origin=sending.origin,
        request=sending.request,
        asked=sending.asked,
    )
    if joining:
        await _let_join(tx, sending, thread, joining)
    if message.kind == "note":
        return
    thread.moved = True
    thread.message_count += 1
    thread.last_seq = thread.activity_seq = message.seq
    if message.sender_kind == "contact":
        thread.staff_unread += 1
        if thread.snoozed_until is not None:
            thread.snoozed_until = None
            woken = ConversationTriaged(conversation_id=thread.id, changed=("snoozed_until",))
            now = await as_moved(tx, thread)
            tx.emit(woken, sending.actor, about=now, people=thread.people, asked=sending.asked)
        if thread.notice_hours and not is_open(hours_of(thread.notice_hours), tx.now):
            missed = HoursMissed(conversation_id=thread.id)
            tx.emit(missed, sending.actor, people=thread.people, asked=sending.asked)
    elif message.sender_kind == "staff":
        thread.contact_unread += 1
    status = thread.status_rules.get(message.sender_kind) or thread.status
    if status != thread.status:
        was, thread.status, thread.closed_at = thread.status, status, closed_at(status, thread.closed_at, tx.now)
        await _tell_status(tx, sending, thread, was)


def _called(message: Message, sending: Sending) -> dict[tuple[str, str], int | None]:
    """Whom a note calls, and by which number they find it; nobody needs to be told what they said themselves."""
    return {
        (message.conversation_id, id_): None if id_ == message.sender_id else message.seq for id_ in sending.mentions
    }


def _call(tx: Tx, conversation_id: str, staff_id: str, seq: int | None) -> dict[str, object]:
    row = {"conversation_id": conversation_id, "person_id": staff_id, "called_seq": seq}
    return {**row, "workspace_id": tx.workspace_id, "now": tx.now}


async def _let_join(tx: Tx, sending: Sending, thread: Thread, joining: list[Staff]) -> None:
    """Whoever is mentioned takes part from now on, or `participating` staff would not see what they are asked."""
    about = await as_moved(tx, thread)
    for somebody in joining:
        joined = ParticipantJoined(conversation_id=thread.id, kind="staff", person_id=somebody.id, name=somebody.name)
        tx.emit(joined, sending.actor, about=about, people=thread.people, asked=sending.asked)


async def _tell_status(tx: Tx, sending: Sending, thread: Thread, was: Status) -> None:
    now = await as_moved(tx, thread)
    changed = ConversationUpdated(conversation_id=thread.id, status=thread.status)
    seq = tx.emit(changed, sending.actor, about=now, people=thread.people, asked=sending.asked)
    note_changes(tx, sending.actor, seq, msgspec.structs.replace(now, status=was), now)


def _row(message: Message, workspace_id: str) -> dict[str, object]:
    return {
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "id": message.id,
        "workspace_id": workspace_id,
        "kind": message.kind,
        "sender_kind": message.sender_kind,
        "sender_id": message.sender_id,
        "sender_name": message.sender_name,
        "body": message.body,
        "reply_to": message.reply_to,
        "metadata": message.metadata,
        "client_id": message.client_id,
        "created_at": message.created_at,
        "attachments": message.attachments,
        "forwarded_from": message.forwarded_from,
        "mentions": message.mentions,
    }
