"""The wire's words: what it takes, what it gives, and how ours become its own."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal, overload

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from careline.core import text
from careline.core.errors import Invalid
from careline.features.attachments.rows import Attached
from careline.features.conversations.rows import Conversation
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import Only, Side
from careline.features.receipts.rows import Mark
from careline.features.tokens.rows import ContactToken
from careline.features.tokens.rules import is_live
from careline.wires.shapes import rfc3339

LIMIT = 200
SenderType = Literal["LOCATION", "CONTACT"]
Moment = Annotated[datetime, Meta(tz=True)]
SIDES: dict[str, Side] = {"LOCATION": "staff", "CONTACT": "contact"}
_decode_attached = msgspec.json.Decoder(list[Attached]).decode


# What it takes: fields beyond these are ignored, because existing clients send some ---------------------------------


class Pair(Struct, frozen=True, kw_only=True):
    """A location and somebody who writes to it: this wire's word for a conversation."""

    location_id: str
    contact_id: str


class PairAsked(Struct, frozen=True, kw_only=True):
    """The same in a query."""

    location_id: str = field(name="locationID")
    contact_id: str = field(name="contactID")


class MessagesAsked(PairAsked, frozen=True, kw_only=True):
    """`direction` is who wrote and `unreadBy` who has not read yet: LOCATION or CONTACT, in any letter case."""

    limit: Annotated[int, Meta(ge=1)] = 50
    offset: Annotated[int, Meta(ge=0)] = 0
    direction: str | None = None
    unread_by: str | None = field(name="unreadBy", default=None)
    start_time: Moment | None = field(name="startTime", default=None)
    end_time: Moment | None = field(name="endTime", default=None)

    @property
    def only(self) -> Only:
        """Both times are counted in; ours end before the second one. Raises `Invalid`."""
        return Only(
            from_at=milliseconds(self.start_time),
            to_at=None if self.end_time is None else milliseconds(self.end_time) + 1,
            side=_side("direction", self.direction),
            unread_by=_side("unreadBy", self.unread_by),
        )


class Reference(Struct, frozen=True):
    """A file elsewhere, by HTTPS, or an upload of ours, by the address it was given."""

    file_name: str
    file_url: str
    mime_type: str | None = None
    size: int | None = None

    @property
    def said(self) -> tuple[str, str, str, int | None]:
        """As our verb takes it."""
        return self.file_url, self.file_name, self.mime_type or "", self.size


class Say(Pair, frozen=True, kw_only=True):
    """Whatever `content_type` says, it is text. `sender_name` is how staff sign, by default with their own name."""

    content: str = ""
    content_type: str | None = None
    sender_name: str | None = None
    attachments: list[Reference] | None = None

    def check(self, most: int) -> None:
        """What can be refused before anything is made; `most` files. Raises `Invalid` in the wire's words."""
        if self.content or not self.attachments:
            text.body(self.content, "content")
        if self.sender_name:
            text.line(self.sender_name, "sender_name", 120)
        if len(self.attachments or ()) > most:
            raise Invalid("attachments", f"At most {most} of them.")


class Issue(Pair, frozen=True, kw_only=True):
    expires_at: Moment | None = None


# What it gives -------------------------------------------------------------------------------------------------------


class Attachment(Struct, frozen=True):
    id: str
    file_name: str
    file_url: str
    mime_type: str
    size: int | UnsetType = UNSET


class Message(Struct, frozen=True, kw_only=True):
    id: str
    location_id: str
    contact_id: str
    content: str
    content_type: Literal["TEXT"] = "TEXT"
    sender_type: SenderType
    sender_id: str
    sender_name: str
    attachments: list[Attachment]
    read_by_location: bool
    read_by_contact: bool
    read_at: str | UnsetType = UNSET
    is_deleted: bool
    created_at: str
    updated_at: str


class Said(Struct, frozen=True):
    message: Message


class Messages(Struct, frozen=True):
    messages: list[Message]
    is_last_page: bool = field(name="isLastPage")


class Done(Struct, frozen=True):
    status: Literal["ok", "deleted"]


class Unread(Struct, frozen=True):
    unread_by_location: int
    unread_by_contact: int


class Issued(Struct, frozen=True):
    """The token is told this once."""

    token: str
    id: str
    expires_at: str | None


class Token(Struct, frozen=True):
    id: str
    expires_at: str | None
    is_active: bool
    created_by: str
    created_at: str
    last_used_at: str | UnsetType = UNSET


class Tokens(Struct, frozen=True):
    tokens: list[Token]


# Ours to theirs and back ---------------------------------------------------------------------------------------------


def _side(field: str, word: str | None) -> Side | None:
    if word is None:
        return None
    if word.upper() not in SIDES:
        raise Invalid(field, f"One of {', '.join(SIDES)}.")
    return SIDES[word.upper()]


@overload
def milliseconds(moment: datetime) -> int: ...
@overload
def milliseconds(moment: None) -> None: ...
def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)


def message(
    stored: StoredMessage,
    pair: Pair | PairAsked,
    address: Callable[[str], str],
    marks: Iterable[Mark] = (),
) -> Message:
    """Who writes has read it. `address` is where a file of ours is to be had, by its id."""
    by_contact = stored.sender_kind == "contact"
    read_at = _first_read(stored, marks, "staff" if by_contact else "contact")
    return Message(
        id=stored.id,
        location_id=pair.location_id,
        contact_id=pair.contact_id,
        content=stored.body,
        sender_type="CONTACT" if by_contact else "LOCATION",
        sender_id=stored.sender_id,
        sender_name=stored.sender_name,
        attachments=_attachments(stored, address),
        read_by_location=not by_contact or read_at is not None,
        read_by_contact=by_contact or read_at is not None,
        read_at=UNSET if read_at is None else rfc3339(read_at),
        is_deleted=stored.deleted_at is not None,
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.deleted_at or stored.edited_at or stored.created_at),
    )


def _first_read(stored: StoredMessage, marks: Iterable[Mark], side: Side) -> int | None:
    """When the first of the other side read it; marks come by time."""
    return next(
        (
            mark.at
            for mark in marks
            if (mark.kind, mark.reader_kind) == ("read", side) and mark.from_seq <= stored.seq <= mark.to_seq
        ),
        None,
    )


def _attachments(stored: StoredMessage, address: Callable[[str], str]) -> list[Attachment]:
    return [
        Attachment(file.id, file.name, file.url or address(file.id), file.type, file.size or UNSET)
        for file in (_decode_attached(stored.attachments) if stored.attachments else [])
    ]


def unread(conversation: Conversation | None) -> Unread:
    if conversation is None:
        return Unread(0, 0)
    return Unread(conversation.staff_unread, conversation.contact_unread)


def token(stored: ContactToken, now: int) -> Token:
    return Token(
        id=stored.id,
        expires_at=None if stored.expires_at is None else rfc3339(stored.expires_at),
        is_active=is_live(stored.revoked_at, stored.expires_at, now),
        created_by=stored.created_by.partition(":")[2],
        created_at=rfc3339(stored.created_at),
        last_used_at=UNSET if stored.last_used_at is None else rfc3339(stored.last_used_at),
    )
