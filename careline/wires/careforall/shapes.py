"""The wire's words: what it takes, what it gives, and how ours become its own."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from careline.core.actor import Actor, Kind
from careline.core.context import Context, current
from careline.core.errors import Invalid, NotFound
from careline.features.conversations.rows import Conversation as StoredConversation
from careline.features.conversations.rows import Participant as StoredParticipant
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import MessageKind, Sending
from careline.features.receipts.rows import Mark, Reader
from careline.features.workspaces.rows import Status as StoredStatus
from careline.wires.shapes import rfc3339

Role = Literal["USER", "ADMIN"]
Status = Literal["ACTIVE", "CLOSED", "ARCHIVED"]
MessageType = Literal["TEXT", "SYSTEM", "FILE"]

CONTENT = 5_000
LIMIT = 100
# What JavaScript's trim() takes away: the system this wire stands in for trimmed with it.
_BLANK = "".join(map(chr, (*range(9, 14), 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F)))
_BLANK += "\u3000\ufeff"

ROLES: dict[str, Role] = {"contact": "USER"}
KINDS: dict[Role, Kind] = {"USER": "contact", "ADMIN": "staff"}
STATUSES: dict[StoredStatus, Status] = {
    "open": "ACTIVE",
    "pending": "ACTIVE",
    "closed": "CLOSED",
    "archived": "ARCHIVED",
}
SET: dict[Status, StoredStatus] = {"ACTIVE": "open", "CLOSED": "closed", "ARCHIVED": "archived"}
FILTERS: dict[Status | None, str] = {None: "any", "ACTIVE": "active", "CLOSED": "closed", "ARCHIVED": "archived"}
TYPES: dict[MessageKind, MessageType] = {"text": "TEXT", "file": "FILE", "system": "SYSTEM"}
SAYS: dict[MessageType, MessageKind] = {"TEXT": "text", "FILE": "file", "SYSTEM": "system"}


class _Words(Struct, frozen=True, kw_only=True, rename="camel"):
    """camelCase outside. Fields that a request has beyond these are ignored: existing clients send some."""


# What it takes -------------------------------------------------------------------------------------------------------


class Pages(_Words, frozen=True):
    page: Annotated[int, Meta(ge=1)] = 1
    limit: Annotated[int, Meta(ge=1)] = 20

    @property
    def most(self) -> int:
        return min(self.limit, LIMIT)

    @property
    def skip(self) -> int:
        return (self.page - 1) * self.most


class ConversationPages(Pages, frozen=True):
    status: Status | None = None


class MessagePages(Pages, frozen=True):
    """`before` and `after` are message ids: the page next to that message."""

    limit: Annotated[int, Meta(ge=1)] = 50
    before: str | None = None
    after: str | None = None


class Start(_Words, frozen=True):
    subject: str | None = None
    metadata: dict[str, Any] | None = None


class Change(_Words, frozen=True):
    """Metadata is merged; an empty subject removes it."""

    status: Status | None = None
    subject: str | None = None
    metadata: dict[str, Any] | None = None


class Assign(_Words, frozen=True):
    """`adminId` is the admin's own when absent."""

    admin_id: str | None = None


class Join(_Words, frozen=True):
    user_id: str
    role: Role = "USER"


class Say(_Words, frozen=True):
    """1 to 5000 characters, spaces around them not counted."""

    content: str
    message_type: MessageType | None = None
    metadata: dict[str, Any] | None = None


class Typing(_Words, frozen=True):
    is_typing: bool


class Read(_Words, frozen=True):
    """Exactly this message; without one, everything."""

    message_id: str | None = None


# What it gives -------------------------------------------------------------------------------------------------------


class Participant(_Words, frozen=True):
    user_id: str
    role: Role
    joined_at: str
    last_read_at: str | UnsetType = UNSET


class Conversation(_Words, frozen=True, kw_only=True):
    conversation_id: str
    participants: list[Participant]
    created_by: str
    status: Status
    subject: str | UnsetType = UNSET
    metadata: msgspec.Raw
    created_at: str
    updated_at: str


class ReadBy(_Words, frozen=True):
    user_id: str
    read_at: str


class Message(_Words, frozen=True):
    message_id: str
    conversation_id: str
    sender_id: str
    sender_role: Role
    content: str
    message_type: MessageType
    read_by: list[ReadBy]
    metadata: msgspec.Raw
    created_at: str
    updated_at: str


class Pagination(_Words, frozen=True):
    total: int
    page: int
    limit: int


class ConversationList(_Words, frozen=True):
    conversations: list[Conversation]
    pagination: Pagination


class MessageList(_Words, frozen=True):
    messages: list[Message]
    pagination: Pagination


class People(_Words, frozen=True):
    conversation_id: str
    participants: list[Participant]


class Done(_Words, frozen=True):
    message: str


# Ours to theirs and back ---------------------------------------------------------------------------------------------


def conversation_id(outside: str) -> str:
    return _inside(outside, "conv_", "There is no such conversation.")


def message_id(outside: str) -> str:
    return _inside(outside, "msg_", "There is no such message.")


def _inside(outside: str, prefix: str, missing: str) -> str:
    if not outside.startswith(prefix):
        raise NotFound(missing)
    return outside.removeprefix(prefix)


def role(kind: str) -> Role:
    """Everybody on the workspace's side is an admin here."""
    return ROLES.get(kind, "ADMIN")


def person(text: str) -> tuple[str, Role]:
    """`contact:cara` as this wire names people: a user id and a role."""
    kind, _, id_ = text.partition(":")
    return id_, role(kind)


def participants(people: Iterable[StoredParticipant], readers: Iterable[Reader]) -> list[Participant]:
    read_at = {(r.reader_kind, r.reader_id): rfc3339(r.at) for r in readers if r.kind == "read"}
    return [
        Participant(
            user_id=p.id,
            role=role(p.kind),
            joined_at=rfc3339(p.joined_at),
            last_read_at=read_at.get((p.kind, p.id), UNSET),
        )
        for p in people
    ]


def conversation(
    stored: StoredConversation, people: Iterable[StoredParticipant], readers: Iterable[Reader]
) -> Conversation:
    return Conversation(
        conversation_id=f"conv_{stored.id}",
        participants=participants(people, readers),
        created_by=person(stored.created_by)[0],
        status=STATUSES[stored.status],
        subject=UNSET if stored.subject is None else stored.subject,
        metadata=msgspec.Raw(stored.metadata.encode()),
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.updated_at),
    )


def message(stored: StoredMessage, marks: Iterable[Mark] = ()) -> Message:
    deleted = stored.deleted_at is not None
    return Message(
        message_id=f"msg_{stored.id}",
        conversation_id=f"conv_{stored.conversation_id}",
        sender_id=stored.sender_id,
        sender_role=role(stored.sender_kind),
        content=stored.body,
        message_type=TYPES.get(stored.kind, "TEXT"),
        read_by=_read_by(stored, marks),
        metadata=msgspec.Raw(b'{"deleted":true}' if deleted else stored.metadata.encode()),
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.deleted_at or stored.edited_at or stored.created_at),
    )


def _read_by(stored: StoredMessage, marks: Iterable[Mark]) -> list[ReadBy]:
    """Who else has read it, each since their first mark over it; marks come by time."""
    first: dict[tuple[str, str], ReadBy] = {}
    for mark in marks:
        reader = (mark.reader_kind, mark.reader_id)
        covers = mark.kind == "read" and mark.from_seq <= stored.seq <= mark.to_seq
        if covers and reader != (stored.sender_kind, stored.sender_id):
            first.setdefault(reader, ReadBy(user_id=mark.reader_id, read_at=rfc3339(mark.at)))
    return list(first.values())


def metadata(given: dict[str, Any] | None) -> str:
    return msgspec.json.encode(given or {}).decode()


def sending(
    actor: Actor, conversation_id: str, said: Say, origin: str | None = None, asked: Context | None = None
) -> Sending:
    """What the verb is asked to send. Raises `Invalid` for what this wire does not take."""
    content = said.content.strip(_BLANK)
    if not 0 < len(content) <= CONTENT:
        raise Invalid("content", f"1 to {CONTENT} characters, spaces around them not counted.")
    kind = SAYS[said.message_type or "TEXT"]
    if kind == "system" and not actor.is_admin:
        raise Invalid("messageType", "Only admins send SYSTEM messages.")
    return Sending(
        actor,
        conversation_id,
        content,
        kind,
        metadata=metadata(said.metadata),
        origin=origin,
        asked=asked or current.get(),
    )
