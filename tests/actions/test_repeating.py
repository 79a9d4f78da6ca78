"""What a second time brings, as docs/api.md#again says it of every command that makes something new."""

from typing import Any

import pytest

from tests.world import World

NEW: list[tuple[str, dict[str, Any], int, int]] = [
    ("/v1/contacts", {"id": "max", "name": "Max"}, 201, 409),
    ("/v1/staff", {"name": "Lou", "email": "lou@greenleaf.example", "password": "a good long one"}, 201, 409),
]


@pytest.mark.parametrize(("path", "body", "first", "second"), NEW)
async def test_what_has_a_name_of_its_own_is_made_once(
    world: World, path: str, body: dict[str, Any], first: int, second: int
) -> None:
    assert await world.ana.status_of("POST", path, json=body) == first
    assert await world.ana.status_of("POST", path, json=body) == second


async def test_a_conversation_is_started_once_unless_a_fresh_one_is_asked_for(world: World) -> None:
    async def start(**more: Any) -> str:
        body = {"contact_id": "cara", **more}
        return str((await world.ana.asks("POST", "/v1/conversations", json=body, status=200))["id"])

    assert await start() == await start() == world.conversation
    await world.ana.asks("PATCH", "/v1/workspace", json={"threading": "many"}, status=200)
    fresh = await start(fresh=True)
    assert await start() == await start() == fresh
    assert await start(fresh=True) not in (fresh, world.conversation)


async def test_a_key_makes_a_message_once_and_means_nothing_elsewhere(world: World) -> None:
    async def post(path: str, body: dict[str, Any]) -> str:
        headers = {"Idempotency-Key": "again"}
        return str((await world.ana.asks("POST", path, json=body, headers=headers, status=201))["id"])

    messages = f"/v1/conversations/{world.conversation}/messages"
    assert await post(messages, {"body": "Once"}) == await post(messages, {"body": "Once"})
    assert await post("/v1/contacts", {"name": "Max"}) != await post("/v1/contacts", {"name": "Max"})
    assert await post("/v1/contacts/cara/tokens", {}) != await post("/v1/contacts/cara/tokens", {})


async def test_adding_to_a_conversation_and_assigning_it_may_be_repeated(world: World) -> None:
    path = f"/v1/conversations/{world.conversation}"
    for _ in range(2):
        await world.ana.asks("POST", f"{path}/participants", json={"kind": "staff", "id": "ben"}, status=200)
        await world.ana.asks("POST", f"{path}/assign", json={"staff_id": "ben"}, status=200)
    removing = f"{path}/participants/staff/ben"
    assert [await world.ana.status_of("DELETE", removing) for _ in range(2)] == [204, 404]
