"""The socket's one word, `refetch`, as pure functions from facts to bytes."""

from typing import Any

import msgspec

from careline.core.events import Event, Recorded, Signal
from careline.features.conversations.events import ConversationDeleted, ConversationMerged, ConversationUpdated
from careline.features.messages.events import AttachmentsUpdated, MessageDeleted, MessageEdited, MessageSent
from careline.features.receipts.events import MessageRead
from careline.wires.frames import text

_encode = msgspec.json.Encoder().encode

# After these an answer to one of the wire's questions is another than before.
CHANGES: tuple[type[Event], ...] = (
    MessageSent,
    MessageEdited,
    MessageDeleted,
    AttachmentsUpdated,
    MessageRead,
    ConversationUpdated,
    ConversationMerged,
    ConversationDeleted,
)


def frame(words: dict[str, Any]) -> bytes:
    return text(_encode(words))


def refetch(location_id: str, contact_id: str) -> bytes:
    return frame({"type": "refetch", "location_id": location_id, "contact_id": contact_id})


# Strangers hear that something changed, and not where.
SOMETHING = frame({"type": "refetch"})
PONG = frame({"type": "pong"})


class Speech:
    """How facts are worded here: each pair of which something changed, or the word alone. Notes change nothing."""

    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        event = recorded.event
        if not isinstance(event, CHANGES) or event.audience != "all":
            return None
        if view.startswith("system"):
            return SOMETHING
        pairs = [person.removeprefix("contact:") for person in recorded.people if person.startswith("contact:")]
        return b"".join(refetch(recorded.workspace_id, contact_id) for contact_id in pairs) or None

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        return None


SPEECH = Speech()
