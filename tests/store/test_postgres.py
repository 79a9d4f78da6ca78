"""Connections to PostgreSQL: kept while all is well, dropped when they die, never held from somebody who waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from careline.app import open_database
from careline.core.actor import Actor, system
from careline.core.errors import Unavailable
from careline.features.workspaces.actions import all_workspaces
from careline.settings import Settings
from careline.store.database import Database, Tx
from careline.store.migrate import migrate
from careline.store.postgres import SESSION
from careline.store.sql import statement
from tests.services import Cluster


async def slow(tx: Tx, actor: Actor) -> None:
    await tx.value("server_fact", key="epoch")
    await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(postgres: Cluster, pool: int) -> AsyncIterator[Database]:
    database = open_database(Settings(database=postgres.create_database(), postgres_pool=pool))
    await database.open()
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def test_everybody_gets_one_however_few_there_are(postgres: Cluster) -> None:
    async with opened(postgres, 2) as database:
        async with asyncio.timeout(5):
            await asyncio.gather(*(database.read(slow, system()) for _ in range(40)))
            await asyncio.gather(*(database.write(all_workspaces, system()) for _ in range(20)))


async def test_one_that_the_server_has_ended_costs_one_request_at_most(postgres: Cluster) -> None:
    async with opened(postgres, 1) as database:
        await database.read(all_workspaces, system())
        other = await asyncpg.connect(database.engine.dsn)  # type: ignore[attr-defined]
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database()"
        )
        await other.close()
        await asyncio.sleep(0.1)
        assert await database.read(all_workspaces, system()) == []


async def test_that_it_does_not_answer_is_told_once_for_all_who_ask(
    postgres: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(postgres, 1) as database:
        dsn = database.engine.dsn  # type: ignore[attr-defined]
        postgres.drop_database(dsn)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await database.read(all_workspaces, system())
    told = [record.getMessage() for record in caplog.records if record.name == "careline.store"]
    assert told == ["the database does not answer"]


async def test_a_request_that_was_given_up_leaves_nothing_of_its_answer_behind(postgres: Cluster) -> None:
    async with opened(postgres, 1) as database:
        for _ in range(20):
            task = asyncio.create_task(database.read(slow, system()))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await database.read(all_workspaces, system()) == []


async def test_a_migration_waits_for_one_elsewhere_as_long_as_that_takes_and_for_a_table_no_longer_than_others(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SESSION, "lock_timeout", "50ms")
    monkeypatch.setitem(SESSION, "statement_timeout", "100ms")
    async with opened(postgres, 2) as database:
        dsn = database.engine.dsn  # type: ignore[attr-defined]
        other = await asyncpg.connect(dsn)
        try:
            await other.execute("SELECT pg_advisory_lock(7230001)")
            waiting = asyncio.create_task(migrate(database))
            await asyncio.sleep(0.5)
            assert not waiting.done()
            await other.execute("SELECT pg_advisory_unlock(7230001)")
            await waiting
            await other.execute("BEGIN; LOCK TABLE server")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await database.engine.script("LOCK TABLE server")
        finally:
            await other.close()


async def test_closing_waits_for_a_write_that_its_caller_left_and_no_longer(postgres: Cluster) -> None:
    async with opened(postgres, 2) as database:
        writing = asyncio.create_task(database.write(slow, system()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        writing.cancel()
        async with asyncio.timeout(2):
            await database.close()


async def joins_by_hash(tx: Tx, actor: Actor) -> str:
    return str(await tx.value("joins_by_hash"))


async def test_only_what_reads_much_may_walk_and_join_as_the_planner_likes(postgres: Cluster) -> None:
    async with opened(postgres, 1) as database:
        asked = statement("joins_by_hash", "SELECT current_setting('enable_hashjoin')", "postgres")
        database.engine._statements = {asked.name: asked}  # type: ignore[attr-defined]
        assert await database.read_aside(joins_by_hash, system()) == "on"
        assert await database.read(joins_by_hash, system()) == "off"
