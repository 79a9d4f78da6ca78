"""Labels, and what merging and tidying look at, as they are stored."""

from msgspec import Struct

from careline.core.actor import Kind
from careline.features.messages.rows import MessageKind


class Label(Struct, frozen=True):
    """A word of the workspace for its conversations; `folded` is the name by which there is only one of it."""

    id: str
    name: str
    colour: str
    created_at: int
    folded: str


class Bearer(Struct, frozen=True):
    """A conversation that still bears a label which is gone."""

    id: str
    labels: str


class Said(Struct, frozen=True):
    """Of a message only what merging must know."""

    conversation_id: str
    seq: int
    sender_kind: Kind
    kind: MessageKind


class Kept(Struct, frozen=True):
    """How far a reader had come, with the name they had."""

    conversation_id: str
    kind: str
    reader_kind: str
    reader_id: str
    reader_name: str
    up_to: int
    at: int


class Quiet(Struct, frozen=True):
    """A conversation by how long nobody has said anything: `quiet_since` is its last message, or its beginning."""

    id: str
    activity_seq: int
    quiet_since: int
    updated_at: int
    snoozed_until: int | None
