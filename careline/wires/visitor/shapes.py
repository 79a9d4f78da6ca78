"""The wire's words: what it takes, what it gives, and how ours become its own."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from careline.core.errors import Invalid
from careline.features.attachments.rows import Attached
from careline.features.conversations.rows import Conversation, LookedFor
from careline.features.messages.rows import Message as StoredMessage
from careline.features.people.rows import Contact
from careline.features.receipts.rows import Mark
from careline.features.workspaces.rows import Status as StoredStatus
from careline.wires.shapes import rfc3339

Status = Literal["open", "pending", "closed"]
Sender = Literal["visitor", "admin"]

LIMIT, PAGE = 100, 500
FILES = 3
EXTENSIONS = ("jpg", "jpeg", "png", "webp", "pdf", "doc", "docx", "txt")
STATUSES: dict[StoredStatus, Status] = {"open": "open", "pending": "pending", "closed": "closed", "archived": "closed"}
FILTERS = {"": "any", "open": "open", "pending": "pending", "closed": "ended"}
GONE = ("expired", "infected")

# What it takes -------------------------------------------------------------------------------------------------------


class Start(Struct, frozen=True):
    """What a visitor may say of themselves, and the page they are on; fields beyond these are ignored."""

    source_page: str | None = None
    visitor_name: str | None = None
    visitor_email: str | None = None
    visitor_phone: str | None = None

    @property
    def details(self) -> dict[str, str]:
        given = {"name": self.visitor_name, "email": self.visitor_email, "phone": self.visitor_phone}
        return {field: value for field, value in given.items() if value}


class Details(Struct, frozen=True):
    """What is absent or null stays as it is, what is empty is removed."""

    visitor_name: str | None = None
    visitor_email: str | None = None
    visitor_phone: str | None = None

    @property
    def changes(self) -> dict[str, str]:
        given = {"name": self.visitor_name, "email": self.visitor_email, "phone": self.visitor_phone}
        return {field: value.strip() for field, value in given.items() if value is not None}


class After(Struct, frozen=True):
    """`after` is a message id."""

    after: str = ""


_File = Annotated[str, Meta(extra_json_schema={"contentMediaType": "application/octet-stream"})]


class Say(Struct, frozen=True):
    """A message."""

    message: str | None = None

    @property
    def body(self) -> str:
        return self.message if self.message and self.message.strip() else ""


class SayWithFiles(Say, frozen=True):
    """A message, or files as a form, or both."""

    files: Annotated[list[_File], Meta(max_length=FILES)] = []


class Chats(Struct, frozen=True):
    """`q` stands in name, e-mail address or phone number; `from` and `to` are dates or times of the beginning."""

    status: str = ""
    q: str = ""
    from_: str = msgspec.field(name="from", default="")
    to: str = ""
    limit: Annotated[int, Meta(ge=1)] = 50
    offset: Annotated[int, Meta(ge=0)] = 0

    @property
    def filter(self) -> str:
        if self.status not in FILTERS:
            raise Invalid("status", "One of open, pending and closed.")
        return FILTERS[self.status]

    @property
    def wanted(self) -> LookedFor:
        return LookedFor(self.q, from_at=moment(self.from_, "from"), to_at=moment(self.to, "to", whole_day=True))


class Change(Struct, frozen=True):
    status: Status


# What it gives -------------------------------------------------------------------------------------------------------


class Chat(Struct, frozen=True):
    id: str
    visitor_name: str | None
    visitor_email: str | None
    visitor_phone: str | None
    status: Status
    source_page: str | None
    last_message: str | None
    last_message_at: str | None
    unread_count: int
    created_at: str
    updated_at: str


class Attachment(Struct, frozen=True):
    """`file_url` is null for a file that is not kept any more."""

    id: str
    original_name: str
    mime_type: str
    size_bytes: int
    created_at: str
    file_url: str | None


class Message(Struct, frozen=True):
    """`message` is null when there are only files."""

    id: str
    sender_type: Sender
    sender_label: str | None
    message: str | None
    created_at: str
    delivered_at: str | None
    read_at: str | None
    attachments: list[Attachment]


class Started(Struct, frozen=True):
    chat_id: str
    chat_token: str
    chat: Chat


class Thread(Struct, frozen=True):
    chat_id: str
    messages: list[Message]


class One(Struct, frozen=True):
    chat: Chat


class Whole(Struct, frozen=True):
    chat: Chat
    messages: list[Message]


class Listed(Struct, frozen=True):
    chats: list[Chat]
    total: int


# Ours to theirs and back ---------------------------------------------------------------------------------------------


class _Metadata(Struct, frozen=True):
    page: Any = None


def metadata(source_page: str | None) -> str:
    """The page stands where the native wire keeps it too."""
    return msgspec.json.encode({"page": source_page[:500]} if source_page else {}).decode()


def chat(stored: Conversation, contact: Contact | None, last: StoredMessage | None, side: str) -> Chat:
    """As its visitor (`contact`) or its admin sees it."""
    page = msgspec.json.decode(stored.metadata, type=_Metadata).page
    return Chat(
        id=stored.id,
        visitor_name=contact.name if contact else None,
        visitor_email=contact.email if contact else None,
        visitor_phone=contact.phone if contact else None,
        status=STATUSES[stored.status],
        source_page=page if isinstance(page, str) else None,
        last_message=_preview(last) if last else None,
        last_message_at=rfc3339(last.created_at) if last else None,
        unread_count=stored.contact_unread if side == "contact" else stored.shown_to_staff_as_unread,
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.updated_at),
    )


def _preview(last: StoredMessage) -> str | None:
    """What it says, or the names of its files."""
    return last.body or ", ".join(a.name for a in _attached(last)) or None


def _attached(stored: StoredMessage) -> list[Attached]:
    return msgspec.json.decode(stored.attachments, type=list[Attached]) if stored.attachments else []


def messages(stored: list[StoredMessage], marks: Iterable[Mark]) -> list[Message]:
    """A thread, oldest first, with when the other side got and read each message. Marks come by time."""
    delivered, read = _first_marks(stored, marks)
    return [
        Message(
            id=m.id,
            sender_type="visitor" if m.sender_kind == "contact" else "admin",
            sender_label=m.sender_name or None,
            message=m.body or None,
            created_at=rfc3339(m.created_at),
            delivered_at=rfc3339(delivered[m.seq]) if m.seq in delivered else None,
            read_at=rfc3339(read[m.seq]) if m.seq in read else None,
            attachments=[_attachment(a, m.created_at) for a in _attached(m)],
        )
        for m in stored
    ]


def _first_marks(stored: list[StoredMessage], marks: Iterable[Mark]) -> tuple[dict[int, int], dict[int, int]]:
    """When each message was delivered and read by the other side first; what was read has been delivered."""
    seqs = [m.seq for m in stored]
    delivered: dict[int, int] = {}
    read: dict[int, int] = {}
    for mark in marks:
        for m in stored[bisect_left(seqs, mark.from_seq) : bisect_right(seqs, mark.to_seq)]:
            if (mark.reader_kind == "contact") != (m.sender_kind == "contact"):
                delivered.setdefault(m.seq, mark.at)
                if mark.kind == "read":
                    read.setdefault(m.seq, mark.at)
    return delivered, read


def _attachment(stored: Attached, at: int) -> Attachment:
    url = None if stored.state in GONE else stored.url or f"/api/chat/files/{stored.id}"
    return Attachment(stored.id, stored.name, stored.type, stored.size, rfc3339(at), url)


def moment(text: str, field: str, *, whole_day: bool = False) -> int | None:
    """A date or time (UTC where it does not say) in milliseconds; with `whole_day`, of a date its end."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        if whole_day and len(text) <= len("2026-11-21"):
            at += timedelta(days=1)
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid(field, "A date such as 2026-11-21, or a time such as 2026-11-21T08:30:00Z.") from None
