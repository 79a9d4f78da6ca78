"""Where the embedded store reads: on the event loop, until a read has to wait."""

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
