"""What happens to flags. Why and by whom a message was flagged stands in the queue and in no fact."""

from careline.core.events import ConversationEvent
from careline.features.moderation.rows import Resolution


class _Flagging(ConversationEvent, frozen=True, kw_only=True):
    message_id: str

    @property
    def audience(self) -> str:
        return "staff"


class MessageFlagged(_Flagging, frozen=True, kw_only=True):
    flag_id: str


class FlagResolved(_Flagging, frozen=True, kw_only=True):
    """All open flags of the message are."""

    resolution: Resolution
