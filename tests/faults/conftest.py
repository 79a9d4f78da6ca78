"""Durable stores for servers that are killed: each engine in turn, with its real guarantees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import needed
from tests.services import Postgres


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    server = needed(lambda: Postgres(durable=True))
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store that keeps what it acknowledges."""
    if request.param == "sqlite":
        yield str(tmp_path / "careline.db")
        return
    cluster: Postgres = request.getfixturevalue("durable_postgres")
    dsn = cluster.create_database()
    yield dsn
    cluster.drop_database(dsn)
