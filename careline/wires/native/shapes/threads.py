"""Conversations, what staff sort them by, and what they say often."""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Kind
from careline.features.attachments.rows import ids_in
from careline.features.canned.rows import Canned as StoredCanned
from careline.features.conversations.rows import Change as StoredChange
from careline.features.conversations.rows import Conversation as StoredConversation
from careline.features.conversations.rows import Participant as StoredParticipant
from careline.features.conversations.rows import Priority
from careline.features.desk.rows import Label as StoredLabel
from careline.features.messages.rows import Message as StoredMessage
from careline.features.workspaces.rows import Status
from careline.wires.native.shapes.said import PREVIEW, LastMessage


class Participant(Struct, frozen=True):
    kind: Kind
    id: str | None
    name: str | None
    joined_at: int


class Conversation(Struct, frozen=True):
    """A thread. `unread_count` is the asking side's; `assignee_id` is None to contacts, and how staff sort it is not
    there for them. Events leave out participants and last message: what they change is told by events of its own.
    """

    id: str
    subject: str | None
    status: Status
    assignee_id: str | None
    unread_count: int
    message_count: int
    metadata: msgspec.Raw
    created_at: int
    updated_at: int
    closed_at: int | None
    participants: list[Participant] | UnsetType = UNSET
    last_message: LastMessage | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    labels: list[str] | UnsetType = UNSET
    pinned_at: int | UnsetType | None = UNSET
    snoozed_until: int | UnsetType | None = UNSET


class Label(Struct, frozen=True):
    id: str
    name: str
    colour: str


class Change(Struct, frozen=True):
    """One thing that somebody changed of a conversation."""

    at: int
    who: "Changer"
    field: Literal["status", "assignee", "priority", "label"]
    before: str | None
    after: str | None


class Changer(Struct, frozen=True):
    kind: Kind
    id: str


class Canned(Struct, frozen=True):
    """`created_by` is the staff member who wrote it, None where that was the system."""

    id: str
    shortcut: str
    title: str
    body: str
    created_by: str | None
    created_at: int
    updated_at: int


def conversation(stored: StoredConversation, side: str) -> Conversation:
    """The conversation's own facts, as events carry them."""
    for_staff = side != "contact"
    told = Conversation(
        stored.id,
        stored.subject,
        stored.status,
        stored.assignee_id if for_staff else None,
        stored.shown_to_staff_as_unread if for_staff else stored.contact_unread,
        stored.message_count,
        msgspec.Raw(stored.metadata.encode()),
        stored.created_at,
        stored.updated_at,
        stored.closed_at,
    )
    if not for_staff:
        return told
    return msgspec.structs.replace(
        told,
        priority=stored.priority,
        labels=msgspec.json.decode(stored.labels, type=list[str]),
        pinned_at=stored.pinned_at,
        snoozed_until=stored.snoozed_until,
    )


def whole_conversation(
    stored: StoredConversation, side: str, people: list[StoredParticipant], last: StoredMessage | None
) -> Conversation:
    """The same with its people and its last message, as lists show it."""
    for_staff = side != "contact"
    return msgspec.structs.replace(
        conversation(stored, side),
        participants=[
            Participant(p.kind, p.id if for_staff or p.kind == "contact" else None, p.name, p.joined_at)  # type: ignore[arg-type]
            for p in people
        ],
        last_message=last
        and LastMessage(
            last.id,
            last.kind,
            last.sender_kind,
            last.sender_name,
            last.body[:PREVIEW],
            len(ids_in(last.attachments)),
            last.created_at,
            last.deleted_at,
        ),
    )


def label(stored: StoredLabel) -> Label:
    return Label(stored.id, stored.name, stored.colour)


def change(stored: StoredChange) -> Change:
    kind, _, id_ = stored.actor.partition(":")
    return Change(stored.at, Changer(kind, id_), stored.field, stored.before, stored.after)  # type: ignore[arg-type]


def canned(stored: StoredCanned) -> Canned:
    kind, _, id_ = stored.created_by.partition(":")
    return Canned(
        stored.id,
        stored.shortcut,
        stored.title,
        stored.body,
        id_ if kind == "staff" else None,
        stored.created_at,
        stored.updated_at,
    )
