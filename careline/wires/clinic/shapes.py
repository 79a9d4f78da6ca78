"""The wire's words: what it takes, what it gives, and how ours become its own."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from careline.core.errors import Invalid
from careline.features.push.rows import Platform

MessageType = Literal["text", "file", "system"]
Status = Literal["open", "resolved", "archived"]

MOST = 100
HISTORY, HISTORY_MOST = 200, 500
NOBODY = "00000000-0000-0000-0000-000000000000"  # what the clients' language has for an id that is not there

FILTERS: dict[Status | None, str] = {None: "kept", "open": "active", "resolved": "closed", "archived": "archived"}

# What it takes -------------------------------------------------------------------------------------------------------
# Fields beyond these are ignored. Those that must be there are asked for by the handlers: the wire has one sentence for
# all that are missing.


class People(Struct, frozen=True, kw_only=True):
    """Whom a request names: one of the two, or both sides."""

    location_id: str | None = None
    user_id: str | None = None
    contact_id: str | None = None


Number = Annotated[int, Meta(ge=1)]


class _Numbered:
    """What has a page and a limit: a plain class, for a struct has one parent."""

    __slots__ = ()
    page: Number
    limit: Number

    @property
    def most(self) -> int:
        return min(self.limit, MOST)

    @property
    def skip(self) -> int:
        return (self.page - 1) * self.most


class _Span(Struct, frozen=True, kw_only=True):
    """Times as RFC 3339, or days; a day that ends a span belongs to it."""

    begin: str | None = field(default=None, name="from")
    end: str | None = field(default=None, name="to")
    type: MessageType | None = None

    @property
    def from_at(self) -> int | None:
        return moment(self.begin, "from")

    @property
    def to_at(self) -> int | None:
        return moment(self.end, "to", to_its_end=True)


class Said(Struct, frozen=True, kw_only=True):
    """A message over the socket: the pair is known there, and who speaks, unless they are a stranger."""

    location_id: str | None = None
    sender_user_id: str | None = None
    sender_contact_id: str | None = None
    receiver_user_id: str | None = None
    receiver_contact_id: str | None = None
    content: str | None = None
    file_url: str | None = None
    file_name: str | None = None
    file_type: str | None = None
    message_type: MessageType | None = None
    reply_to_id: str | None = None
    client_id: str | None = None


class Send(Said, frozen=True, kw_only=True):
    pass


class History(_Span, frozen=True, kw_only=True):
    location_id: str | None = None
    user_id: str | None = None
    contact_id: str | None = None
    limit: Number = HISTORY
    before: str | None = None
    unread: bool = False
    pinned: bool = False
    has_attachment: bool = False


class MessageIds(Struct, frozen=True):
    message_ids: list[str] | None = None


class Sessions(People, _Numbered, frozen=True, kw_only=True):
    page: Number = 1
    limit: Number = 20
    status: Status | None = None
    tag: str | None = None


class Search(_Span, _Numbered, frozen=True, kw_only=True):
    page: Number = 1
    limit: Number = 20
    location_id: str | None = None
    q: str | None = None
    query: str | None = None
    sort: Literal["relevance", "time"] = "time"


class Content(Struct, frozen=True):
    content: str | None = None


class React(People, frozen=True, kw_only=True):
    message_id: str | None = None
    emoji: str | None = None


class Forward(Struct, frozen=True, kw_only=True):
    session_id: str | None = None
    receiver_user_id: str | None = None
    receiver_contact_id: str | None = None
    sender_user_id: str | None = None
    sender_contact_id: str | None = None
    client_id: str | None = None


class Tags(Struct, frozen=True):
    tags: list[str] | None = None


class Register(People, frozen=True, kw_only=True):
    token: str | None = None
    platform: Platform | None = None


class Analytics(Struct, frozen=True, kw_only=True):
    location_id: str | None = None
    days: int = 30


class Refresh(Struct, frozen=True, kw_only=True):
    refresh_token: str | None = None
    location_id: str | None = None


class File(Struct, frozen=True):
    """The form of an upload."""

    file: bytes


class Typing(Struct, frozen=True, kw_only=True):
    is_typing: bool
    user_id: str | None = None
    contact_id: str | None = None


# What it gives -------------------------------------------------------------------------------------------------------


class Reaction(Struct, frozen=True):
    emoji: str
    user_id: str | None
    contact_id: str | None
    created_at: str


class Quoted(Struct, frozen=True):
    """The message that one replies to, as it is now."""

    id: str
    content: str
    sender_name: str
    deleted: bool


class Uploaded(Struct, frozen=True):
    file_url: str | None
    file_name: str | None
    file_type: str | None


class Message(Struct, frozen=True, kw_only=True):
    """`attachments` is there where a message has more than one file."""

    id: str
    location_id: str
    sender_user_id: str | None
    receiver_user_id: str | None
    sender_contact_id: str | None
    receiver_contact_id: str | None
    content: str
    session_id: str
    sent_at: str
    delivered_at: str | None
    read_at: str | None
    is_read: bool
    file_url: str | None
    file_name: str | None
    file_type: str | None
    reply_to_id: str | None
    reply_to: Quoted | UnsetType = UNSET
    edited_at: str | None
    deleted_at: str | None
    is_pinned: bool
    message_type: MessageType
    reactions: list[Reaction]
    client_id: str | UnsetType = UNSET
    attachments: list[Uploaded] | UnsetType = UNSET


class Session(Struct, frozen=True, kw_only=True):
    id: str
    location_id: str
    user_id: str | None
    contact_id: str | None
    contact_name: str | None
    status: Status
    tags: list[str]
    last_message: Message | None
    last_message_at: str | None
    unread_count: int
    created_at: str


class Done(Struct, frozen=True):
    message: str


class Presence(Struct, frozen=True):
    status: str


class Tokens(Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_at: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105


class Day(Struct, frozen=True):
    date: str
    messages: int
    active_users: int
    active_contacts: int


class Figures(Struct, frozen=True):
    location_id: str
    days: int
    total_messages: int
    active_users: int
    active_contacts: int
    messages_per_day: list[Day]


# Ours and theirs -----------------------------------------------------------------------------------------------------


class Pair(Struct, frozen=True):
    """The two sides of a session as its messages name them; empty where there is nobody."""

    location_id: str
    user_id: str
    contact_id: str


def given(value: str | None) -> str | None:
    """An id that a client left out in any of the ways they do it."""
    return None if value in ("", NOBODY) else value


def moment(text: str | None, name: str, *, to_its_end: bool = False) -> int | None:
    """Milliseconds of a time or a day."""
    if not text:
        return None
    try:
        # In an address that was not escaped, the plus of an offset is a space.
        time = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return int((time + timedelta(days=to_its_end and "T" not in text)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid(name, "A time such as 2026-11-21T08:30:00Z, or a day.") from None
