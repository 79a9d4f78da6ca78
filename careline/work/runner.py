"""The queue's worker: claims jobs that are due, does each in a transaction, tries again, or gives up visibly."""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from msgspec import Struct

from careline.core.actor import Actor, system
from careline.core.clock import until_beat
from careline.core.errors import Refused
from careline.store.database import Database, Tx

logger = logging.getLogger("careline.work")
LEASE = 60_000
ERRAND_S = 50.0  # less than the lease: what takes longer is broken off while it is still ours to return
AT_ONCE = 4  # of each kind: whom one of them waits for keeps no other kind waiting
IDLE = 2.0
ATTEMPTS = 8
FIRST_RETRY = 5_000


class Claimed(Struct):
    id: str
    workspace_id: str
    kind: str
    payload: str
    attempts: int


Do = Callable[[Tx, Actor, str], Awaitable[None]]
Errand = Callable[[Actor, str], Awaitable[None]]


class Runner:
    """`kinds` maps a job's name to the verb that does it, given the payload as JSON.

    `errands` are those that have to go out of the house: they run in no transaction, and may run twice. Nobody waits
    for them: a few of each kind are under way beside everything else, each for `ERRAND_S` at most.
    """

    def __init__(self, database: Database, kinds: dict[str, Do], errands: dict[str, Errand] | None = None) -> None:
        self._database = database
        self._kinds = kinds
        self._errands = errands or {}
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """There is something to do, or a place to do it."""
        self._awake.set()

    async def run(self) -> None:
        try:
            while True:
                self._awake.clear()
                try:
                    busy = await self.begin()
                except Refused:
                    busy = 0
                except Exception as error:
                    # Whatever it was: a runner that ends here would leave every job undone until the next start.
                    logger.error("looking for jobs failed", extra={"fields": {"error": type(error).__name__}})
                    busy = 0
                if not busy:
                    await self._rest()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _rest(self) -> None:
        """Until the next beat: what other processes have planned, or what time has made due, is found then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(until_beat(IDLE)):
                await self._awake.wait()

    async def work(self) -> int:
        """Do all that is due now, to its end; how many jobs that were."""
        done = 0
        while begun := await self.begin():
            done += begun
            if self._under_way:
                await asyncio.wait(self._under_way)
        return done

    async def begin(self) -> int:
        """Do what is due now, and begin the errands; how many jobs that were. Mostly none is, which is found out
        without writing.

        Each is claimed when its turn comes: a lease must not run out while others take their time.
        """
        begun = 0
        while await self._database.read(_is_due, system(), self._full()) and (
            job := await self._database.write(_claim, system(), self._full())
        ):
            begun += 1
            if job.kind in self._errands:
                task = asyncio.create_task(self._one(job))
                self._under_way[task] = job.kind
                task.add_done_callback(self._is_back)
            else:
                await self._one(job)
        return begun

    def _full(self) -> list[str]:
        """The kinds of errands that have no place for another one now."""
        return [kind for kind, count in Counter(self._under_way.values()).items() if count >= AT_ONCE]

    def _is_back(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self.wake()
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Refused):
            logger.error("an errand could not be ended", extra={"fields": {"error": type(error).__name__}})

    async def _one(self, job: Claimed) -> None:
        try:
            await self._run(job, system(job.workspace_id))
        except Exception as error:
            logger.warning("job failed", extra={"fields": {"kind": job.kind, "error": type(error).__name__,
                                                           "attempts": job.attempts}})  # fmt: skip
            await self._database.write(_put_back, system(), job, type(error).__name__)

    async def _run(self, job: Claimed, actor: Actor) -> None:
        errand = self._errands.get(job.kind)
        if errand is None:
            await self._database.write(_do, actor, self._kinds[job.kind], job)
            return
        async with asyncio.timeout(ERRAND_S):
            await errand(actor, job.payload)
        await self._database.write(_finish, system(), job)


async def _finish(tx: Tx, actor: Actor, job: Claimed) -> bool:
    """Whether it was still ours to finish."""
    return await tx.value("finish_job", id=job.id, attempts=job.attempts) is not None


async def _is_due(tx: Tx, actor: Actor, but: list[str]) -> bool:
    return await tx.value("due_job", now=tx.now, but=but) is not None


async def _claim(tx: Tx, actor: Actor, but: list[str]) -> Claimed | None:
    return await tx.one(Claimed, "claim_job", now=tx.now, until=tx.now + LEASE, but=but)


async def _do(tx: Tx, actor: Actor, do: Do, job: Claimed) -> None:
    if await _finish(tx, actor, job):
        await do(tx, actor, job.payload)


async def _put_back(tx: Tx, actor: Actor, job: Claimed, error: str) -> None:
    if job.attempts >= ATTEMPTS:
        await tx.run("give_up_job", id=job.id, attempts=job.attempts, now=tx.now, last_error=error)
        return
    wait = FIRST_RETRY * 2 ** (job.attempts - 1)
    later = tx.now + wait + random.randint(0, wait // 2)  # noqa: S311
    await tx.run("retry_job", id=job.id, attempts=job.attempts, run_at=later, last_error=error)
