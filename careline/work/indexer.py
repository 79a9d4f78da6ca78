"""Keeps the search index up to date behind the senders' backs, in whichever process comes first.

It takes a batch when something was committed, then rests: half a second where that was all there was, else several
times as long as it took. A rush of messages is indexed when it is over, and is searched in the log until then. Far
behind, as after an upgrade, it rests less.
"""

import asyncio
import logging
from collections.abc import Callable

from careline.core.actor import system
from careline.core.clock import Clock
from careline.core.errors import Refused
from careline.core.events import Recorded
from careline.features.search.index import behind, follow_logs
from careline.store.database import Database

logger = logging.getLogger("careline.search")
BATCH = 128
BEHIND = 2_000
LARGE = 512  # in a rush: what is added together costs half as much
LINGER = 0.5  # what is sent meanwhile is indexed together
LOOK = 5.0  # how often the log is asked what others left unindexed; it is searched as it is until then
REST = 6.0  # times as long as a batch took
FAR = 20_000
REST_FAR = 2.0
TOLD_EVERY = 10.0


class Indexer:
    """`on_lag` is told how many facts the index is behind."""

    def __init__(self, database: Database, clock: Clock, on_lag: Callable[[float], None] = lambda facts: None) -> None:
        self._database = database
        self._clock = clock
        self._on_lag = on_lag
        self._wake = asyncio.Event()
        self._told_at = 0.0

    def committed(self, facts: list[Recorded]) -> None:
        """This process has committed something."""
        self._wake.set()

    async def run(self) -> None:
        self._wake.set()  # whatever was left when the server stopped
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._wake.wait()
                await asyncio.sleep(LINGER)
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self.catch_up()
            except Refused:
                continue  # the store is away; the next look goes on where this one was
            except Exception as error:
                logger.error("indexing failed", extra={"fields": {"error": type(error).__name__}})

    async def catch_up(self) -> None:
        """Index what is there and nobody else is at. What comes meanwhile waits for the next look, with all that
        follows it: one by one, each message would have a commit of its own between the senders' commits.
        """
        while workspaces := await self._database.read(behind, system()):
            facts = sum(workspace.facts for workspace in workspaces)
            self._tell(facts)
            started = self._clock.monotonic()
            ids = [workspace.workspace_id for workspace in workspaces]
            done = await self._database.write(follow_logs, system(), ids, LARGE if facts > BEHIND else BATCH)
            if not done:
                return
            if done >= facts:
                break
            took = self._clock.monotonic() - started
            await asyncio.sleep(took * (REST_FAR if facts > FAR else REST))
        self._on_lag(0)

    def _tell(self, facts: int) -> None:
        self._on_lag(facts)
        now = self._clock.monotonic()
        if facts > FAR and now > self._told_at + TOLD_EVERY:
            self._told_at = now
            logger.info("indexing messages for the search", extra={"fields": {"facts_left": facts}})
