"""What people feel about a message, and feel no longer."""

from careline.features.messages.events import MessageRewritten


class _Reacting(MessageRewritten, frozen=True, kw_only=True):
    """Whose it is says the fact's actor; `name` is what they were called."""

    emoji: str
    name: str


class ReactionAdded(_Reacting, frozen=True, kw_only=True):
    pass


class ReactionRemoved(_Reacting, frozen=True, kw_only=True):
    pass
