"""What stands beside a message's own words: who has reacted to it, and the message it replies to."""

from msgspec import Struct

from careline.core.actor import Kind
from careline.features.messages.rows import Message, MessageKind
from careline.features.reactions.rows import read

PREVIEW = 200
_NONE: list["Reaction"] = []


class Reactor(Struct, frozen=True):
    """Somebody who has reacted; `id` of staff is None to contacts."""

    kind: Kind
    id: str | None
    name: str
    at: int


class Reaction(Struct, frozen=True):
    """An emoji and whose it is, in the order they came."""

    emoji: str
    count: int
    by: list[Reactor]


class Reply(Struct, frozen=True):
    """The message replied to, cut for a line above the reply."""

    id: str
    kind: MessageKind
    sender_kind: Kind
    sender_name: str
    body: str
    deleted: bool


def reactions(stored: Message, side: str) -> list[Reaction]:
    """They say whose they are and not whether they are mine: a frame is encoded once for many."""
    if stored.reactions is None:
        return _NONE
    return [
        Reaction(
            emoji,
            len(by),
            [
                Reactor(one.kind, None if side == "contact" and one.kind == "staff" else one.id, one.name, one.at)
                for one in by
            ],
        )
        for emoji, by in read(stored.reactions).items()
    ]


def hides_reply(stored: Message, side: str) -> bool:
    """To a contact, an answer to a note answers nothing."""
    return side == "contact" and stored.quoted_kind == "note"


def reply(stored: Message, side: str) -> Reply | None:
    kind, sender = stored.quoted_kind, stored.quoted_sender_kind
    if stored.reply_to is None or kind is None or sender is None or hides_reply(stored, side):
        return None
    body, name = stored.quoted_body or "", stored.quoted_sender_name or ""
    return Reply(stored.reply_to, kind, sender, name, body[:PREVIEW], stored.quoted_deleted_at is not None)
