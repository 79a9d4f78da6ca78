"""What is due, and whether the clock can be believed enough to delete anything by it."""

from msgspec import Struct

from careline.features.workspaces.rows import Workspace, settings_of
from careline.features.workspaces.rules import DAY_MS

HOUR_MS = 3_600_000


class Look(Struct, frozen=True):
    """Two clocks read at one moment, in milliseconds: the wall's, and one that only grows with the time that passes."""

    wall: int
    steady: int


def jumped(before: Look, now: Look) -> bool:
    """Whether the wall's clock was set by more than an hour in between."""
    return abs((now.wall - before.wall) - (now.steady - before.steady)) > HOUR_MS


def may_delete(since: Look, now: Look, last_run: int | None) -> bool:
    """Whether to delete by this clock, which was steady since `since`; `last_run` is when any process last did.

    A clock that is wrong from the start cannot be told from a server that was away for long. So the wall's time since
    the last run must be what we saw pass, give or take a run and an hour; else a day must pass for somebody to notice.
    """
    if last_run is None:
        return False
    watched = now.steady - since.steady
    return watched >= DAY_MS or -HOUR_MS <= now.wall - last_run <= watched + 2 * HOUR_MS


def conversations_due(workspace: Workspace, now: int) -> int | None:
    """Conversations in which nothing happened since then are due; None keeps them for ever."""
    return _due(settings_of(workspace).conversation_days, now)


def attachments_due(workspace: Workspace, now: int) -> int | None:
    """What was attached before then in a conversation with a stranger is due; None keeps it for ever."""
    return _due(settings_of(workspace).attachment_days, now)


def _due(days: int | None, now: int) -> int | None:
    return None if days is None else now - days * DAY_MS
