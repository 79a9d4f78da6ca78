"""Flags as they are stored."""

from typing import Literal

from msgspec import Struct

from careline.core.actor import Kind

Resolution = Literal["dismiss", "delete", "block"]


class Flag(Struct, frozen=True):
    """Somebody's wish that staff look at a message. `seq` orders the queue; `resolved_by` is `kind:id`."""

    id: str
    seq: int
    conversation_id: str
    message_id: str
    flagger_kind: Kind
    flagger_id: str
    flagger_name: str
    reason: str
    created_at: int
    resolved_at: int | None
    resolved_by: str | None
    resolution: Resolution | None
