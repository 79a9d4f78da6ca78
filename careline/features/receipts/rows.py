"""Marks as they are stored, and requests to make one."""

from typing import Literal

from msgspec import Struct, field

from careline.core.actor import Actor
from careline.core.context import Context, current

MarkKind = Literal["read", "delivered"]


class Mark(Struct, frozen=True):
    """A reader's one act: messages of the conversation numbered `from_seq` to `to_seq`, at `at`."""

    conversation_id: str
    kind: MarkKind
    reader_kind: str
    reader_id: str
    reader_name: str
    from_seq: int
    to_seq: int
    at: int


class Reader(Struct, frozen=True):
    """How far somebody has come in a conversation."""

    conversation_id: str
    kind: MarkKind
    reader_kind: str
    reader_id: str
    up_to: int
    at: int


class Unread(Struct, frozen=True):
    """The number of a message that nobody of a side has read."""

    seq: int


class Marking(Struct, frozen=True):
    """One request of a batch: up to a message (None: the last one), or exactly these messages.

    `reached` is the number of `up_to` where this server concludes by itself that somebody has it: nothing is looked up
    then, and nothing marked where nothing is unread. `asked` is where it came from.
    """

    actor: Actor
    conversation_id: str
    kind: MarkKind
    up_to: str | None = None
    message_ids: tuple[str, ...] | None = None
    origin: str | None = None
    reached: int | None = None
    asked: Context = field(default_factory=current.get)
