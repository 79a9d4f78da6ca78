"""What happens to a message. A note is the staff's own business, in every fact about it."""

from careline.core.events import About, ConversationEvent
from careline.features.messages.rows import Message, MessageKind


class MessageEvent(ConversationEvent, frozen=True, kw_only=True):
    about = About(Message, "messages_by_id", "message_id")

    message_id: str
    kind: MessageKind = "text"

    @property
    def audience(self) -> str:
        return "staff" if self.kind == "note" else "all"


class MessageSent(MessageEvent, frozen=True, kw_only=True):
    @property
    def delivers(self) -> str | None:
        """Contacts must not learn that there is a note, not even by who has it."""
        return None if self.kind == "note" else self.message_id


class HoursMissed(ConversationEvent, frozen=True, kw_only=True):
    """A contact wrote while nobody was there, to a workspace that answers such by itself."""

    @property
    def audience(self) -> str:
        return "staff"


class MessageRewritten(MessageEvent, frozen=True, kw_only=True):
    @property
    def rewrites(self) -> str:
        return self.message_id


class MessageEdited(MessageRewritten, frozen=True, kw_only=True):
    pass


class MessageDeleted(MessageRewritten, frozen=True, kw_only=True):
    pass


class MessagePinned(MessageRewritten, frozen=True, kw_only=True):
    pass


class MessageUnpinned(MessageRewritten, frozen=True, kw_only=True):
    pass


class AttachmentsUpdated(MessageRewritten, frozen=True, kw_only=True):
    """A message's files were scanned, or are kept no longer."""
