"""What every test may ask for: the loop of the server, its services, a browser, and the world of tests/world.py."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from careline.app import open_database
from careline.bench.process import Unavailable
from careline.settings import Settings
from careline.store.migrate import migrate
from tests import tools
from tests.services import S3, Clamd, Cluster, Redis, clamd_server, postgres_server, redis_server, s3_server
from tests.world import World, stage

T = TypeVar("T")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run async tests on the loop that the server runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    server = needed(postgres_server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    server = needed(redis_server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    server = needed(s3_server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    server = needed(clamd_server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser for Playwright's `executable_path`."""
    try:
        return tools.chromium()
    except tools.Missing as missing:
        pytest.skip(str(missing))


def needed(service: Callable[[], T]) -> T:
    """The service; without it tests are skipped at home, and fail in CI, where nobody would notice that they did."""
    try:
        return service()
    except Unavailable as unavailable:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def template(postgres: Cluster) -> str:
    """An empty store on PostgreSQL with its tables: copying it takes a tenth of making them."""
    dsn = postgres.create_database()

    async def make_tables() -> None:
        database = open_database(Settings(database=dsn))
        await database.open()
        await migrate(database)
        await database.close()

    asyncio.run(make_tables())
    return dsn


def new_store(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: str = "postgres", template: str | None = None
) -> Iterator[str]:
    """A store of the engine that is the fixture's parameter; on PostgreSQL in the cluster of this fixture, and a copy
    of what the other one gives.
    """
    if request.param == "sqlite":
        yield str(tmp_path / "careline.db")
        return
    server: Cluster = request.getfixturevalue(cluster)
    dsn = server.create_database(request.getfixturevalue(template) if template else None)
    yield dsn
    server.drop_database(dsn)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store for one test, on each engine in turn: what `Settings.database` takes."""
    yield from new_store(request, tmp_path, template="template")


@pytest.fixture(params=["sqlite", "postgres"])
def no_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same before anybody has opened it."""
    yield from new_store(request, tmp_path)


@pytest.fixture
async def world(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The cast on a running server, on each engine in turn."""
    async with stage(database, files=str(tmp_path / "files")) as world:
        yield world
