"""Who may flag, who decides, and the order of the queue."""

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden
from careline.features.messages.rows import Message
from careline.features.moderation.rows import Flag

REASON = 500
# What is open stands above everything that is resolved, whatever their numbers.
OPEN = 1 << 61


def reason(value: str) -> str:
    return text.body(value, "reason", REASON)


def may_moderate(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Flags are for administrators.")


def may_block_author(message: Message) -> None:
    if message.sender_kind != "contact":
        raise Conflict("Only contacts are blocked: deactivate a staff member instead.")


def still_open(flag: Flag) -> None:
    if flag.resolved_at is not None:
        raise Conflict("This flag is resolved already.")


def position(flag: Flag) -> int:
    """Its place in the queue, which is read downwards."""
    return flag.seq + (OPEN if flag.resolved_at is None else 0)
