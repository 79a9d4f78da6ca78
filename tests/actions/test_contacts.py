"""Contacts: found page by page and literally, blocked, and made one of two."""

import asyncio

import pytest

from careline.core.actor import Kind, system
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from careline.features.conversations.actions import (
    access,
    add_participant,
    conversation_for,
    people_in,
    update_conversation,
)
from careline.features.conversations.finding import conversations_of_contact
from careline.features.desk.duplicates import merge_contacts
from careline.features.messages.actions import list_messages
from careline.features.messages.changes import edit_message
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.people.actions import (
    access_contact,
    act_as,
    add_contact,
    block_contact,
    find_contact,
    unblock_contact,
    update_contact,
)
from careline.features.people.finding import contacts_named, list_contacts, look_for_contacts
from careline.features.people.staff import deactivate_staff
from careline.features.presence.actions import typing
from careline.features.workspaces.actions import update_workspace
from tests.world import GREENLEAF, Person, World


async def names(world: World, person: Person, q: str = "") -> list[str | None]:
    found, _ = await world.app.database.read(list_contacts, person.actor, q=q)
    return [contact.name for contact in found]


async def test_contacts_are_listed_last_added_first_without_gap_or_repeat(world: World) -> None:
    for number in range(5):
        await world.app.database.write(add_contact, world.ana.actor, name=f"Guest {number}")
    seen: list[str | None] = []
    before = None
    while True:
        page, before = await world.app.database.read(list_contacts, world.ana.actor, before=before, limit=2)
        seen += [contact.name for contact in page]
        if before is None:
            break
    assert seen == ["Guest 4", "Guest 3", "Guest 2", "Guest 1", "Guest 0", "Dev", "Cara"]


async def test_a_contact_is_found_by_name_address_and_number_every_character_as_it_is(world: World) -> None:
    write = world.app.database.write
    await write(update_workspace, world.ana.actor, {"phone_region": "GB"})
    await write(add_contact, world.ana.actor, name="Ève_O'Neil 100%", email="eve!@x.example", phone="020 7946 0000")
    await write(add_contact, world.ana.actor, name="EveXO'Neil 1000")
    wanted = "Ève_O'Neil 100%"
    for q in ("ÈVE_", "e_o'", "100%", "EVE!@", "020 7946", "+44 20 7946 0000", "79460000"):
        assert await names(world, world.ana, q) == [wanted], q
    for q in ("%", "_"):
        assert await names(world, world.ana, q) == [wanted], q
    assert await names(world, world.ana, "\\") == []
    assert await names(world, world.ana, "%a" * 100) == []
    with pytest.raises(Invalid):
        await names(world, world.ana, "a" * 201)


async def test_contacts_are_numbered_and_counted_as_they_are_listed(world: World) -> None:
    read = world.app.database.read
    for number in range(3):
        await world.writes(f"gus{number}", f"Gus {number}", GREENLEAF)
    page, total = await read(look_for_contacts, world.ana.actor, q="gus", skip=1, limit=1)
    assert ([contact.name for contact in page], total) == (["Gus 1"], 3)
    assert await read(look_for_contacts, world.ben.actor) == ([], 0)
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    met, total = await read(look_for_contacts, world.ben.actor, q="car")
    assert ([contact.id for contact in met], total) == (["cara"], 1)
    with pytest.raises(Forbidden):
        await read(look_for_contacts, world.cara.actor)
    with pytest.raises(Invalid):
        await read(look_for_contacts, world.ana.actor, skip=-1)
    assert (await read(contacts_named, world.ana.actor, ["dev", "fay", "nobody"])).keys() == {"dev"}


async def test_who_only_participates_sees_whom_they_meet(world: World) -> None:
    assert await names(world, world.ben) == []
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    assert await names(world, world.ben) == ["Cara"]
    assert await names(world, world.eve) == ["Fay"]
    with pytest.raises(Forbidden):
        await names(world, world.cara)


async def test_every_earlier_conversation_of_a_contact_is_there_to_whoever_may_see_it(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    await write(update_workspace, world.ana.actor, {"threading": "many"})
    made = [world.conversation]
    for _ in range(3):
        made.append((await write(conversation_for, world.cara.actor, "cara", fresh=True)).id)
    await write(update_conversation, world.ana.actor, made[1], status="archived")
    await write(add_participant, world.ana.actor, made[2], "staff", "ben")
    first, further = await read(conversations_of_contact, world.ana.actor, "cara", limit=3)
    rest, end = await read(conversations_of_contact, world.ana.actor, "cara", before=further, limit=3)
    assert ([c.id for c in (*first, *rest)], end) == (made[::-1], None)
    assert [c.id for c in (await read(conversations_of_contact, world.ben.actor, "cara"))[0]] == [made[2]]
    for stranger in (world.eve, world.dev):
        with pytest.raises(NotFound):
            await read(conversations_of_contact, stranger.actor, "cara")


async def test_nothing_of_a_blocked_contact_is_taken(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    said = await world.cara.sends(world.conversation, "one", client_id="k1")
    blocked = await write(block_contact, world.ana.actor, "cara")
    assert blocked.blocked_at is not None
    attempts = [
        lambda: world.cara.sends(world.conversation, "two"),
        lambda: write(conversation_for, world.cara.actor, "cara"),
        lambda: write(edit_message, world.cara.actor, said.id, "other words"),
        lambda: write(update_conversation, world.cara.actor, world.conversation, status="open"),
        lambda: write(update_contact, world.cara.actor, "cara", {"name": "Carla"}),
        lambda: write(add_participant, world.cara.actor, world.conversation, "contact", "dev"),
        lambda: read(typing, world.cara.actor, world.conversation, True),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden) as refused:
            await attempt()
        assert refused.value.code == "contact_blocked"
    assert (await world.cara.sends(world.conversation, "one", client_id="k1")).id == said.id
    assert (await read(list_messages, world.cara.actor, world.conversation)).items
    await world.ana.sends(world.conversation, "We have ended this.")
    await world.dev.sends(world.dev_conversation, "I may write")
    await write(unblock_contact, world.ana.actor, "cara")
    await world.cara.sends(world.conversation, "two")


async def test_a_batch_that_remembers_the_conversation_learns_of_a_block(world: World) -> None:
    database, boss = world.app.database, system(GREENLEAF)

    async def say() -> object:
        (result,) = await database.write_many(send_messages, boss, [Sending(world.cara.actor, world.conversation, "x")])
        return result

    assert not isinstance(await say(), Refused)
    assert not isinstance(await say(), Refused)
    await database.write(block_contact, world.ana.actor, "cara")
    for _ in range(2):
        assert isinstance(await say(), Forbidden)


async def test_blocking_hangs_up_and_staff_see_it(world: World) -> None:
    listening, staff = await world.cara.opens(), await world.ana.opens()
    await world.ana.asks("POST", "/v1/contacts/cara/block", status=200, json={})
    assert await listening.is_closed() == 4410
    heard = await staff.hears("contact.blocked")
    assert heard["data"]["contact"]["blocked_at"] is not None
    assert (await world.ana.asks("GET", "/v1/contacts?q=cara"))["items"][0]["blocked_at"] is not None
    answer = await world.cara.asks(
        "POST", f"/v1/conversations/{world.conversation}/messages", status=403, json={"body": "x"}
    )
    assert answer["code"] == "contact_blocked"


async def test_contacts_block_nobody_and_staff_only_whom_they_meet(world: World) -> None:
    for person, refusal in ((world.dev, Forbidden), (world.ben, NotFound), (world.eve, NotFound)):
        with pytest.raises(refusal):
            await world.app.database.write(block_contact, person.actor, "cara")


async def test_of_two_contacts_one_stays_with_everything_of_both(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    await write(update_workspace, world.ana.actor, {"threading": "many"})
    await write(update_contact, world.ana.actor, "dev", {"email": "dev@x.example", "phone": "+442079460000"})
    said = await world.dev.sends(world.dev_conversation, "I am Cara, really", client_id="k1")
    await world.cara.sends(world.conversation, "Me too", client_id="k1")
    done = await write(merge_contacts, world.ana.actor, "dev", "cara")
    assert (done.moved_count, done.contact.name, done.contact.email) == (1, "Cara", "dev@x.example")
    assert await read(find_contact, world.ana.actor, "dev") is None
    assert (await read(access, world.cara.actor, world.dev_conversation)).created_by == "contact:cara"
    page = await read(list_messages, world.cara.actor, world.dev_conversation)
    assert [(m.id, m.sender_id, m.sender_name) for m in page.items] == [(said.id, "cara", "Dev")]
    assert (await read(access_contact, world.ana.actor, "cara")).phone_confirmed_at is not None


async def test_what_let_the_one_in_who_is_gone_is_revoked_and_everybody_is_told(world: World) -> None:
    theirs, staff, survivor = await world.dev.opens(), await world.ana.opens(), await world.cara.opens()
    await world.ana.asks("POST", "/v1/contacts/dev/merge", status=200, json={"into": "cara"})
    assert await theirs.is_closed() == 4410
    assert await world.dev.status_of("GET", "/v1/me") == 401
    assert await world.cara.status_of("GET", "/v1/me") == 200
    joined = await survivor.hears("participant.joined")
    assert (joined["conversation_id"], joined["data"]["id"]) == (world.dev_conversation, "cara")
    heard = (await staff.hears("contact.merged"))["data"]
    assert (heard["id"], heard["contact"]["id"]) == ("dev", "cara")


async def test_an_old_link_does_not_open_somebody_new_with_the_same_id(world: World) -> None:
    await world.app.database.write(merge_contacts, world.ana.actor, "dev", "cara")
    await world.app.database.write(add_contact, world.ana.actor, contact_id="dev", name="Another Dev")
    assert await world.dev.status_of("GET", "/v1/me") == 401


async def test_where_each_has_one_thread_the_survivors_stays_the_one_and_the_other_stands_beside_it(
    world: World,
) -> None:
    write, read = world.app.database.write, world.app.database.read
    done = await write(merge_contacts, world.ana.actor, "dev", "cara")
    assert done.apart == (world.dev_conversation,)
    assert (await write(conversation_for, world.cara.actor, "cara")).id == world.conversation
    assert (await read(access, world.ana.actor, world.dev_conversation)).thread is None
    await world.cara.sends(world.dev_conversation, "still open")


async def test_where_only_the_one_has_a_thread_it_becomes_the_survivors(world: World) -> None:
    write = world.app.database.write
    await write(add_contact, world.ana.actor, contact_id="gus", name="Gus")
    done = await write(merge_contacts, world.ana.actor, "cara", "gus")
    assert done.apart == ()
    found = await asyncio.gather(*(write(conversation_for, world.ana.actor, "gus") for _ in range(5)))
    assert {conversation.id for conversation in found} == {world.conversation}


async def test_two_who_talked_to_each_other_become_one_participant(world: World) -> None:
    write = world.app.database.write
    await write(add_participant, world.ana.actor, world.conversation, "contact", "dev")
    await world.dev.sends(world.conversation, "b", client_id="k1")
    await world.cara.sends(world.conversation, "a", client_id="k1")
    await write(merge_contacts, world.ana.actor, "dev", "cara")

    async def look(tx, actor):
        return await people_in(tx, world.conversation)

    assert await world.app.database.read(look, world.ana.actor) == ("contact:cara",)


async def test_a_blocked_contact_does_not_get_out_of_it_by_a_merge(world: World) -> None:
    write = world.app.database.write
    await write(block_contact, world.ana.actor, "dev")
    assert (await write(merge_contacts, world.ana.actor, "dev", "cara")).contact.blocked_at is not None
    with pytest.raises(Forbidden):
        await world.cara.sends(world.conversation, "x")


async def test_merging_is_for_administrators_and_never_hands_somebody_known_to_a_stranger(world: World) -> None:
    write = world.app.database.write
    gil = await world.works("gil", "Gil", GREENLEAF)
    stranger = await write(add_contact, system(GREENLEAF), anonymous=True)
    for person, contact_id, into, refusal in (
        (gil, "dev", "cara", Forbidden),
        (world.cara, "dev", "cara", Forbidden),
        (world.ana, "dev", "dev", Invalid),
        (world.ana, "dev", stranger.id, Conflict),
        (world.ana, "dev", "fay", NotFound),
        (world.eve, "dev", "fay", NotFound),
    ):
        with pytest.raises(refusal):
            await write(merge_contacts, person.actor, contact_id, into)
    await write(merge_contacts, world.ana.actor, stranger.id, "cara")


async def test_an_administrator_acts_as_anybody_of_the_workspace(world: World) -> None:
    read, ana = world.app.database.read, world.ana.actor
    as_ben, as_cara = await read(act_as, ana, "ben"), await read(act_as, ana, "cara")
    assert (as_ben.person, as_ben.role, as_ben.scope) == ("staff:ben", "agent", "participating")
    assert (as_cara.person, as_cara.is_admin, as_cara.credential) == ("contact:cara", False, ana.credential)
    for actor in (world.ben.actor, world.cara.actor):
        with pytest.raises(Forbidden):
            await read(act_as, actor, "dev")
    await world.app.database.write(deactivate_staff, ana, "ben")
    wrong: list[tuple[str, Kind | None]] = [
        ("ben", None), ("fay", None), ("eve", None), ("cara", "staff"), ("ana", "contact"),
    ]  # fmt: skip
    for person_id, kind in wrong:
        with pytest.raises(NotFound):
            await read(act_as, ana, person_id, kind)
