"""What time does to conversations: the quiet ones are closed and put away, and labels that are gone come off."""

import time
from collections.abc import Callable

from careline.core.actor import system
from careline.features.desk.idle import end_idle
from careline.features.desk.labels import clear_labels
from careline.features.workspaces.actions import all_workspaces
from careline.features.workspaces.rows import Status, settings_of
from careline.store.database import Database

JUMP_S = 3_600.0


def running() -> float:
    """Seconds that nobody can set, also while the machine sleeps where it can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Tidy:
    """Every step is a short transaction that may be the last: whoever comes next goes on from what is left.

    A clock that was set wrong must not end conversations years early: as long as it is more than an hour from where
    this process has counted to, nothing is closed.
    """

    def __init__(
        self, database: Database, wall: Callable[[], float] = time.time, counted: Callable[[], float] = running
    ) -> None:
        self._database = database
        self._wall = wall
        self._counted = counted
        self._begun = wall() - counted()

    @property
    def clock_jumped(self) -> bool:
        return abs(self._wall() - self._counted() - self._begun) > JUMP_S

    async def once(self) -> None:
        """Look through all workspaces."""
        for workspace in await self._database.read(all_workspaces, system()):
            settings = settings_of(workspace)
            if settings.auto_close_after_ms is not None:
                await self._end(workspace.id, "open", "closed", settings.auto_close_after_ms)
                await self._end(workspace.id, "pending", "closed", settings.auto_close_after_ms)
            if settings.auto_archive_after_ms is not None:
                await self._end(workspace.id, "closed", "archived", settings.auto_archive_after_ms)
            while await self._database.write(clear_labels, system(workspace.id)):
                pass

    async def _end(self, workspace_id: str, before: Status, after: Status, quiet_ms: int) -> None:
        since: int | None = 0
        while since is not None and not self.clock_jumped:
            since = await self._database.write(end_idle, system(workspace_id), before, after, quiet_ms, since)
