"""The queue's worker: claims jobs that are due, does each in a transaction, tries again, or gives up visibly."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from msgspec import Struct

from careline.core.actor import Actor, system
from careline.core.clock import until_beat
from careline.core.errors import Refused
from careline.store.database import Database, Tx

logger = logging.getLogger("careline.work")
LEASE = 60_000
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

    `errands` are those that have to go out of the house: they run in no transaction, and may run twice.
    """

    def __init__(self, database: Database, kinds: dict[str, Do], errands: dict[str, Errand] | None = None) -> None:
        self._database = database
        self._kinds = kinds
        self._errands = errands or {}

    async def run(self) -> None:
        while True:
            try:
                busy = await self.work()
            except Refused:
                busy = 0
            except Exception as error:
                # Whatever it was: a runner that ends here would leave every job undone until the next start.
                logger.error("looking for jobs failed", extra={"fields": {"error": type(error).__name__}})
                busy = 0
            if not busy:
                await asyncio.sleep(until_beat(IDLE))

    async def work(self) -> int:
        """Do what is due now; how many jobs that were. Mostly none is, which is found out without writing.

        Each is claimed when its turn comes: a lease must not run out while others take their time.
        """
        done = 0
        while await self._database.read(_is_due, system()) and (job := await self._database.write(_claim, system())):
            await self._one(job)
            done += 1
        return done

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
        await errand(actor, job.payload)
        await self._database.write(_finish, system(), job)


async def _finish(tx: Tx, actor: Actor, job: Claimed) -> bool:
    """Whether it was still ours to finish."""
    return await tx.value("finish_job", id=job.id, attempts=job.attempts) is not None


async def _is_due(tx: Tx, actor: Actor) -> bool:
    return await tx.value("due_job", now=tx.now) is not None


async def _claim(tx: Tx, actor: Actor) -> Claimed | None:
    return await tx.one(Claimed, "claim_job", now=tx.now, until=tx.now + LEASE)


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
