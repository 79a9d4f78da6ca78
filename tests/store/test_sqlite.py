"""Where the embedded store reads: on the event loop, until a read has to wait. And that of those who share a commit,
nobody pays for another's failure.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from careline.app import open_database
from careline.core.actor import Actor, system
from careline.settings import Settings
from careline.store.database import Database, Tx
from careline.store.sqlite import SLOW_READ


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(Settings(database=str(tmp_path / "careline.db")))
    await database.open()
    yield database
    await database.close()


async def read_on(database: Database, while_reading: Callable[[], object] = lambda: None) -> str:
    """The name of the thread that reads."""

    async def look(tx: Tx, actor: Actor) -> str:
        while_reading()
        return threading.current_thread().name

    return await database.read(look, system())


async def test_reads_that_wait_for_the_disk_send_the_next_ones_to_threads(database: Database) -> None:
    assert await read_on(database, lambda: time.sleep(2 * SLOW_READ)) == "MainThread"
    assert (await read_on(database)).startswith("store-reader")


async def test_reads_that_only_take_long_do_not(database: Database) -> None:
    end = time.monotonic() + 2 * SLOW_READ

    def works() -> None:
        while time.monotonic() < end:
            pass

    await read_on(database, works)
    assert await read_on(database) == "MainThread"


async def say(tx: Tx, actor: Actor, number: int, *, fails: bool = False, takes_s: float = 0.0) -> int:
    tx._execute("INSERT INTO said VALUES (?)", (number,)).fetchall()  # type: ignore[attr-defined]
    time.sleep(takes_s)  # noqa: ASYNC251 - it runs on the thread that writes
    if fails:
        raise ValueError
    return number


async def said(tx: Tx, actor: Actor) -> list[int]:
    return [number for (number,) in tx._execute("SELECT number FROM said ORDER BY number")]  # type: ignore[attr-defined]


async def test_who_shares_a_transaction_with_one_that_fails_is_stored_all_the_same(database: Database) -> None:
    await database.engine.script("CREATE TABLE said (number INTEGER)")
    first = asyncio.ensure_future(database.write(say, system(), 0, takes_s=0.2))
    await asyncio.sleep(0.05)  # while it is written, the others come and share the next transaction
    writes = [database.write(say, system(), number, fails=number == 2) for number in range(1, 5)]
    done = await asyncio.gather(first, *writes, return_exceptions=True)
    assert [number for number in done if isinstance(number, int)] == [0, 1, 3, 4]
    assert await database.read(said, system()) == [0, 1, 3, 4]


async def test_one_that_fails_alone_leaves_nothing_and_the_next_one_is_stored(database: Database) -> None:
    await database.engine.script("CREATE TABLE said (number INTEGER)")
    with pytest.raises(ValueError):
        await database.write(say, system(), 1, fails=True)
    await database.write(say, system(), 2)
    assert await database.read(said, system()) == [2]
