"""Conversations: finding the right one, loading it as somebody, changing it, and who takes part in it."""

from heapq import merge
from itertools import islice

import msgspec

from careline.core import ids
from careline.core.actor import Actor, Kind
from careline.core.errors import Invalid, NotFound
from careline.core.events import Event
from careline.features.conversations import rules
from careline.features.conversations.changes import note_changes
from careline.features.conversations.events import (
    ConversationAssigned,
    ConversationStarted,
    ConversationUpdated,
    ParticipantJoined,
    ParticipantLeft,
)
from careline.features.conversations.rows import Conversation, Participant, Sieve
from careline.features.people import rules as people_rules
from careline.features.people.actions import find_contact, refuse_blocked
from careline.features.people.rows import Contact, Staff
from careline.features.people.staff import access_staff, find_staff
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import Status
from careline.store.database import Tx

LAST = 1 << 62
ANY = Sieve()


class _Person(msgspec.Struct, frozen=True):
    kind: str
    person_id: str


async def access(tx: Tx, actor: Actor, conversation_id: str) -> Conversation:
    """The conversation as the actor may see it, or `NotFound`: foreign, hidden and missing look the same."""
    conversation = await tx.one(
        Conversation,
        "conversation_as",
        id=conversation_id,
        workspace_id=actor.workspace_id,
        sees_all=int(actor.sees_all),
        kind=actor.kind,
        person_id=actor.id,
    )
    if conversation is None:
        raise NotFound("There is no such conversation.")
    tx.note_read(f"conversation:{conversation_id}")
    return conversation


async def conversation_for(
    tx: Tx,
    actor: Actor,
    contact_id: str,
    staff_id: str | None = None,
    *,
    fresh: bool = False,
    subject: str | None = None,
    metadata: str = "{}",
) -> Conversation:
    """The thread of these people by the workspace's threading: the one they have, or a new one.

    Under `many` it is their newest that is open or pending, unless `fresh` asks for a new one. Subject
    and metadata (JSON text) go into a new one only. A known contact who turns to somebody of the staff lets them into
    the one thread there is; staff let nobody in so, least of all themselves.
    """
    rules.may_start_for(actor, contact_id)
    contact = await find_contact(tx, actor, contact_id)
    if contact is None:
        raise NotFound("There is no such contact.")
    people_rules.may_speak(blocked=actor.kind == "contact" and contact.blocked_at is not None)
    staff = await find_staff(tx, actor, staff_id) if staff_id is not None else None
    if staff_id is not None and staff is None:
        raise NotFound("There is no such staff member.")
    thread = rules.thread((await workspace_of(tx, actor)).threading, contact_id, staff_id)
    if thread is not None:
        found = await tx.one(Conversation, "conversation_by_thread", workspace_id=actor.workspace_id, thread=thread)
    elif fresh:
        found = None
    else:
        found = await tx.one(
            Conversation,
            "newest_open_conversation",
            workspace_id=actor.workspace_id,
            contact_id=contact_id,
            staff_id=staff_id,
        )
    if found is not None:
        turns_to = staff if actor.kind == "contact" and contact.identified_at is not None else None
        if turns_to is not None and thread == contact_id:
            await _let_in(tx, actor, found, await people_in(tx, found.id), "staff", turns_to)
        return found
    return await _start(tx, actor, contact_id, staff_id, thread, subject, metadata)


async def start_alone(tx: Tx, actor: Actor, *, subject: str | None = None, metadata: str = "{}") -> Conversation:
    """A new conversation of a staff member with nobody yet: they add whom it is for."""
    rules.may_start_alone(actor)
    return await _start(tx, actor, None, actor.id, None, subject=subject, metadata=metadata)


async def _start(
    tx: Tx,
    actor: Actor,
    contact_id: str | None,
    staff_id: str | None,
    thread: str | None,
    subject: str | None,
    metadata: str,
) -> Conversation:
    people = ({"contact": contact_id} if contact_id else {}) | ({"staff": staff_id} if staff_id else {})
    if actor.kind == "staff" and not actor.sees_all:
        people["staff"] = actor.id
    new = Conversation(
        id=ids.new_id(),
        workspace_id=actor.workspace_id,
        subject=rules.subject(subject),
        status="open",
        assignee_id=staff_id,
        created_by=actor.person,
        metadata=rules.metadata(metadata),
        thread=thread,
        message_count=0,
        last_seq=0,
        activity_seq=tx.next_seq,
        staff_unread=0,
        contact_unread=0,
        staff_read_seq=0,
        contact_read_seq=0,
        created_at=tx.now,
        updated_at=tx.now,
        closed_at=None,
    )
    await tx.run(
        "insert_conversation",
        now=tx.now,
        **{
            field: getattr(new, field)
            for field in (
                "id", "workspace_id", "subject", "status", "assignee_id", "created_by", "metadata", "thread",
                "activity_seq",
            )
        },
    )  # fmt: skip
    await tx.many(
        "insert_participant",
        [
            {"conversation_id": new.id, "kind": kind, "person_id": id_, "workspace_id": new.workspace_id, "now": tx.now}
            for kind, id_ in people.items()
        ],
    )
    everybody = tuple(f"{kind}:{id_}" for kind, id_ in people.items())
    tx.emit(ConversationStarted(conversation_id=new.id), actor, about=new, people=everybody)
    return new


async def list_conversations(
    tx: Tx,
    actor: Actor,
    *,
    view: str = "all",
    status: str = "active",
    sieve: Sieve = ANY,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Conversation], int | None]:
    """The conversations the actor may see, newest activity first, and the position of the next page.

    `view` is `all`, `mine` (assigned to the actor) or `unassigned`; for whom only participates, both look at their own.
    """
    query, asked = rules.listed(actor, view, status, sieve)
    asked |= dict(workspace_id=actor.workspace_id, before=before or LAST, most=limit + 1)
    ranges = [await tx.all(Conversation, query, status=word, **asked) for word in rules.status_words(status)]
    found = list(islice(merge(*ranges, key=lambda c: c.activity_seq, reverse=True), limit + 1))
    page = found[:limit]
    tx.note_read("conversations:")
    return page, page[-1].activity_seq if len(found) > limit else None


async def update_conversation(
    tx: Tx,
    actor: Actor,
    conversation_id: str,
    *,
    subject: str | None = None,
    status: Status | None = None,
    metadata: str | None = None,
    merge: bool = False,
) -> Conversation:
    """Change subject, status or metadata; None leaves as it is, an empty subject removes it.

    With `merge`, the keys of `metadata` are put into what is there; without, it is replaced.
    """
    before = await access(tx, actor, conversation_id)
    await refuse_blocked(tx, actor)
    if subject is None and status is None and metadata is None:
        raise Invalid("status", "Give at least one field to change.")
    if status is not None:
        rules.may_set_status(actor, status)
    if metadata is not None:
        metadata = rules.merged(before.metadata, metadata) if merge else rules.metadata(metadata)
    after = msgspec.structs.replace(
        before,
        subject=before.subject if subject is None else rules.subject(subject),
        status=status or before.status,
        metadata=before.metadata if metadata is None else metadata,
        closed_at=rules.closed_at(status or before.status, before.closed_at, tx.now),
        updated_at=tx.now,
        snoozed_until=before.snoozed_until if (status or before.status) in rules.ACTIVE else None,
    )
    changed = after.status if after.status != before.status else None
    await keep_changed(tx, actor, ConversationUpdated(conversation_id=after.id, status=changed), before, after)
    return after


async def assign_conversation(tx: Tx, actor: Actor, conversation_id: str, staff_id: str | None) -> Conversation:
    """Give the conversation to a staff member, who thereby takes part in it, or to nobody."""
    rules.may_assign(actor)
    before = await access(tx, actor, conversation_id)
    if before.assignee_id == staff_id:
        return before
    after = msgspec.structs.replace(before, assignee_id=staff_id, updated_at=tx.now)
    if staff_id is not None:
        staff = await access_staff(tx, actor, staff_id)
        if staff.deactivated_at is not None:
            raise Invalid("staff_id", "This staff member is deactivated.")
        await add_participant(tx, actor, conversation_id, "staff", staff_id)
    await keep_changed(tx, actor, ConversationAssigned(conversation_id=after.id, staff_id=staff_id), before, after)
    return after


async def keep_changed(tx: Tx, actor: Actor, event: Event, before: Conversation, after: Conversation) -> None:
    """Write what became of a conversation, tell those who take part, and keep it for its history."""
    await store(tx, after)
    seq = tx.emit(event, actor, about=after, people=await people_in(tx, after.id))
    note_changes(tx, actor, seq, before, after)


async def store(tx: Tx, conversation: Conversation) -> None:
    """Write what people set of a conversation, and where its labels find it."""
    await tx.run(
        "update_conversation",
        workspace_id=conversation.workspace_id,
        id=conversation.id,
        subject=conversation.subject,
        status=conversation.status,
        assignee_id=conversation.assignee_id,
        metadata=conversation.metadata,
        closed_at=conversation.closed_at,
        priority=conversation.priority,
        snoozed_until=conversation.snoozed_until,
        pinned_at=conversation.pinned_at,
        labels=conversation.labels,
        marked_unread_at=conversation.marked_unread_at,
        now=tx.now,
    )
    if conversation.labels != "[]":
        await tx.run(
            "move_labels",
            id=conversation.id,
            status=conversation.status,
            activity_seq=conversation.activity_seq,
        )


async def add_participant(tx: Tx, actor: Actor, conversation_id: str, kind: Kind, person_id: str) -> Conversation:
    """Let somebody of the workspace take part; again changes nothing."""
    conversation = await access(tx, actor, conversation_id)
    people = await people_in(tx, conversation_id)
    person = f"{kind}:{person_id}"
    if person in people:
        return conversation
    await refuse_blocked(tx, actor)
    known = actor.kind != "contact" or await _is_known(tx, actor)
    rules.may_add(actor, conversation, known=known)
    found = await (find_staff if kind == "staff" else find_contact)(tx, actor, person_id)
    if found is None:
        raise NotFound(f"There is no such {kind}.")
    await _let_in(tx, actor, conversation, people, kind, found)
    return conversation


async def _let_in(
    tx: Tx, actor: Actor, conversation: Conversation, people: tuple[str, ...], kind: Kind, person: Staff | Contact
) -> None:
    """Again changes nothing."""
    if f"{kind}:{person.id}" in people:
        return
    rules.has_room(people)
    await tx.run(
        "insert_participant",
        conversation_id=conversation.id,
        kind=kind,
        person_id=person.id,
        workspace_id=actor.workspace_id,
        now=tx.now,
    )
    joined = ParticipantJoined(conversation_id=conversation.id, kind=kind, person_id=person.id, name=person.name or "")
    tx.emit(joined, actor, about=conversation, people=(*people, f"{kind}:{person.id}"))


async def _is_known(tx: Tx, actor: Actor) -> bool:
    contact = await find_contact(tx, actor, actor.id)
    return contact is not None and contact.identified_at is not None


async def remove_participant(tx: Tx, actor: Actor, conversation_id: str, kind: Kind, person_id: str) -> Conversation:
    """Let somebody leave, or make them; they see nothing of the conversation from then on."""
    conversation = await access(tx, actor, conversation_id)
    people = await people_in(tx, conversation_id)
    if f"{kind}:{person_id}" not in people:
        raise NotFound("They do not take part in this conversation.")
    rules.may_remove(actor, kind, person_id, people)
    await tx.run("delete_participant", conversation_id=conversation_id, kind=kind, person_id=person_id)
    left = ParticipantLeft(conversation_id=conversation_id, kind=kind, person_id=person_id)
    tx.emit(left, actor, about=conversation, people=people)
    return conversation


async def people_in(tx: Tx, conversation_id: str) -> tuple[str, ...]:
    """The participants as `kind:id`."""
    found = await tx.all(_Person, "people_in", conversation_id=conversation_id)
    return tuple(f"{row.kind}:{row.person_id}" for row in found)


async def participants_of(tx: Tx, actor: Actor, conversations: list[Conversation]) -> dict[str, list[Participant]]:
    """Who takes part in each of these conversations, in the order they joined."""
    by_id: dict[str, list[Participant]] = {c.id: [] for c in conversations}
    for row in await tx.all(Participant, "participants_of", conversation_ids=list(by_id)):
        by_id[row.conversation_id].append(row)
    return by_id
