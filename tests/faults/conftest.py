"""Durable stores for servers that are killed: each engine in turn, with its real guarantees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import needed, new_store
from tests.services import Postgres


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    server = needed(lambda: Postgres(durable=True))
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store that keeps what it acknowledges."""
    yield from new_store(request, tmp_path, cluster="durable_postgres")
