"""The socket's frames: pure functions from facts and signals to bytes, one per view."""

from collections.abc import Callable
from typing import Any

import msgspec

from careline.core.events import Event, Recorded, Signal, TypingChanged
from careline.features.messages.events import AttachmentsUpdated, MessageDeleted, MessageEdited, MessageSent
from careline.features.messages.rows import Message
from careline.features.receipts.events import MessageRead
from careline.wires.careplus import shapes
from careline.wires.careplus.files import Addresses
from careline.wires.files import Links
from careline.wires.frames import text
from careline.wires.shapes import rfc3339

_encode = msgspec.json.Encoder().encode


class Speech:
    """How facts are worded here; `links` sign the addresses of files. What the wire has no frame for is not said."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        word = WORDS.get(type(recorded.event))
        at = Addresses(self._links, recorded.workspace_id, recorded.at)
        words = word(recorded, at, view.partition("/")[2]) if word else None
        return text(_encode(words)) if words is not None else None

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        if not isinstance(signal, TypingChanged):
            return None
        sender_type, sender_id = shapes.person(signal.person)
        words = {
            "conversation_id": signal.conversation_id,
            "sender_type": sender_type,
            "sender_id": sender_id,
            "is_typing": signal.typing,
        }
        return text(_encode(both("typing", words)))


def both(type_: str, words: dict[str, Any]) -> dict[str, Any]:
    """A frame that carries its fields flat, as the document has it, and under `data`, where existing clients look."""
    return {"type": type_, **words, "data": words}


def new_message(stored: Message, at: Addresses, *, author: bool) -> dict[str, Any]:
    return {"type": "new_message", "data": shapes.message(stored, at, author=author)}


def _sent(recorded: Recorded, at: Addresses, relation: str) -> dict[str, Any] | None:
    """To everybody, the author's own sockets as well: existing clients show what they said only when it comes back."""
    stored: Message | None = recorded.about
    if stored is None or stored.kind == "note" or stored.deleted_at is not None:
        return None
    return new_message(stored, at, author=bool(relation))


def _updated(recorded: Recorded, at: Addresses, relation: str) -> dict[str, Any] | None:
    stored: Message | None = recorded.about
    if stored is None or stored.kind == "note" or stored.deleted_at is not None:
        return None
    return {"type": "message_updated", "data": shapes.message(stored, at, author=bool(relation))}


def _deleted(recorded: Recorded, at: Addresses, relation: str) -> dict[str, Any] | None:
    stored: Message | None = recorded.about
    if stored is None or stored.kind == "note":
        return None
    return {"type": "message_deleted", "data": {"id": stored.id, "conversation_id": stored.conversation_id}}


def _read(recorded: Recorded, at: Addresses, relation: str) -> dict[str, Any] | None:
    """To everybody but the socket that said it: the reader's other windows show it as read too."""
    event = recorded.event
    assert isinstance(event, MessageRead)
    if relation == "origin" or event.audience == "staff":
        return None
    words = {
        "conversation_id": event.conversation_id,
        "participant_type": shapes.side(event.reader_kind),
        "participant_id": event.reader_id,
        "at": rfc3339(recorded.at),
    }
    return both("read", words)


WORDS: dict[type[Event], Callable[[Recorded, Addresses, str], dict[str, Any] | None]] = {
    MessageSent: _sent,
    MessageEdited: _updated,
    AttachmentsUpdated: _updated,
    MessageDeleted: _deleted,
    MessageRead: _read,
}
