"""Attachments as they are stored, and as the readers of their message see them."""

from typing import Literal

import msgspec
from msgspec import Struct

from careline.core.actor import Kind

# `arriving` was promised and is not here yet, `pending` is held back until it was scanned, `unscanned` was let through
# with a mark; of `expired` and `infected` ones only the name is left.
State = Literal["ready", "arriving", "pending", "unscanned", "infected", "expired"]


class Attachment(Struct, frozen=True):
    """`storage_key` names the bytes in the blob store; a reference has a `url` instead, and the `size` 0 where that is
    not known. `thumbnail` is the digest of
    the small picture that lies beside them. `staff_only` when it hangs on a note.
    """

    id: str
    workspace_id: str
    conversation_id: str | None
    message_id: str | None
    owner_kind: Kind
    owner_id: str
    name: str
    type: str
    size: int
    sha256: str | None
    width: int | None
    height: int | None
    thumbnail: str | None
    storage_key: str | None
    url: str | None
    state: State
    staff_only: int
    created_at: int
    deleted_at: int | None


class Attached(Struct, frozen=True):
    """An attachment in its message, for everybody who sees the message: this is what `messages.attachments` holds."""

    id: str
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    thumbnail: bool
    state: State
    url: str | None


class Stored(Struct, frozen=True):
    """A file whose bytes are safe in the blob store and have been looked at."""

    name: str
    type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    thumbnail: str | None
    storage_key: str
    state: State


class Promised(Struct, frozen=True):
    """What a file is going to be that goes straight to the store, as its sender says."""

    name: str
    type: str
    size: int
    sha256: str


class Allowance(Struct, frozen=True):
    """What somebody may upload now: `most` bytes, with these choices of their workspace."""

    most: int
    svg: bool
    keep_metadata: bool


def attached(stored: Attachment) -> Attached:
    return Attached(
        stored.id,
        stored.name,
        stored.type,
        stored.size,
        stored.width,
        stored.height,
        stored.thumbnail is not None,
        stored.state,
        stored.url,
    )


class _Id(Struct, frozen=True):
    id: str


def ids_in(attachments: str | None) -> tuple[str, ...]:
    """The ids in the JSON that a message holds."""
    return tuple(row.id for row in msgspec.json.decode(attachments, type=list[_Id])) if attachments else ()
