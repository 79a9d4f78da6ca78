"""Conversations: which one people mean, who sees it, what changes it, who takes part."""

import asyncio

import pytest

from careline.core.actor import Actor, system
from careline.core.errors import Conflict, Forbidden, NotFound
from careline.features.conversations.actions import (
    access,
    add_participant,
    assign_conversation,
    conversation_for,
    list_conversations,
    people_in,
    remove_participant,
    update_conversation,
)
from careline.features.conversations.visits import expire_visit, start_visit
from careline.features.people.actions import find_contact
from careline.features.workspaces.actions import update_workspace
from careline.store.database import Tx
from tests.world import GREENLEAF, Person, World


async def threading(world: World, kind: str) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"threading": kind})


async def test_a_contact_has_one_thread_under_per_contact_whoever_asks(world: World) -> None:
    write = world.app.database.write
    first = await write(conversation_for, world.cara.actor, "cara")
    for actor, staff_id in ((world.ana.actor, None), (world.ana.actor, "ana"), (world.cara.actor, "ben")):
        assert (await write(conversation_for, actor, "cara", staff_id)).id == first.id


async def people(tx: Tx, actor: Actor, conversation_id: str) -> tuple[str, ...]:
    return await people_in(tx, conversation_id)


async def test_the_staff_whom_a_known_contact_turns_to_are_let_into_their_one_thread(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    ana = await world.ana.opens()
    for actor in (world.ana.actor, Actor(GREENLEAF, "staff", "ben", "", "agent", "participating")):
        await write(conversation_for, actor, "cara", "ben")  # staff let nobody in so, least of all themselves
    assert "staff:ben" not in await read(people, world.ana.actor, world.conversation)
    for _ in range(2):
        await write(conversation_for, world.cara.actor, "cara", "ben")
    assert "staff:ben" in await read(people, world.ana.actor, world.conversation)
    joined = await ana.hears("participant.joined")
    assert (joined["conversation_id"], joined["data"]["id"]) == (world.conversation, "ben")
    with pytest.raises(NotFound):
        await write(conversation_for, world.cara.actor, "cara", "eve")
    visit = await write(start_visit, system(GREENLEAF))
    visitor = Actor(GREENLEAF, "contact", visit.contact.id)
    await write(conversation_for, visitor, visitor.id, "ben")
    assert "staff:ben" not in await read(people, visitor, visit.conversation.id)


async def test_a_contact_has_one_thread_per_staff_member_under_per_staff(world: World) -> None:
    await threading(world, "per_staff")
    write = world.app.database.write
    with_ana = await write(conversation_for, world.cara.actor, "cara", "ana")
    with_ben = await write(conversation_for, world.cara.actor, "cara", "ben")
    assert with_ana.id != with_ben.id
    assert (await write(conversation_for, world.ana.actor, "cara", "ana")).id == with_ana.id


async def test_under_many_a_closed_conversation_is_followed_by_a_new_one(world: World) -> None:
    await threading(world, "many")
    write = world.app.database.write
    first = await write(conversation_for, world.cara.actor, "cara", fresh=True)
    assert (await write(conversation_for, world.cara.actor, "cara")).id == first.id
    await write(update_conversation, world.ana.actor, first.id, status="closed")
    older = await write(conversation_for, world.cara.actor, "cara")
    assert older.id == world.conversation
    assert (await write(conversation_for, world.cara.actor, "cara", fresh=True)).id not in (first.id, older.id)


async def test_two_hundred_starts_at_once_make_one_thread(world: World) -> None:
    eli = await world.writes("eli", "Eli", GREENLEAF)
    started = await asyncio.gather(*(world.app.database.write(conversation_for, eli.actor, "eli") for _ in range(200)))
    assert len({conversation.id for conversation in started}) == 1


async def test_only_participants_and_staff_of_all_see_a_conversation(world: World) -> None:
    read = world.app.database.read
    for person in (world.ana, world.cara):
        assert (await read(access, person.actor, world.conversation)).id == world.conversation
    for stranger in (world.ben, world.dev, world.eve, world.fay):
        with pytest.raises(NotFound):
            await read(access, stranger.actor, world.conversation)


async def test_a_list_holds_exactly_what_may_be_read_one_by_one(world: World) -> None:
    everything = [world.conversation, world.dev_conversation, world.fay_conversation]
    for person in (world.ana, world.ben, world.cara, world.dev, world.eve, world.fay):
        listed, _ = await world.app.database.read(list_conversations, person.actor, status="any")
        readable = set()
        for conversation_id in everything:
            try:
                readable.add((await world.app.database.read(access, person.actor, conversation_id)).id)
            except NotFound:
                pass
        assert {conversation.id for conversation in listed} == readable, person.id


async def test_lists_page_by_activity_without_gap_or_repeat(world: World) -> None:
    people = [await world.writes(f"guest{n}", f"Guest {n}", GREENLEAF) for n in range(7)]
    expected = [await world.talk(person) for person in people]
    await world.cara.sends(world.conversation, "still there?")
    seen: list[str] = []
    before = None
    while True:
        page, before = await world.app.database.read(
            list_conversations, world.ana.actor, before=before, limit=2, status="active"
        )
        seen += [conversation.id for conversation in page]
        if before is None:
            break
    assert seen == [world.conversation, *reversed(expected), world.dev_conversation]


async def test_assigning_lets_the_assignee_take_part(world: World) -> None:
    after = await world.app.database.write(assign_conversation, world.ana.actor, world.conversation, "ben")
    assert after.assignee_id == "ben"
    assert (await world.app.database.read(access, world.ben.actor, world.conversation)).id == world.conversation
    mine, _ = await world.app.database.read(list_conversations, world.ben.actor, view="mine")
    assert [conversation.id for conversation in mine] == [world.conversation]
    with pytest.raises(Forbidden):
        await world.app.database.write(assign_conversation, world.cara.actor, world.conversation, "ana")
    with pytest.raises(NotFound):
        await world.app.database.write(assign_conversation, world.ana.actor, world.conversation, "eve")


async def test_somebody_removed_sees_nothing_and_a_contact_remains(world: World) -> None:
    write = world.app.database.write
    await write(add_participant, world.ana.actor, world.conversation, "contact", "dev")
    assert set(await world.app.database.read(lambda tx, actor: people_in(tx, world.conversation), world.ana.actor)) == {
        "contact:cara",
        "contact:dev",
    }
    await write(remove_participant, world.dev.actor, world.conversation, "contact", "dev")
    with pytest.raises(NotFound):
        await world.app.database.read(access, world.dev.actor, world.conversation)
    with pytest.raises(Conflict):
        await write(remove_participant, world.ana.actor, world.conversation, "contact", "cara")
    await write(add_participant, world.ana.actor, world.dev_conversation, "staff", "ana")
    with pytest.raises(Forbidden):
        await write(remove_participant, world.dev.actor, world.dev_conversation, "staff", "ana")


async def test_closing_is_a_moment_and_a_contacts_message_reopens(world: World) -> None:
    closed = await world.app.database.write(update_conversation, world.ana.actor, world.conversation, status="closed")
    assert closed.closed_at is not None
    await world.cara.sends(world.conversation, "one more thing")
    reopened = await world.app.database.read(access, world.ana.actor, world.conversation)
    assert (reopened.status, reopened.closed_at) == ("open", None)


async def test_a_workspace_may_say_that_a_staff_reply_makes_it_pending(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"staff_reply_status": "pending"})
    await world.ana.sends(world.conversation, "we will look into it")
    assert (await world.app.database.read(access, world.ana.actor, world.conversation)).status == "pending"
    await world.cara.sends(world.conversation, "thank you")
    assert (await world.app.database.read(access, world.ana.actor, world.conversation)).status == "open"


async def test_a_contact_may_close_and_put_away_but_not_make_wait(world: World) -> None:
    with pytest.raises(Forbidden):
        await world.app.database.write(update_conversation, world.cara.actor, world.conversation, status="pending")
    for status in ("closed", "archived", "open"):
        await world.app.database.write(update_conversation, world.cara.actor, world.conversation, status=status)


async def test_a_visit_without_a_word_is_forgotten_and_one_with_a_word_is_kept(world: World) -> None:
    boss = system(GREENLEAF)
    silent = await world.app.database.write(start_visit, boss)
    spoken = await world.app.database.write(start_visit, boss)
    visitor = Person(world, Actor(GREENLEAF, "contact", spoken.contact.id), spoken.issued.secret)
    await visitor.sends(spoken.conversation.id, "hello?")
    for visit in (silent, spoken):
        await world.app.database.write(expire_visit, boss, visit.contact.id)
    assert await world.app.database.read(find_contact, boss, silent.contact.id) is None
    assert await world.app.database.read(find_contact, boss, spoken.contact.id) is not None
    with pytest.raises(NotFound):
        await world.app.database.read(access, world.ana.actor, silent.conversation.id)


async def test_a_stranger_cannot_add_people_to_learn_who_they_are(world: World) -> None:
    visit = await world.app.database.write(start_visit, system(GREENLEAF))
    stranger = Actor(GREENLEAF, "contact", visit.contact.id)
    with pytest.raises(Forbidden):
        await world.app.database.write(add_participant, stranger, visit.conversation.id, "contact", "cara")
