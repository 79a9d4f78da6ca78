"""The queue: jobs are planned with their fact, done once, tried again later, and given up where one can see it."""

from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.features.conversations.visits import start_visit
from careline.features.people.actions import find_contact
from careline.features.tokens.once import make_setup_secret
from careline.store.database import Tx
from careline.work.doing import JOBS
from careline.work.runner import ATTEMPTS, LEASE, Claimed, Runner, _claim
from tests.world import GREENLEAF, World

DAY = 86_400_000


@pytest.fixture
async def world(world: World) -> World:
    """Without its own runner, which would take the jobs that are for ours."""
    for task in world.app._tasks:
        task.cancel()
    return world


async def waiting(tx: Tx, actor: Actor) -> int:
    return int(await tx.value("waiting_jobs"))


async def later(world: World, milliseconds: int) -> None:
    """Let that much time pass for the server."""
    world.app.database.clock._latest = world.app.database.clock() + milliseconds


async def test_an_anonymous_contact_plans_its_own_end_in_the_same_transaction(world: World) -> None:
    database = world.app.database
    before = await database.read(waiting, system())
    await database.write(start_visit, system(GREENLEAF))
    assert await database.read(waiting, system()) == before + 1


async def test_a_job_runs_when_it_is_due_and_is_gone(world: World) -> None:
    database = world.app.database
    visit = await database.write(start_visit, system(GREENLEAF))
    runner = Runner(database, JOBS)
    assert await runner.work() == 0
    await later(world, DAY + 1)
    assert await runner.work() == 2  # their end has one of its own: nobody is reached on their devices any more
    assert await database.read(waiting, system()) == 0
    assert await database.read(find_contact, system(GREENLEAF), visit.contact.id) is None


async def test_a_failing_job_leaves_nothing_behind_and_is_given_up_in_the_end(world: World) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    tried: list[str] = []

    async def fail(tx: Tx, actor: Actor, payload: str) -> None:
        tried.append(payload)
        await make_setup_secret(tx, actor)
        raise RuntimeError("not today")

    runner = Runner(database, {"visit.expire": fail})
    for _ in range(ATTEMPTS + 3):
        await later(world, DAY)
        await runner.work()
    assert len(tried) == ATTEMPTS
    assert await database.read(waiting, system()) == 0

    async def setup(tx: Tx, actor: Actor) -> str | None:
        found: str | None = await tx.value("server_fact", key="setup")
        return found

    assert await database.read(setup, system()) is None


async def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)

    async def claim(tx: Tx, actor: Actor) -> Claimed | None:
        return await tx.one(Claimed, "claim_job", now=tx.now, until=tx.now + 60_000)

    assert await database.write(claim, system())
    assert await database.write(claim, system()) is None
    await later(world, 60_001)
    assert await database.write(claim, system())


async def test_jobs_that_wait_for_their_turn_are_not_claimed_meanwhile(world: World) -> None:
    database = world.app.database
    for _ in range(3):
        await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)
    here: list[str] = []
    there: list[str] = []

    async def hangs(actor: Actor, payload: str) -> None:
        here.append(payload)
        await later(world, LEASE // 2)
        if len(here) == 1:
            await Runner(database, {}, {"visit.expire": done_elsewhere}).work()

    async def done_elsewhere(actor: Actor, payload: str) -> None:
        there.append(payload)

    await Runner(database, {}, {"visit.expire": hangs}).work()
    assert (len(here), len(there)) == (1, 2)
    assert not set(here) & set(there)


@pytest.mark.parametrize("fails", [True, False])
async def test_whoever_has_lost_a_claim_neither_ends_nor_returns_it(world: World, fails: bool) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)

    async def slow(actor: Actor, payload: str) -> None:
        await later(world, LEASE + 1)
        await database.write(_claim, system())  # somebody else's now
        if fails:
            raise RuntimeError("too late")

    async def left(tx: Tx, actor: Actor) -> Any:
        return await tx.value("waiting_jobs"), await tx.value("due_job", now=tx.now)

    assert await Runner(database, {}, {"visit.expire": slow}).work() == 1
    assert await database.read(left, system()) == (1, None)


async def test_a_job_that_somebody_else_has_meanwhile_is_not_done_twice(world: World) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)
    done: list[str] = []

    async def do(tx: Tx, actor: Actor, payload: str) -> None:
        done.append(payload)

    first = await database.write(_claim, system())
    await later(world, LEASE + 1)
    second = await database.write(_claim, system())
    assert first and second
    runner = Runner(database, {"visit.expire": do})
    await runner._one(first)
    assert done == []
    await runner._one(second)
    assert len(done) == 1 and await database.read(waiting, system()) == 0
