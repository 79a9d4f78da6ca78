"""Noticing what other processes commit: the database is asked every half second, so a lost hint costs only that."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from careline.core.clock import until_beat
from careline.core.errors import Refused

logger = logging.getLogger("careline.wake")
EVERY = 0.5

Heads = Callable[[list[str]], Awaitable[dict[str, int]]]


class Poll:
    """Asks the database how far each followed workspace's log reaches, when it may have grown elsewhere."""

    def __init__(
        self,
        changed: Callable[[], Awaitable[bool]],
        heads: Heads,
        followed: Callable[[], list[str]],
        wake: Callable[[str, int], None],
    ) -> None:
        self._changed = changed
        self._heads = heads
        self._followed = followed
        self._wake = wake

    async def run(self) -> None:
        while True:
            await asyncio.sleep(until_beat(EVERY))
            try:
                await self.look()
            except Refused:
                continue  # the database is away; the next look finds out what was missed

    async def look(self) -> None:
        """One look; what another process wrote is heard of."""
        workspaces = self._followed()
        if workspaces and await self._changed():
            for workspace_id, seq in (await self._heads(workspaces)).items():
                self._wake(workspace_id, seq)
