"""The queue: jobs are planned with their fact, done once, tried again later, and given up where one can see it."""

from careline.core.actor import Actor, system
from careline.features.conversations.visits import start_visit
from careline.features.people.actions import find_contact
from careline.features.tokens.once import make_setup_secret
from careline.store.database import Tx
from careline.work.doing import JOBS
from careline.work.runner import ATTEMPTS, Claimed, Runner
from tests.world import GREENLEAF, World

DAY = 86_400_000


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
    assert await runner.work() == 1
    assert await runner.work() == 1  # their end has one of its own: nobody is reached on their devices any more
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

    async def claim(tx: Tx, actor: Actor) -> list[Claimed]:
        return await tx.all(Claimed, "claim_jobs", now=tx.now, until=tx.now + 60_000, most=10)

    assert len(await database.write(claim, system())) == 1
    assert await database.write(claim, system()) == []
    await later(world, 60_001)
    assert len(await database.write(claim, system())) == 1
