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


class ConversationTriaged(ConversationEvent, frozen=True, kw_only=True):
    """Staff sorted it, or it came back from being put off: `changed` names the fields. The staff's own business."""

    about = _ABOUT

    changed: tuple[str, ...]
    snoozed_until: int | None = None

    @property
    def audience(self) -> str:
        return "staff"


class ConversationMerged(ConversationEvent, frozen=True, kw_only=True):
    """What was said in `merged_id`, and who took part there, is in this conversation now; the other is gone."""

    about = _ABOUT

    merged_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"conversation:{self.merged_id}",)

    @property
    def concerns(self) -> tuple[str, ...] | None:
        return (self.conversation_id, self.merged_id)


class ConversationDeleted(ConversationEvent, frozen=True, kw_only=True):
    """Gone with all that was said in it."""

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"conversation:{self.conversation_id}",)


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
