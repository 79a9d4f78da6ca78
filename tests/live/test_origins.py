"""Which pages may come in is the same at every process of a store."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from careline import app as composition
from careline.core.actor import system
from careline.core.errors import Unavailable
from careline.features.workspaces.actions import add_workspace, update_workspace
from careline.wires.origins import Origins
from tests.world import GREENLEAF, World, second

SHOP = "https://shop.example"


async def comes_true(what: Callable[[], bool]) -> None:
    for _ in range(80):
        if what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come true in four seconds")


async def test_an_origin_withdrawn_at_one_process_is_refused_at_the_others(world: World, database: str) -> None:
    await world.ana.asks("PATCH", "/v1/workspace", json={"origins": [SHOP]}, status=200)
    async with second(world, database) as there:
        assert there.app.server.origins.allows(SHOP, GREENLEAF)
        await there.ana.opens()
        await world.ana.asks("PATCH", "/v1/workspace", json={"origins": []}, status=200)
        await comes_true(lambda: not there.app.server.origins.known(SHOP))


async def test_so_it_is_in_a_while_where_nobody_follows_the_workspace(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "ORIGINS_S", 0.5)
    await world.ana.asks("PATCH", "/v1/workspace", json={"origins": [SHOP]}, status=200)
    async with second(world, database) as there:
        await world.ana.asks("PATCH", "/v1/workspace", json={"origins": []}, status=200)
        await comes_true(lambda: not there.app.server.origins.known(SHOP))
        assert not there.app.tail.follows(GREENLEAF)


async def test_so_it_is_at_the_process_that_changes_a_workspace_nobody_follows(world: World) -> None:
    server = world.app.server
    await server.database.write(add_workspace, system(), "rosewood", "Rosewood")
    await server.origins.load(server.database)
    assert not world.app.tail.follows("rosewood")
    await server.database.write(update_workspace, system("rosewood"), {"origins": [SHOP]})
    await comes_true(lambda: server.origins.known(SHOP))


async def test_a_change_that_could_not_be_read_is_read_later() -> None:
    class Away:
        async def read(self, *asked: Any) -> Any:
            raise Unavailable()

    origins: Any = Origins([])
    with pytest.raises(Unavailable):
        await origins.load(Away())
    assert origins.stale
