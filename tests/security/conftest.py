"""The world on the embedded store alone, for what never comes as far as a database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World, stage


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with stage(tmp_path / "careline.db") as world:
        yield world
