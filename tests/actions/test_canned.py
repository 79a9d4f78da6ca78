"""Canned responses: kept once, filled in for whom one talks to."""

import pytest

from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.canned import rules
from careline.features.canned.actions import (
    add_canned,
    delete_canned,
    fill_canned,
    list_canned,
    update_canned,
)
from careline.features.canned.rows import Canned
from careline.features.people.actions import update_contact
from tests.world import GREENLEAF, Person, World

BODY = "Hello {{contact.name}}, {{ workspace.name }} opens at nine. {{staff.name}}"


async def hello(world: World, person: Person, shortcut: str = "hello") -> Canned:
    return await world.app.database.write(add_canned, person.actor, shortcut=shortcut, title="Hello", body=BODY)


async def test_it_is_filled_in_for_the_conversation(world: World) -> None:
    canned = await hello(world, world.ana)
    said = await world.app.database.read(fill_canned, world.ana.actor, canned.id, world.conversation)
    assert said == "Hello Cara, Greenleaf Pharmacy opens at nine. Ana"
    answer = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/canned/{canned.id}", status=200)
    assert answer == {"text": said}


async def test_a_name_with_a_placeholder_in_it_is_only_a_name(world: World) -> None:
    canned = await hello(world, world.ana)
    await world.app.database.write(update_contact, world.cara.actor, "cara", {"name": "{{staff.name}}"})
    said = await world.app.database.read(fill_canned, world.ana.actor, canned.id, world.conversation)
    assert said.startswith("Hello {{staff.name}}, ")


async def test_a_placeholder_nobody_knows_is_refused_when_it_is_kept(world: World) -> None:
    for body in ("Hello {{contact.email}}", "{{}}", "{{contact.name}} {{x}}", " "):
        with pytest.raises(Invalid):
            await world.app.database.write(add_canned, world.ana.actor, shortcut="x", title="x", body=body)
    assert rules.body("Braces {of} {{contact.name}} { } }}")


async def test_a_shortcut_is_plain_and_taken_once_in_a_workspace(world: World) -> None:
    for wrong in ("", "Hello", "a b", "ü", "a" * 41, "a/b", "a\n"):
        with pytest.raises(Invalid):
            await hello(world, world.ana, wrong)
    first, other = await hello(world, world.ana), await hello(world, world.ben, "other")
    for attempt in (
        hello(world, world.ben),
        world.app.database.write(update_canned, world.ben.actor, other.id, {"shortcut": "hello"}),
    ):
        with pytest.raises(Conflict) as refused:
            await attempt
        assert refused.value.code == "shortcut_taken"
    await world.app.database.write(update_canned, world.ana.actor, first.id, {"shortcut": "hello", "title": "Hi"})
    await hello(world, world.eve)


async def test_everybody_uses_it_and_its_author_or_an_administrator_changes_it(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    gil = await world.works("gil", "Gil", GREENLEAF)
    bens = await hello(world, world.ben)
    assert [canned.id for canned in await read(list_canned, gil.actor)] == [bens.id]
    for verb, more in ((update_canned, ({"title": "x"},)), (delete_canned, ())):
        with pytest.raises(Forbidden):
            await write(verb, gil.actor, bens.id, *more)
        with pytest.raises(NotFound):
            await write(verb, world.eve.actor, bens.id, *more)
    await write(update_canned, world.ben.actor, bens.id, {"title": "Mine"})
    await write(delete_canned, world.ana.actor, bens.id)
    assert await read(list_canned, gil.actor) == []


async def test_it_is_filled_in_only_where_one_may_read(world: World) -> None:
    canned = await hello(world, world.ana)
    with pytest.raises(NotFound):
        await world.app.database.read(fill_canned, world.ben.actor, canned.id, world.conversation)
    with pytest.raises(Forbidden):
        await world.app.database.read(fill_canned, world.cara.actor, canned.id, world.conversation)
    with pytest.raises(Forbidden):
        await world.app.database.read(list_canned, world.cara.actor)


async def test_staff_hear_of_it(world: World) -> None:
    listening = await world.ben.opens()
    canned = await hello(world, world.ana)
    assert (await listening.hears("canned.added"))["data"]["canned"]["shortcut"] == "hello"
    await world.app.database.write(delete_canned, world.ana.actor, canned.id)
    assert (await listening.hears("canned.deleted"))["data"] == {"id": canned.id}


async def test_a_workspace_has_room_for_five_hundred(world: World) -> None:
    rules.has_room(499)
    with pytest.raises(Conflict):
        rules.has_room(500)
