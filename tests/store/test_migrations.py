"""Migrations: one file for both engines, or one of an engine's own, each applied once."""

import asyncio
from pathlib import Path
from typing import Any

import apsw
import pytest

from careline.app import open_database
from careline.core.actor import Actor, system
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import Hours, settings_of
from careline.settings import Settings
from careline.store import sqlite
from careline.store.database import Database, Tx
from careline.store.migrate import FOLDER, GENERATION, SchemaError, applied_checksums, files, migrate, pending
from tests.world import World


def test_a_file_may_be_for_one_engine_only(tmp_path: Path) -> None:
    for name in ("2_b.postgres.sql", "1_a.sql", "2_b.sqlite.sql", "3_c.sql"):
        (tmp_path / name).write_text("SELECT 1")
    assert [file.name for file in files("sqlite", tmp_path)] == ["1_a.sql", "2_b.sqlite.sql", "3_c.sql"]
    assert [file.name for file in files("postgres", tmp_path)] == ["1_a.sql", "2_b.postgres.sql", "3_c.sql"]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_no_engine_lacks_what_the_other_has(engine: str) -> None:
    own = {file.name.replace(f".{engine}.", ".") for file in files(engine)}
    assert own == {file.name.replace(".sqlite.", ".").replace(".postgres.", ".") for file in FOLDER.glob("*.sql")}


async def test_what_was_applied_is_known_and_not_applied_again(world: World) -> None:
    applied = await applied_checksums(world.app.database)
    assert list(applied) == [file.stem for file in files(world.app.database.engine.name)]
    assert await migrate(world.app.database) == []


async def epoch(tx: Tx, actor: Actor) -> str:
    return str([await tx.value("server_fact", key=key) for key in ("epoch", "cursor_key")])


async def test_processes_that_start_together_on_a_new_store_make_it_once(no_tables: str) -> None:
    processes = [open_database(Settings(database=no_tables)) for _ in range(3)]
    heard: list[str] = []

    async def start(process: Database) -> list[str]:
        await process.open()
        done = await migrate(process)
        heard.append(await process.read(epoch, system()))
        return done

    try:
        done = await asyncio.gather(*map(start, processes))
        names = [file.stem for file in files(processes[0].engine.name)]
        assert sorted(name for its in done for name in its) == names
        for process in processes:
            assert list(await applied_checksums(process)) == names
        assert len(set(heard)) == 1 and "None" not in heard[0]
    finally:
        for process in processes:
            await process.close()


async def test_whoever_starts_while_another_process_migrates_an_embedded_store_waits_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MS", 50)
    process = open_database(Settings(database=str(tmp_path / "careline.db")))
    await process.open()
    migrating = apsw.Connection(str(tmp_path / "careline.db"))
    try:
        migrating.execute("BEGIN IMMEDIATE")
        starting = asyncio.create_task(migrate(process))
        await asyncio.sleep(0.5)
        assert not starting.done()
        migrating.execute("COMMIT")
        assert await asyncio.wait_for(starting, 10)
        assert [record.message for record in caplog.records if record.name == "careline.store"] == [
            "another process changes the store, which may be its migration: waiting for it"
        ]
    finally:
        migrating.close()
        await process.close()


async def needs(tx: Tx, actor: Actor, generation: int) -> None:
    await tx.run("set_server_fact", key="oldest_code", value=str(generation))


async def oldest_code(tx: Tx, actor: Actor) -> int:
    return int(await tx.value("server_fact", key="oldest_code"))


async def test_code_too_old_for_the_schema_neither_migrates_nor_starts(world: World) -> None:
    database = world.app.database
    await database.write(needs, system(), GENERATION + 1)
    for start in (migrate, pending):
        with pytest.raises(SchemaError, match="upgrade Careline"):
            await start(database)
    assert await database.read(oldest_code, system()) == GENERATION + 1


async def test_newer_code_that_comes_while_older_migrates_is_heard(world: World) -> None:
    database, write = world.app.database, world.app.database.write

    async def late(verb: Any, *args: Any) -> Any:
        await write(needs, system(), GENERATION + 1)
        return await write(verb, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "write", late)
        await migrate(database)
    with pytest.raises(SchemaError, match="upgrade Careline"):
        await pending(database)


async def test_the_clocks_of_the_hours_become_those_of_the_workspace(world: World) -> None:
    engine = world.app.database.engine
    (file,) = [file for file in files(engine.name) if "_clocks" in file.name]
    before = (
        '{"time_zone":"UTC","notice":"Closed, naïve?","hours":{"time_zone":"Asia/Kolkata","weekly":[],"days_off":[]}}'
    )
    await engine.script(f"UPDATE workspaces SET settings = '{before}' WHERE id = 'greenleaf'")
    untouched = await world.app.database.read(workspace_of, world.eve.actor)
    await engine.script(file.read_text(encoding="utf-8"))
    after = settings_of(await world.app.database.read(workspace_of, world.ana.actor))
    assert (after.time_zone, after.hours, after.notice) == ("Asia/Kolkata", Hours([], []), "Closed, naïve?")
    assert await world.app.database.read(workspace_of, world.eve.actor) == untouched
