"""What is asked of the search, and what it finds."""

from typing import Literal

from msgspec import Struct

from careline.core.actor import Kind
from careline.features.messages.rows import Message, MessageKind
from careline.features.people.rows import Contact
from careline.features.workspaces.rows import Status

Match = Literal["word", "part"]
Order = Literal["time", "relevance"]


class Filters(Struct, frozen=True):
    """What a message must be beside what it says; None and False ask nothing. Times in milliseconds: at or after
    `from_at`, before `to_at`. `unread` are messages of the other side that nobody of the asker's side has read.
    """

    conversation_id: str | None = None
    sender_kind: Kind | None = None
    sender_id: str | None = None
    kind: MessageKind | None = None
    from_at: int | None = None
    to_at: int | None = None
    has_attachment: bool = False
    pinned: bool = False
    unread: bool = False
    label: str | None = None
    status: Status | None = None


class Hit(Message, frozen=True):
    """A message that may match, with its conversation's subject."""

    subject: str | None = None


class Snippet(Struct, frozen=True):
    """A stretch of a text; each mark is a pair of offsets in it, counted in UTF-16 units as browsers and phones do."""

    text: str
    marks: list[tuple[int, int]]


class Found(Struct, frozen=True):
    """A message that matches, and where. `score` orders by relevance, 0 to 1,023."""

    message: Message
    subject: str | None
    snippet: Snippet
    score: int


class FoundContact(Struct, frozen=True):
    """`similarity` is 1 for the very words and less for what only resembles them."""

    contact: Contact
    similarity: float


class Place(Struct, frozen=True):
    """A candidate: its place in the index and the row it stands for; among how many it was, where that was counted, and
    whether the asker could read it when it was indexed.
    """

    place: int
    id: str
    among: int = 0
    is_readable: int = 1


class Position(Struct, frozen=True):
    """How far the index has followed a workspace's log, and its number there."""

    number: int
    seq: int


class Reach(Struct, frozen=True):
    """How far a workspace's log goes, and the index's `Position` in it, both 0 where it has none. One that `has_order`
    walks its lists from the newest place on; another gives all that there is.
    """

    head: int
    number: int
    seq: int
    has_order: int


class Logged(Struct, frozen=True):
    """A fact of the log beside the message it sent, if it sent one; else `event` tells what it was."""

    seq: int
    event: str | None
    id: str | None
    conversation_id: str | None
    sender_kind: str | None
    sender_id: str | None
    body: str | None
    deleted_at: int | None
    has_attachment: int | None


class Told(Struct, frozen=True):
    """A fact of the log as it is kept."""

    seq: int
    event: str


class Id(Struct, frozen=True):
    id: str


class Behind(Struct, frozen=True):
    """A workspace whose log reaches further than the index, and by how many facts."""

    workspace_id: str
    facts: int
