"""Messages as they are stored, and requests to send one."""

from typing import Literal

import msgspec
from msgspec import Struct, field

from careline.core.actor import Actor, Kind
from careline.core.context import Context, current

# A `file` stands for one that the sender keeps elsewhere: its metadata says where.
MessageKind = Literal["text", "file", "system", "note"]
Side = Literal["staff", "contact"]


class Message(Struct, frozen=True):
    """`seq` is the number of its `message.sent` in the workspace's log: it orders, pages and marks. It stays inside.

    `attachments`, `reactions` and `mentions` are JSON, None where there are none. What stands in `quoted_…` is the
    message this one replies to, as it is now; all None without one.
    """

    id: str
    conversation_id: str
    seq: int
    kind: MessageKind
    sender_kind: Kind
    sender_id: str
    sender_name: str
    body: str
    reply_to: str | None
    metadata: str
    client_id: str | None
    created_at: int
    edited_at: int | None
    deleted_at: int | None
    attachments: str | None = None
    reactions: str | None = None
    pinned_at: int | None = None
    forwarded_from: str | None = None
    mentions: str | None = None
    quoted_kind: MessageKind | None = None
    quoted_sender_kind: Kind | None = None
    quoted_sender_name: str | None = None
    quoted_body: str | None = None
    quoted_deleted_at: int | None = None

    @property
    def quotes(self) -> str | None:
        return self.reply_to

    def quoting(self, other: "Message") -> "Message":
        """The same with another message as the one it replies to."""
        return msgspec.structs.replace(
            self,
            quoted_kind=other.kind,
            quoted_sender_kind=other.sender_kind,
            quoted_sender_name=other.sender_name,
            quoted_body=other.body,
            quoted_deleted_at=other.deleted_at,
        )


class Only(Struct, frozen=True):
    """What a page of history leaves through; None and False ask nothing. Times in milliseconds: at or after `from_at`,
    before `to_at`. Messages of `side` staff are all that no contact wrote. What is unread by a side was written by the
    other, and nobody of that side has read it. With `standing`, what was taken back has no place either.
    """

    from_at: int | None = None
    to_at: int | None = None
    side: Side | None = None
    kind: MessageKind | None = None
    unread_by: Side | None = None
    pinned: bool = False
    has_attachment: bool = False
    standing: bool = False


class Edit(Struct, frozen=True):
    """What a message said before it was edited, and since when."""

    body: str
    said_at: int


class Sending(Struct, frozen=True):
    """One request of a batch: who says what where, by which connection (`origin`) and as which command of it.

    `mentions` are staff ids. What repeats another message brings that one's id as `forwarded_from`, its `attachments`
    as they are told, and an `id` of its own that those hang on already.
    `asked` is where it came from: a batch has no such place of its own.
    """

    actor: Actor
    conversation_id: str
    body: str
    kind: MessageKind = "text"
    client_id: str | None = None
    reply_to: str | None = None
    sender_label: str | None = None
    metadata: str = "{}"
    origin: str | None = None
    request: str | None = None
    mentions: tuple[str, ...] = ()
    attachments: str | None = None
    forwarded_from: str | None = None
    id: str = ""
    attachment_ids: tuple[str, ...] = ()
    asked: Context = field(default_factory=current.get)


class Sent(Struct, frozen=True):
    """The message a request made, or, `repeated`, the one an earlier request with its `client_id` had made."""

    message: Message
    repeated: bool = False
