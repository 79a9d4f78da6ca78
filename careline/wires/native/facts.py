"""What each event and signal of the native wire carries: the `data` of its frame."""

from typing import Literal

from msgspec import Struct

from careline.features.moderation.rows import Resolution
from careline.wires.native import beside, shapes

Side = Literal["staff", "contact"]


class AboutMessage(Struct, frozen=True):
    message: shapes.Message


class AboutConversation(Struct, frozen=True):
    conversation: shapes.Conversation


class AboutContact(Struct, frozen=True):
    contact: shapes.Contact


class AboutLabel(Struct, frozen=True):
    label: shapes.Label


class Deleted(Struct, frozen=True):
    id: str


class Merged(Struct, frozen=True):
    conversation: shapes.Conversation
    merged_id: str


class AboutCanned(Struct, frozen=True):
    canned: shapes.Canned


class CannedGone(Struct, frozen=True):
    id: str


class MergedInto(Struct, frozen=True):
    """`contact` is the survivor, `id` who is gone."""

    id: str
    contact: shapes.Contact
    apart: tuple[str, ...]


class AboutStaff(Struct, frozen=True):
    staff: shapes.Staff


class AboutWorkspace(Struct, frozen=True):
    workspace: shapes.Workspace


class Who(Struct, frozen=True):
    """Somebody of a conversation; `id` of staff is null to contacts."""

    kind: Side
    id: str | None
    name: str | None


class Reading(Struct, frozen=True):
    """Up to a message and all before it, or exactly these."""

    reader: Who
    up_to: str | None
    message_ids: tuple[str, ...] | None
    at: int
    unread_count: int


class Delivery(Struct, frozen=True):
    """Up to a message and all before it, or exactly these."""

    reader: Who
    up_to: str | None
    message_ids: tuple[str, ...] | None
    at: int


class Reacting(Struct, frozen=True):
    """Who came or went with which emoji, and what the message bears now."""

    message_id: str
    emoji: str
    who: Who
    reactions: list[beside.Reaction]


class Flagged(Struct, frozen=True):
    message_id: str
    flag_id: str


class Resolved(Struct, frozen=True):
    message_id: str
    resolution: Resolution


class AboutToken(Struct, frozen=True):
    id: str
    contact_id: str


class Expired(Struct, frozen=True):
    id: str


class Typist(Struct, frozen=True):
    kind: Side
    id: str | None
    name: str | None
    typing: bool


class Presence(Struct, frozen=True):
    kind: Side
    id: str | None
    name: str | None
    online: bool
    last_seen_at: int | None


def who(text: str, name: str | None, side: str) -> Who:
    """`staff:ana` as it is told to a side."""
    return Who(**shapes.person(text, name, side))
