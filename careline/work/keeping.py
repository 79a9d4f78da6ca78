"""Deleting what has been kept long enough, once an hour, in steps so small that nobody waits for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from careline.core.actor import Actor, system
from careline.core.clock import Clock
from careline.features.audit.actions import expire_entries
from careline.features.retention.actions import begin_run, conversations_due, expire_conversation, expire_files
from careline.features.retention.rules import Look, jumped
from careline.features.workspaces.actions import all_workspaces
from careline.store.database import Database

EVERY_S = 3_600.0
PAUSE_S = 0.02

logger = logging.getLogger("careline.work")


class Keeper:
    """`steps` are what there is to delete in a workspace, one after the other."""

    def __init__(self, database: Database, clock: Clock, steps: "list[Step] | None" = None) -> None:
        self._database = database
        self._clock = clock
        self._steps = steps or [conversations, files, entries]
        self._since = self._before = self._look()

    def _look(self) -> Look:
        return Look(self._clock(), self._clock.monotonic_ms())

    async def run(self) -> bool:
        """Delete what is due, if the clock can be believed; whether it could."""
        now = self._look()
        if jumped(self._before, now):
            self._since = now
        self._before = now
        if not await self._database.write(begin_run, system(), self._since, now):
            logger.warning("nothing is deleted: the clock was set, or the server is new or was away")
            return False
        for workspace in await self._database.read(all_workspaces, system()):
            for step in self._steps:
                await step(self._database, system(workspace.id))
        return True


Step = Callable[[Database, Actor], Awaitable[None]]


async def conversations(database: Database, keeper: Actor) -> None:
    while due := await database.read(conversations_due, keeper):
        for conversation_id in due:
            await _whole(lambda id_=conversation_id: database.write(expire_conversation, keeper, id_))  # type: ignore[misc]


async def files(database: Database, keeper: Actor) -> None:
    await _whole(lambda: database.write(expire_files, keeper))


async def entries(database: Database, keeper: Actor) -> None:
    await _whole(lambda: database.write(expire_entries, keeper))


async def _whole(do: Callable[[], Awaitable[bool]]) -> None:
    """Do it until there is no more, leaving room for others in between."""
    more = True
    while more:
        more = await do()
        await asyncio.sleep(PAUSE_S)
