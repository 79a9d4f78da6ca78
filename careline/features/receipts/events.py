"""What was received and read: up to the message `up_to`, or exactly `message_ids`."""

from typing import ClassVar

from careline.core.events import ConversationEvent


class _Marked(ConversationEvent, frozen=True, kw_only=True):
    spoils: ClassVar[frozenset[str] | None] = frozenset({"marks"})

    reader_kind: str
    reader_id: str
    reader_name: str
    up_to: str | None = None
    message_ids: tuple[str, ...] | None = None

    @property
    def audience(self) -> str:
        """Of what only staff see, only they are told that it was read."""
        return "staff" if self.message_ids == () else "all"


class MessageRead(_Marked, frozen=True, kw_only=True):
    """`unread_count` is what remains unread on the reader's side."""

    unread_count: int


class MessageDelivered(_Marked, frozen=True, kw_only=True):
    pass
