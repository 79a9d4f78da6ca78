"""What the native wire says: its words are the core's own, shaped for staff or for contacts.

A contact never sees a staff member's id, an assignee, a note or a number of the log.
"""

from typing import Any, Literal, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Actor, Kind, Role, Scope
from careline.features.attachments.rows import Attached, State, ids_in
from careline.features.attachments.rows import Attachment as StoredAttachment
from careline.features.canned.rows import Canned as StoredCanned
from careline.features.conversations.rows import Change as StoredChange
from careline.features.conversations.rows import Conversation as StoredConversation
from careline.features.conversations.rows import Participant as StoredParticipant
from careline.features.conversations.rows import Priority
from careline.features.desk.rows import Label as StoredLabel
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import MessageKind
from careline.features.people.rows import Contact as StoredContact
from careline.features.people.rows import Staff as StoredStaff
from careline.features.push.rows import Device as StoredDevice
from careline.features.push.rows import Platform
from careline.features.tokens.rows import ContactToken
from careline.features.workspaces.rows import Hours, PhoneCodes, Status, Threading, settings_of
from careline.features.workspaces.rows import Workspace as StoredWorkspace
from careline.wires.native import beside

PREVIEW = 200
_EMPTY = msgspec.Raw(b"{}")
_NO_FILES: list[Attached] = []


class Empty(Struct, frozen=True):
    """Done; there is nothing to say."""


class Message(Struct, frozen=True):
    """What was said. `body` is empty when deleted. `delivered_at` and `read_at` tell when the other side first had and
    read it; `client_id` is there for its author only, `sender_id` of staff and `mentions` for staff only.
    """

    id: str
    conversation_id: str
    kind: MessageKind
    sender_kind: Kind
    sender_id: str | None
    sender_name: str
    body: str
    reply_to: str | None
    attachments: list[Attached]
    metadata: msgspec.Raw
    created_at: int
    edited_at: int | None
    deleted_at: int | None
    delivered_at: int | None
    read_at: int | None
    client_id: str | None
    reply: beside.Reply | None
    reactions: list[beside.Reaction]
    pinned_at: int | None
    forwarded: bool
    mentions: list[str]


class Attachment(Struct, frozen=True):
    """A file: its owner's alone until `message_id` says where it was sent. Its bytes have addresses of their own."""

    id: str
    conversation_id: str | None
    message_id: str | None
    name: str
    type: str
    size: int
    sha256: str | None
    width: int | None
    height: int | None
    thumbnail: bool
    state: State
    url: str | None
    created_at: int


class LastMessage(Struct, frozen=True):
    """The last public message of a conversation, cut for a list."""

    id: str
    kind: MessageKind
    sender_kind: Kind
    sender_name: str
    body: str
    attachment_count: int
    created_at: int
    deleted_at: int | None


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


class Contact(Struct, frozen=True):
    id: str
    name: str | None
    email: str | None
    phone: str | None
    attributes: msgspec.Raw
    anonymous: bool
    created_at: int
    last_seen_at: int | None
    blocked_at: int | None


class Staff(Struct, frozen=True):
    id: str
    name: str
    email: str | None
    role: Role
    scope: Scope
    created_at: int
    last_seen_at: int | None
    deactivated_at: int | None


class Workspace(Struct, frozen=True):
    """`origins` are the web origins whose pages may embed the widget; the statuses are what a message makes of a
    conversation, None for nothing.
    """

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading
    contact_message_status: Status | None
    staff_reply_status: Status | None
    edit_window_ms: int
    origins: list[str]
    attachment_days: int | None
    audit_days: int
    conversation_days: int | None
    time_zone: str
    auto_archive_after_ms: int | None
    auto_close_after_ms: int | None
    contact_bytes_per_day: int
    https_references: bool
    keep_picture_metadata: bool
    svg_attachments: bool
    hours: Hours | None
    notice: str
    notice_replies: bool
    phone_codes: PhoneCodes
    phone_region: str | None


class WorkspaceName(Struct, frozen=True):
    id: str
    name: str


class Token(Struct, frozen=True):
    id: str
    label: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class Canned(Struct, frozen=True):
    """`created_by` is the staff member who wrote it, None where that was the system."""

    id: str
    shortcut: str
    title: str
    body: str
    created_by: str | None
    created_at: int
    updated_at: int


class Device(Struct, frozen=True):
    """Where one is reached; its token is told to nobody."""

    id: str
    platform: Platform
    created_at: int
    updated_at: int


class Person(Struct, frozen=True):
    """`id` of staff is None to contacts."""

    kind: Literal["staff", "contact"]
    id: str | None
    name: str | None
    online: bool
    last_seen_at: int | None


def message(
    stored: StoredMessage,
    side: str,
    *,
    author: bool = False,
    reached: tuple[int | None, int | None] = (None, None),
) -> Message:
    hidden = side == "contact" and stored.sender_kind == "staff"
    return Message(
        stored.id,
        stored.conversation_id,
        stored.kind,
        stored.sender_kind,
        None if hidden else stored.sender_id,
        stored.sender_name,
        stored.body,
        None if beside.hides_reply(stored, side) else stored.reply_to,
        _NO_FILES if stored.attachments is None else cast(list[Attached], msgspec.Raw(stored.attachments.encode())),
        _EMPTY if stored.metadata == "{}" else msgspec.Raw(stored.metadata.encode()),
        stored.created_at,
        stored.edited_at,
        stored.deleted_at,
        reached[0],
        reached[1],
        stored.client_id if author else None,
        beside.reply(stored, side),
        beside.reactions(stored, side),
        stored.pinned_at,
        stored.forwarded_from is not None,
        [] if side == "contact" or stored.mentions is None else msgspec.json.decode(stored.mentions, type=list[str]),
    )


def attachment(stored: StoredAttachment) -> Attachment:
    return Attachment(
        stored.id,
        stored.conversation_id,
        stored.message_id,
        stored.name,
        stored.type,
        stored.size,
        stored.sha256,
        stored.width,
        stored.height,
        stored.thumbnail is not None,
        stored.state,
        stored.url,
        stored.created_at,
    )


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


def contact(stored: StoredContact) -> Contact:
    return Contact(
        stored.id,
        stored.name,
        stored.email,
        stored.phone,
        msgspec.Raw(stored.attributes.encode()),
        stored.identified_at is None,
        stored.created_at,
        stored.last_seen_at,
        stored.blocked_at,
    )


def staff(stored: StoredStaff) -> Staff:
    return Staff(
        stored.id,
        stored.name,
        stored.email,
        stored.role,
        stored.scope,
        stored.created_at,
        stored.last_seen_at,
        stored.deactivated_at,
    )


def workspace(stored: StoredWorkspace) -> Workspace:
    chosen = settings_of(stored)
    return Workspace(
        stored.id,
        stored.name,
        stored.accent,
        stored.greeting,
        stored.threading,
        stored.contact_message_status,
        stored.staff_reply_status,
        stored.edit_window_ms,
        msgspec.json.decode(stored.origins, type=list[str]),
        chosen.attachment_days,
        chosen.audit_days,
        chosen.conversation_days,
        chosen.time_zone,
        chosen.auto_archive_after_ms,
        chosen.auto_close_after_ms,
        chosen.contact_bytes_per_day,
        chosen.https_references,
        chosen.keep_picture_metadata,
        chosen.svg_attachments,
        chosen.hours,
        chosen.notice,
        chosen.notice_replies,
        chosen.phone_codes,
        chosen.phone_region,
    )


def token(stored: ContactToken) -> Token:
    return Token(stored.id, stored.label, stored.created_at, stored.expires_at, stored.revoked_at, stored.last_used_at)


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


def device(stored: StoredDevice) -> Device:
    return Device(stored.id, stored.platform, stored.created_at, stored.updated_at)


def person(text: str, name: str | None, side: str) -> dict[str, Any]:
    """`staff:ana` as the native wire names people."""
    kind, _, id_ = text.partition(":")
    return {"kind": kind, "id": None if side == "contact" and kind == "staff" else id_, "name": name}


class Face(Struct, frozen=True):
    """What everybody may know of a workspace."""

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading


class Me(Struct, frozen=True):
    """Who is asking, as the server knows them."""

    kind: Kind
    id: str
    name: str
    role: Role | None
    scope: Scope | None
    workspace: Face


def face(stored: StoredWorkspace) -> Face:
    return Face(stored.id, stored.name, stored.accent, stored.greeting, stored.threading)


def me(actor: Actor, stored: StoredWorkspace) -> Me:
    return Me(actor.kind, actor.id, actor.name, actor.role, actor.scope, face(stored))
