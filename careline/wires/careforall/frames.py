"""The socket's frames: pure functions from facts and signals to bytes, one per view."""

from collections.abc import Callable
from typing import Any

import msgspec

from careline.core.events import Event, PresenceChanged, Recorded, Signal, TypingChanged
from careline.features.messages.events import MessageSent
from careline.features.messages.rows import Message
from careline.features.receipts.events import MessageRead
from careline.wires.careforall import shapes
from careline.wires.frames import text
from careline.wires.shapes import rfc3339

_encode = msgspec.json.Encoder().encode


class Speech:
    """How facts are worded here. What the wire has no frame for is not said: the next GET shows it."""

    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        word = WORDS.get(type(recorded.event))
        return word(recorded, view.partition("/")[2]) if word else None

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        user_id, role = shapes.person(signal.person)
        if isinstance(signal, TypingChanged):
            return frame({"type": "typing_start" if signal.typing else "typing_stop", "userId": user_id})
        if isinstance(signal, PresenceChanged):
            if signal.online:
                return frame({"type": "user_joined", "userId": user_id, "role": role})
            return frame({"type": "user_left", "userId": user_id})
        return None


def frame(words: dict[str, Any]) -> bytes:
    return text(_encode(words))


def _message(recorded: Recorded, relation: str) -> bytes | None:
    """`message_sent` to the socket it came by, `message_received` to all others. Notes are the inbox's own business."""
    stored: Message | None = recorded.about
    if stored is None or stored.kind == "note":
        return None
    message = shapes.message(stored)
    words: dict[str, Any] = {
        "type": "message_sent" if relation == "origin" else "message_received",
        "messageId": message.message_id,
        "conversationId": message.conversation_id,
        "senderId": message.sender_id,
        "senderRole": message.sender_role,
        "content": message.content,
        "messageType": message.message_type,
        "createdAt": message.created_at,
    }
    if bytes(message.metadata) != b"{}":
        words["metadata"] = message.metadata
    return frame(words)


def _read(recorded: Recorded, relation: str) -> bytes | None:
    """To the others, one receipt per message that was named: for whoever read everything, the newest."""
    event = recorded.event
    assert isinstance(event, MessageRead)
    named = event.message_ids or ((event.up_to,) if event.up_to else ())
    if relation or not named:
        return None
    return b"".join(
        frame(
            {
                "type": "read_receipt",
                "messageId": f"msg_{id_}",
                "userId": event.reader_id,
                "readAt": rfc3339(recorded.at),
            }
        )
        for id_ in named
    )


WORDS: dict[type[Event], Callable[[Recorded, str], bytes | None]] = {MessageSent: _message, MessageRead: _read}
SPEECH = Speech()
