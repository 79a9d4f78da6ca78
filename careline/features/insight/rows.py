"""Figures as they are kept: by day of the workspace's own calendar."""

from msgspec import Struct


class Counts(Struct):
    """What is added up. Times are milliseconds, in sum: from a contact's first message to the first reply, and to the
    closing of the conversation.
    """

    messages: int = 0
    responses: int = 0
    response_ms: int = 0
    resolutions: int = 0
    resolution_ms: int = 0

    def add(self, other: "Counts") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Figures(Struct, frozen=True):
    """The counts of somebody on a day; `kind` is `staff`, `contact` or `system`."""

    day: str
    kind: str
    person_id: str
    messages: int
    responses: int
    response_ms: int
    resolutions: int
    resolution_ms: int


class Day(Struct, frozen=True):
    """A day of the whole workspace, or of one staff member."""

    day: str
    contact_messages: int = 0
    staff_messages: int = 0
    active_contacts: int = 0
    active_staff: int = 0
    responses: int = 0
    response_ms: int = 0
    resolutions: int = 0
    resolution_ms: int = 0


class Fact(Struct, frozen=True):
    """What the log says of a fact, as far as figures are made of it."""

    seq: int
    at: int
    conversation_id: str | None
    actor: str
    body: str


class Waiting(Struct):
    """A conversation in which a contact asked: since when, and whether they were answered."""

    conversation_id: str
    asked_at: int
    answered: int = 0


class Span(Struct, frozen=True):
    """Days from the first to the last, both in it, written like 2026-11-25."""

    first: str
    last: str
