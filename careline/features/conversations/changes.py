"""The history of a conversation: who made what of its status, assignee, priority and labels, and when."""

from collections.abc import Iterable

from careline.core.actor import Actor
from careline.features.conversations import rules
from careline.features.conversations.rows import Conversation
from careline.store.database import Tx

# So many changes at most are told of one event; their numbers follow from the event's.
EACH = 64


def note_changes(tx: Tx, actor: Actor, seq: int, before: Conversation, after: Conversation) -> None:
    """Keep what the event numbered `seq` changed."""
    note_each(tx, actor, seq, after.id, rules.changes(before, after))


def note_each(
    tx: Tx, actor: Actor, seq: int, conversation_id: str, told: Iterable[tuple[str, str | None, str | None]]
) -> None:
    """Keep changes given as field, before, after."""
    rows = [
        {
            "conversation_id": conversation_id,
            "number": seq * EACH + place,
            "at": tx.now,
            "actor": actor.person,
            "field": field,
            "before": before,
            "after": after,
        }
        for place, (field, before, after) in enumerate(told)
    ]
    tx.later("insert_change", rows)
