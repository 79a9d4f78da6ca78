"""Facts and signals: what happened, numbered and kept; and what is true only now."""

import re
from functools import cache
from typing import Any, ClassVar

from msgspec import Struct

from careline.core.context import NOWHERE, Context


def _dotted(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", ".", name).lower()


class About(Struct, frozen=True):
    """Where the row an event speaks of is found when the log is read: a query by ids, and the event's field."""

    row: type[Struct]
    query: str
    field: str


class Event(Struct, frozen=True, kw_only=True, tag_field="type", tag=_dotted):
    """A fact, in the past tense. Holds ids and small facts, never bodies: an erasure needs no second place.

    The tag is the class's name in dotted lower case: `MessageSent` is `message.sent`.
    """

    about: ClassVar[About | None] = None
    # Which readings of what it `concerns` it may have changed, by what was read; None: any of them.
    spoils: ClassVar[frozenset[str] | None] = None

    @property
    def audience(self) -> str:
        """`all`: both sides of the conversation; `staff`: the workspace's side only; `overview`: staff who see all."""
        return "all"

    @property
    def hangs_up(self) -> tuple[str, ...]:
        """Connections that this fact ends, by credential (`token:…`), person, `conversation/person`, or
        `conversation:…` for all that are bound to it.
        """
        return ()

    @property
    def delivers(self) -> str | None:
        """The id of the message that whoever hears this of somebody else has received with it."""
        return None

    @property
    def rewrites(self) -> str | None:
        """The id of the row that earlier facts must not show as it was: it was edited, or its text taken back.

        A row whose `quotes` is that id shows a piece of it, and its `quoting` gives it with the piece as it is now.
        """
        return None

    @property
    def concerns(self) -> tuple[str, ...] | None:
        """The conversations in which it may have changed what was said or who has read it; None: any of them."""
        return None

    @property
    def shuts_out(self) -> str | None:
        """Whom, as `kind:id`, earlier facts of this conversation are not for any more."""
        return None

    @classmethod
    @cache
    def tag(cls) -> str:
        """The fact's one name, such as `message.sent`."""
        return str(cls.__struct_config__.tag)


class ConversationEvent(Event, frozen=True, kw_only=True):
    """A fact about one conversation, heard by its people."""

    conversation_id: str

    @property
    def concerns(self) -> tuple[str, ...] | None:
        return (self.conversation_id,)


class StaffEvent(Event, frozen=True, kw_only=True):
    """A fact about the workspace itself, heard by all of its staff."""

    @property
    def audience(self) -> str:
        return "staff"

    @property
    def concerns(self) -> tuple[str, ...] | None:
        return ()


class OverviewEvent(StaffEvent, frozen=True, kw_only=True):
    """A fact about somebody or something of the workspace that not all of its staff need to know of."""

    @property
    def audience(self) -> str:
        return "overview"


class Recorded:
    """An event with its place in the log, what it is about, and who was part of the conversation then.

    `people` are the participants as `kind:id`. `origin` is the connection whose command made it and `request` that
    command's own id, both known only in the process where it happened. `frames` keeps what each wire made of it,
    and `cursor` its opaque place: made once, sent to many. `asked` is where it was asked for, which the log keeps.
    """

    __slots__ = (
        "about",
        "actor",
        "asked",
        "at",
        "conversation_id",
        "cursor",
        "event",
        "frames",
        "origin",
        "people",
        "request",
        "seq",
        "workspace_id",
    )

    def __init__(
        self,
        workspace_id: str,
        seq: int,
        at: int,
        actor: str,
        event: Event,
        about: Any = None,
        people: tuple[str, ...] = (),
        origin: str | None = None,
        request: str | None = None,
        asked: Context = NOWHERE,
    ) -> None:
        self.workspace_id = workspace_id
        self.seq = seq
        self.at = at
        self.actor = actor
        self.event = event
        self.conversation_id: str | None = getattr(event, "conversation_id", None)
        self.about = about
        self.people = people
        self.origin = origin
        self.request = request
        self.asked = asked
        self.frames: dict[Any, bytes | None] = {}
        self.cursor: str | None = None


class Signal(Struct, frozen=True, kw_only=True, tag_field="type", tag=_dotted):
    """True only now: fanned out, never kept. `person` is whom it is about; they are not told themselves."""

    workspace_id: str
    person: str
    name: str
    conversation_id: str | None = None
    people: tuple[str, ...] = ()


class TypingChanged(Signal, frozen=True, kw_only=True):
    """Somebody began or stopped typing in a conversation."""

    typing: bool


class PresenceChanged(Signal, frozen=True, kw_only=True):
    """Somebody came (their first socket) or went (their last); with a conversation, to or from that one alone."""

    online: bool
    last_seen_at: int | None = None
