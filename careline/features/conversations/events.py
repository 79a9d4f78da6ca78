"""What happens to a conversation."""

from careline.core.events import About, ConversationEvent
from careline.features.conversations.rows import Conversation

_ABOUT = About(Conversation, "conversations_by_id", "conversation_id")


class ConversationStarted(ConversationEvent, frozen=True, kw_only=True):
    about = _ABOUT


class ConversationUpdated(ConversationEvent, frozen=True, kw_only=True):
    """Subject, status or metadata changed; `status` is the new one where it did."""

    about = _ABOUT

    status: str | None = None


class ConversationAssigned(ConversationEvent, frozen=True, kw_only=True):
    """Given to a staff member, or to nobody."""

    about = _ABOUT

    staff_id: str | None

    @property
    def audience(self) -> str:
        return "staff"


class ConversationDeleted(ConversationEvent, frozen=True, kw_only=True):
    """Gone with all that was said in it."""


class ParticipantJoined(ConversationEvent, frozen=True, kw_only=True):
    about = _ABOUT

    kind: str
    person_id: str
    name: str


class ParticipantLeft(ConversationEvent, frozen=True, kw_only=True):
    about = _ABOUT

    kind: str
    person_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"{self.conversation_id}/{self.kind}:{self.person_id}",)

    @property
    def shuts_out(self) -> str:
        return f"{self.kind}:{self.person_id}"
