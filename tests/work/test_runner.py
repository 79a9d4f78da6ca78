"""The queue: jobs are planned with their fact, done once, tried again later, and given up where one can see it."""

import asyncio
from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.features.conversations.visits import start_visit
from careline.features.people.actions import find_contact
from careline.features.tokens.once import make_setup_secret
from careline.store.database import Tx
from careline.work import runner
from careline.work.doing import JOBS
from careline.work.runner import AT_ONCE, ATTEMPTS, ERRAND_S, FIRST_RETRY, LEASE, Claimed, Runner, _claim
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
    working = Runner(database, JOBS)
    assert await working.work() == 0
    await later(world, DAY + 1)
    assert await working.work() == 2  # their end has one of its own: nobody is reached on their devices any more
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

    working = Runner(database, {"visit.expire": fail})
    for _ in range(ATTEMPTS + 3):
        await later(world, DAY)
        await working.work()
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
        return await tx.one(Claimed, "claim_job", now=tx.now, until=tx.now + 60_000, but=[])

    assert await database.write(claim, system())
    assert await database.write(claim, system()) is None
    await later(world, 60_001)
    assert await database.write(claim, system())


async def visits(world: World, count: int) -> None:
    """So many jobs that are due."""
    for _ in range(count):
        await world.app.database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)


async def test_jobs_that_wait_for_their_turn_are_not_claimed_meanwhile(world: World) -> None:
    database = world.app.database
    await visits(world, AT_ONCE + 2)
    here: list[str] = []
    there: list[str] = []
    others_are_done = asyncio.Event()

    async def hangs(actor: Actor, payload: str) -> None:
        here.append(payload)
        if len(here) == AT_ONCE:
            await later(world, LEASE // 2)
            await Runner(database, {}, {"visit.expire": done_elsewhere}).work()
            others_are_done.set()
        await others_are_done.wait()

    async def done_elsewhere(actor: Actor, payload: str) -> None:
        there.append(payload)

    await Runner(database, {}, {"visit.expire": hangs}).work()
    assert (len(here), len(there)) == (AT_ONCE, 2)
    assert not set(here) & set(there)


async def test_an_errand_that_hangs_holds_up_no_job_and_no_errand_of_another_kind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "IDLE", 0.05)
    database = world.app.database
    await visits(world, AT_ONCE + 1)
    hanging: list[str] = []
    done: asyncio.Queue[str] = asyncio.Queue()

    async def hangs(actor: Actor, payload: str) -> None:
        hanging.append(payload)
        await asyncio.Event().wait()

    async def out(actor: Actor, payload: str) -> None:
        done.put_nowait("errand")

    async def do(tx: Tx, actor: Actor, payload: str) -> None:
        done.put_nowait("job")

    async def plan(tx: Tx, actor: Actor, kind: str) -> None:
        job = {"id": kind, "workspace_id": GREENLEAF, "kind": kind, "payload": "{}", "run_at": tx.now}
        tx.later("insert_job", [job])

    working = asyncio.create_task(Runner(database, {"job": do}, {"visit.expire": hangs, "errand": out}).run())
    for kind in ("job", "errand"):
        await database.write(plan, system(), kind)
        assert await asyncio.wait_for(done.get(), 5) == kind
    assert len(hanging) == AT_ONCE
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert not [task for task in asyncio.all_tasks() if "Runner._one" in repr(task)]


async def test_an_errand_that_hangs_is_broken_off_and_tried_again_while_its_place_goes_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ERRAND_S", 0.1)
    monkeypatch.setattr(runner, "AT_ONCE", 1)
    await visits(world, 2)
    begun: list[str] = []

    async def hangs(actor: Actor, payload: str) -> None:
        begun.append(payload)
        await asyncio.Event().wait()

    working = Runner(world.app.database, {}, {"visit.expire": hangs})
    async with asyncio.timeout(10):
        assert await working.work() == 2
        await later(world, 2 * FIRST_RETRY)
        assert await working.work() == 2
    assert len(begun) == 4 and len(set(begun)) == 2


def test_an_errand_has_less_time_than_its_lease() -> None:
    assert ERRAND_S * 1_000 < LEASE


@pytest.mark.parametrize("fails", [True, False])
async def test_whoever_has_lost_a_claim_neither_ends_nor_returns_it(world: World, fails: bool) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)

    async def slow(actor: Actor, payload: str) -> None:
        await later(world, LEASE + 1)
        await database.write(_claim, system(), [])  # somebody else's now
        if fails:
            raise RuntimeError("too late")

    async def left(tx: Tx, actor: Actor) -> Any:
        return await tx.value("waiting_jobs"), await tx.value("due_job", now=tx.now, but=[])

    assert await Runner(database, {}, {"visit.expire": slow}).work() == 1
    assert await database.read(left, system()) == (1, None)


async def test_a_job_that_somebody_else_has_meanwhile_is_not_done_twice(world: World) -> None:
    database = world.app.database
    await database.write(start_visit, system(GREENLEAF))
    await later(world, DAY + 1)
    done: list[str] = []

    async def do(tx: Tx, actor: Actor, payload: str) -> None:
        done.append(payload)

    first = await database.write(_claim, system(), [])
    await later(world, LEASE + 1)
    second = await database.write(_claim, system(), [])
    assert first and second
    working = Runner(database, {"visit.expire": do})
    await working._one(first)
    assert done == []
    await working._one(second)
    assert len(done) == 1 and await database.read(waiting, system()) == 0
