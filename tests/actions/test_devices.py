"""Devices: one person's at a time, and gone with what let that person in (S-127)."""

import asyncio

import pytest

from careline.core.actor import system
from careline.core.errors import Forbidden, Invalid, NotFound
from careline.features.people.staff import deactivate_staff
from careline.features.push.actions import list_devices, register_device, remove_device
from careline.features.push.rows import Device
from careline.features.tokens.actions import revoke_token
from careline.features.tokens.sessions import end_session
from tests.world import Person, World


async def has(world: World, person: Person) -> list[Device]:
    return await world.app.database.read(list_devices, person.actor)


async def registers(world: World, person: Person, token: str = "fcm-1") -> Device:
    return await world.app.database.write(register_device, person.actor, token, "android")


async def is_gone(world: World, person: Person) -> bool:
    """Within what a job takes."""
    for _ in range(200):
        if not await has(world, person):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_device_is_registered_once_listed_and_removed(world: World) -> None:
    first = await world.cara.asks("PUT", "/v1/devices", status=200, json={"token": "fcm-1", "platform": "android"})
    again = await world.cara.asks("PUT", "/v1/devices", status=200, json={"token": "fcm-1", "platform": "android"})
    assert (first["id"], first["created_at"]) == (again["id"], again["created_at"])
    listed = (await world.cara.asks("GET", "/v1/devices", status=200))["items"]
    assert [device["id"] for device in listed] == [first["id"]]
    assert "token" not in listed[0]
    await world.cara.asks("DELETE", f"/v1/devices/{first['id']}", status=204)
    assert await has(world, world.cara) == []


async def test_a_device_that_changes_hands_is_the_new_persons_alone_whatever_their_workspaces(world: World) -> None:
    before = await registers(world, world.cara)
    for person in (world.dev, world.ana, world.fay):
        mine = await registers(world, person)
        assert [device.id for device in await has(world, person)] == [mine.id]
    assert await has(world, world.cara) == await has(world, world.dev) == await has(world, world.ana) == []
    with pytest.raises(NotFound):
        await world.app.database.write(remove_device, world.cara.actor, before.id)


async def test_nobody_removes_anothers(world: World) -> None:
    device = await registers(world, world.cara)
    for person in (world.dev, world.ana, world.eve, world.fay):
        with pytest.raises(NotFound):
            await world.app.database.write(remove_device, person.actor, device.id)
        assert [d.id for d in await has(world, person)] == []


async def test_a_revoked_link_takes_its_device_along_and_no_other(world: World) -> None:
    await registers(world, world.cara)
    await registers(world, world.dev, "fcm-2")
    token_id = world.cara.actor.credential.removeprefix("token:")
    await world.app.database.write(revoke_token, world.ana.actor, token_id)
    assert await is_gone(world, world.cara)
    assert len(await has(world, world.dev)) == 1


async def test_signing_out_and_being_shut_out_take_devices_along(world: World) -> None:
    await registers(world, world.ana)
    await registers(world, world.ben, "fcm-2")
    await world.app.database.write(deactivate_staff, world.ana.actor, "ben")
    await world.app.database.write(end_session, world.ana.actor)
    assert await is_gone(world, world.ana)
    assert await is_gone(world, world.ben)


async def test_a_merged_contacts_device_does_not_hear_for_the_survivor(world: World) -> None:
    await registers(world, world.dev)
    await world.ana.asks("POST", "/v1/contacts/dev/merge", status=200, json={"into": "cara"})
    assert await is_gone(world, world.dev)
    assert await has(world, world.cara) == []


async def test_of_more_than_twenty_the_oldest_is_forgotten(world: World) -> None:
    for number in range(22):
        await registers(world, world.cara, f"fcm-{number}")
    assert len(await has(world, world.cara)) == 20


async def test_a_token_is_what_a_platform_could_have_given(world: World) -> None:
    write = world.app.database.write
    for token in ("", "x" * 4_097, "ü", "a\nb", "a\0b"):
        with pytest.raises(Invalid):
            await write(register_device, world.cara.actor, token, "ios")
    with pytest.raises(Invalid):
        await write(register_device, world.cara.actor, "not a subscription", "web")
    await write(register_device, world.cara.actor, '{"endpoint":"https://push.example/1"}', "web")
    with pytest.raises(Forbidden):
        await write(register_device, system("greenleaf"), "fcm-1", "ios")
    assert await world.cara.status_of("PUT", "/v1/devices", json={"token": "x", "platform": "pager"}) == 422
