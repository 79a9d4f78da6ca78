"""Health, as those who watch over a server ask for it: the one address that answers the same on every wire."""

from typing import Any

import pytest

from careline.core.errors import Unavailable
from tests.world import World


@pytest.fixture
def silent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database does not answer any more."""
    engine: Any = world.app.database.engine

    def refused() -> None:
        raise ConnectionRefusedError

    async def broken(*_: object) -> None:
        raise Unavailable()

    if hasattr(engine, "_connection"):
        monkeypatch.setattr(engine, "_connection", refused)
    else:
        monkeypatch.setattr(engine._writer, "submit", broken)


@pytest.mark.proves("cf-9", "lo-49")
@pytest.mark.parametrize(("path", "status"), [("/health", 503), ("/health/ready", 503), ("/health/live", 200)])
async def test_a_database_that_does_not_answer_is_told_to_whoever_watches(
    world: World, silent: None, path: str, status: int
) -> None:
    async with world.http.get(world.url + path) as answer:
        told = await answer.json()
        assert (answer.status, told["ok"]) == (status, status == 200)
        if status == 503:
            assert told["status"] == "unhealthy"
            assert told["database"] == {"healthy": False, "message": "the database does not answer", "details": {}}
