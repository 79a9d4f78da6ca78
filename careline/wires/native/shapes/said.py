"""What was said, and what was attached."""

from typing import cast

import msgspec
from msgspec import Struct

from careline.core.actor import Kind
from careline.features.attachments.rows import Attached, State
from careline.features.attachments.rows import Attachment as StoredAttachment
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import MessageKind
from careline.wires.native import beside

PREVIEW = 200


_EMPTY = msgspec.Raw(b"{}")
_NO_FILES: list[Attached] = []
_NO_REACTIONS: list[beside.Reaction] = []


class Message(Struct, frozen=True):
    """What was said. `body` is empty when deleted. `delivered_at` and `read_at` tell when the other side first had and
    read it; `client_id` is there for its author only, `sender_id` of staff and `mentions` for staff only.
    """

    id: str
    conversation_id: str
    kind: MessageKind
    sender_kind: Kind
    sender_id: str | None
    sender_name: str
    body: str
    reply_to: str | None
    attachments: list[Attached]
    metadata: msgspec.Raw
    created_at: int
    edited_at: int | None
    deleted_at: int | None
    delivered_at: int | None
    read_at: int | None
    client_id: str | None
    reply: beside.Reply | None
    reactions: list[beside.Reaction]
    pinned_at: int | None
    forwarded: bool
    mentions: list[str]


class Attachment(Struct, frozen=True):
    """A file: its owner's alone until `message_id` says where it was sent. Its bytes have addresses of their own."""

    id: str
    conversation_id: str | None
    message_id: str | None
    name: str
    type: str
    size: int
    sha256: str | None
    width: int | None
    height: int | None
    thumbnail: bool
    state: State
    url: str | None
    created_at: int


class LastMessage(Struct, frozen=True):
    """The last public message of a conversation, cut for a list."""

    id: str
    kind: MessageKind
    sender_kind: Kind
    sender_name: str
    body: str
    attachment_count: int
    created_at: int
    deleted_at: int | None


def message(
    stored: StoredMessage,
    side: str,
    *,
    client_id: str | None = None,
    reached: tuple[int | None, int | None] = (None, None),
) -> Message:
    """As one side is told it; `client_id` is its own where its author is told."""
    hidden = side == "contact" and stored.sender_kind == "staff"
    # Most messages have nothing beside their words, and a page shapes fifty: what is not there is not looked into.
    replies = stored.reply_to is not None and not beside.hides_reply(stored, side)
    return Message(
        stored.id,
        stored.conversation_id,
        stored.kind,
        stored.sender_kind,
        None if hidden else stored.sender_id,
        stored.sender_name,
        stored.body,
        stored.reply_to if replies else None,
        _NO_FILES if stored.attachments is None else cast(list[Attached], msgspec.Raw(stored.attachments.encode())),
        _EMPTY if stored.metadata == "{}" else msgspec.Raw(stored.metadata.encode()),
        stored.created_at,
        stored.edited_at,
        stored.deleted_at,
        reached[0],
        reached[1],
        client_id,
        beside.reply(stored, side) if replies else None,
        _NO_REACTIONS if stored.reactions is None else beside.reactions(stored, side),
        stored.pinned_at,
        stored.forwarded_from is not None,
        [] if side == "contact" or stored.mentions is None else msgspec.json.decode(stored.mentions, type=list[str]),
    )


def attachment(stored: StoredAttachment) -> Attachment:
    return Attachment(
        stored.id,
        stored.conversation_id,
        stored.message_id,
        stored.name,
        stored.type,
        stored.size,
        stored.sha256,
        stored.width,
        stored.height,
        stored.thumbnail is not None,
        stored.state,
        stored.url,
        stored.created_at,
    )
