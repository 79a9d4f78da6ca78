"""The socket's frames: pure functions from facts and signals to bytes, one per pair and view."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from careline.core.events import Event, PresenceChanged, Recorded, Signal, TypingChanged
from careline.features.messages.events import (
    AttachmentsUpdated,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageSent,
    MessageUnpinned,
)
from careline.features.messages.rows import Message
from careline.features.reactions.events import ReactionAdded, ReactionRemoved
from careline.features.receipts.events import MessageDelivered, MessageRead
from careline.wires.clinic import shapes, words
from careline.wires.frames import text
from careline.wires.shapes import rfc3339

_encode = msgspec.json.Encoder().encode


class Speech(Struct, frozen=True):
    """How facts are worded for the sockets of a pair. A message is told bare, everything else with its type; sorting
    and private notes are not told at all.
    """

    sides: shapes.Pair
    links: words.Links

    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        word = WORDS.get(type(recorded.event))
        if word is None or getattr(recorded.about, "kind", None) == "note":
            return None
        return word(self, recorded, view.partition("/")[2])

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        if isinstance(signal, TypingChanged):
            return frame({"type": "typing", **person(signal.person), "is_typing": signal.typing})
        if isinstance(signal, PresenceChanged):
            return frame({"type": "presence", **person(signal.person), "status": ("offline", "online")[signal.online]})
        return None


def frame(words: Any) -> bytes:
    return text(_encode(words))


def person(text: str) -> dict[str, str]:
    """`contact:cara` as this wire names people."""
    kind, _, id_ = text.partition(":")
    return {"contact_id" if kind == "contact" else "user_id": id_}


def _message(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    stored: Message | None = recorded.about
    return None if stored is None else frame(words.message(stored, speech.sides, speech.links, recorded.at))


def _edited(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    """What it says now, and where its file is now."""
    if recorded.about is None:
        return None
    now = words.message(recorded.about, speech.sides, speech.links, recorded.at)
    told: dict[str, Any] = {
        "type": "message_edited",
        "id": now.id,
        "session_id": now.session_id,
        "content": now.content,
        "edited_at": now.edited_at,
    }
    if now.file_name is not None:
        told |= {"file_url": now.file_url, "file_name": now.file_name, "file_type": now.file_type}
    return frame(told)


def _deleted(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    event = recorded.event
    assert isinstance(event, MessageDeleted)
    return frame(
        {
            "type": "message_deleted",
            "id": event.message_id,
            "session_id": event.conversation_id,
            "deleted_at": rfc3339(recorded.at),
        }
    )


def _reaction(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    event = recorded.event
    assert isinstance(event, (ReactionAdded, ReactionRemoved))
    return frame(
        {
            "type": "reaction",
            "message_id": event.message_id,
            "emoji": event.emoji,
            **person(recorded.actor),
            "removed": isinstance(event, ReactionRemoved),
            "at": rfc3339(recorded.at),
        }
    )


def _pin(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    event = recorded.event
    assert isinstance(event, (MessagePinned, MessageUnpinned))
    return frame({"type": "pin", "message_id": event.message_id, "is_pinned": isinstance(event, MessagePinned)})


def _marked(speech: Speech, recorded: Recorded, relation: str) -> bytes | None:
    """To everybody but whoever did it. Who has everything up to a message has that one, and `up_to` says so."""
    event = recorded.event
    assert isinstance(event, (MessageRead, MessageDelivered))
    named = event.message_ids or ((event.up_to,) if event.up_to else ())
    if relation or not named:
        return None
    told = {
        "type": "read" if isinstance(event, MessageRead) else "delivered",
        "message_ids": named,
        "at": rfc3339(recorded.at),
    }
    return frame(told if event.message_ids else told | {"up_to": event.up_to})


WORDS: dict[type[Event], Callable[[Speech, Recorded, str], bytes | None]] = {
    MessageSent: _message,
    MessageEdited: _edited,
    AttachmentsUpdated: _edited,
    MessageDeleted: _deleted,
    ReactionAdded: _reaction,
    ReactionRemoved: _reaction,
    MessagePinned: _pin,
    MessageUnpinned: _pin,
    MessageRead: _marked,
    MessageDelivered: _marked,
}
