"""A stage for the tests of the search."""

import asyncio

import pytest

from tests.world import World


@pytest.fixture
async def still(world: World) -> World:
    """The world with an index that stands still until a test moves it."""

    async def nothing() -> None:
        return None

    world.app._indexer.catch_up = nothing  # type: ignore[method-assign]
    await asyncio.sleep(0)
    return world
