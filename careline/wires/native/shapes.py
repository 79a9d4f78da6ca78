"""What the native wire says: its words are the core's own, shaped for staff or for contacts.

A contact never sees a staff member's id, an assignee, a note or a number of the log.
"""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Actor, Kind, Role, Scope
from careline.features.canned.rows import Canned as StoredCanned
from careline.features.conversations.rows import Conversation as StoredConversation
from careline.features.conversations.rows import Participant as StoredParticipant
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import MessageKind
from careline.features.people.rows import Contact as StoredContact
from careline.features.people.rows import Staff as StoredStaff
from careline.features.push.rows import Device as StoredDevice
from careline.features.push.rows import Platform
from careline.features.tokens.rows import ContactToken
from careline.features.workspaces.rows import Hours, PhoneCodes, Status, Threading, settings_of
from careline.features.workspaces.rows import Workspace as StoredWorkspace

PREVIEW = 200
_EMPTY = msgspec.Raw(b"{}")


class Empty(Struct, frozen=True):
    """Done; there is nothing to say."""


class Message(Struct, frozen=True):
    """What was said. `body` is empty when deleted. `delivered_at` and `read_at` tell when the other side first had and
    read it; `client_id` is there for its author only, `sender_id` of staff for staff only.
    """

    id: str
    conversation_id: str
    kind: MessageKind
    sender_kind: Kind
    sender_id: str | None
    sender_name: str
    body: str
    reply_to: str | None
    metadata: msgspec.Raw
    created_at: int
    edited_at: int | None
    deleted_at: int | None
    delivered_at: int | None
    read_at: int | None
    client_id: str | None


class LastMessage(Struct, frozen=True):
    """The last public message of a conversation, cut for a list."""

    id: str
    kind: MessageKind
    sender_kind: Kind
    sender_name: str
    body: str
    created_at: int
    deleted_at: int | None


class Participant(Struct, frozen=True):
    kind: Kind
    id: str | None
    name: str | None
    joined_at: int


class Conversation(Struct, frozen=True):
    """A thread. `unread_count` is the asking side's; `assignee_id` is None to contacts. Events leave out participants
    and last message: what they change is told by events of its own.
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
        stored.reply_to,
        _EMPTY if stored.metadata == "{}" else msgspec.Raw(stored.metadata.encode()),
        stored.created_at,
        stored.edited_at,
        stored.deleted_at,
        reached[0],
        reached[1],
        stored.client_id if author else None,
    )


def conversation(stored: StoredConversation, side: str) -> Conversation:
    """The conversation's own facts, as events carry them."""
    for_staff = side != "contact"
    return Conversation(
        stored.id,
        stored.subject,
        stored.status,
        stored.assignee_id if for_staff else None,
        stored.staff_unread if for_staff else stored.contact_unread,
        stored.message_count,
        msgspec.Raw(stored.metadata.encode()),
        stored.created_at,
        stored.updated_at,
        stored.closed_at,
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
            last.created_at,
            last.deleted_at,
        ),
    )


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
    settings = settings_of(stored)
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
        settings.hours,
        settings.notice,
        settings.notice_replies,
        settings.phone_codes,
        settings.phone_region,
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
