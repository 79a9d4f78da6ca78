"""The world on the embedded store alone, for what does not differ between engines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.security.places import place
from tests.world import World


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with place(tmp_path) as world:
        yield world
