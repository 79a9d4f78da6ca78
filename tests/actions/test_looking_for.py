"""Finding what other systems' clients ask for: a thread by its people, lists by number, history by what it must be."""

from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, Invalid, NotFound
from careline.core.page import SKIPPED
from careline.features.conversations.actions import access, add_participant, conversation_for, update_conversation
from careline.features.conversations.finding import (
    contacts_in,
    find_conversation_for,
    look_for_conversations,
    workspace_of_conversation,
)
from careline.features.conversations.rows import Conversation, LookedFor
from careline.features.desk.actions import label_conversation
from careline.features.desk.labels import add_label
from careline.features.messages.actions import access_messages, count_standing, list_messages, workspaces_of_messages
from careline.features.messages.changes import delete_message, pin_message
from careline.features.messages.rows import Only
from careline.features.people.actions import update_contact
from careline.features.people.rows import Contact
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.workspaces.actions import update_workspace
from careline.features.workspaces.rows import Status
from careline.store.database import Tx
from tests.made import uploads
from tests.world import GREENLEAF, HILLSIDE, Person, World


async def found(world: World, person: Person, contact_id: str, staff_id: str | None = None) -> str | None:
    thread: Conversation | None = await world.app.database.read(
        find_conversation_for, person.actor, contact_id, staff_id
    )
    return thread.id if thread else None


async def looked_for(world: World, person: Person, status: str = "any", **wanted: Any) -> tuple[list[str], int]:
    items, total = await world.app.database.read(
        look_for_conversations, person.actor, LookedFor(**wanted), status=status
    )
    return [c.id for c in items], total


async def bodies(world: World, **only: Any) -> list[str]:
    page = await world.app.database.read(list_messages, world.ana.actor, world.conversation, only=Only(**only))
    return [m.body for m in page.items]


async def test_the_thread_of_a_contact_is_found_and_none_is_made(world: World) -> None:
    assert await found(world, world.ana, "cara") == await found(world, world.cara, "cara") == world.conversation
    await world.writes("gus", "Gus", GREENLEAF)
    assert await found(world, world.ana, "gus") is None
    assert await found(world, world.ana, "nobody") is None
    assert await found(world, world.ana, "fay") is None
    assert (await looked_for(world, world.ana))[1] == 2


async def test_what_has_ended_is_looked_for_at_once_closed_or_archived(world: World) -> None:
    both: tuple[tuple[str, Status], ...] = ((world.conversation, "closed"), (world.dev_conversation, "archived"))
    for id_, status in both:
        assert (await looked_for(world, world.ana, "ended"))[1] == (status == "archived")
        await world.app.database.write(update_conversation, world.ana.actor, id_, status=status)
    assert await looked_for(world, world.ana, "ended") == ([world.dev_conversation, world.conversation], 2)
    listed = await world.ana.asks("GET", "/v1/conversations?status=ended", status=200)
    assert [c["id"] for c in listed["items"]] == [world.dev_conversation, world.conversation]


async def test_with_whom_each_conversation_is_is_said_of_many_at_once(world: World) -> None:
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "contact", "dev")
    both = [world.conversation, world.dev_conversation]

    async def look(tx: Tx, actor: Actor) -> dict[str, Contact]:
        return await contacts_in(tx, actor, [await access(tx, actor, id_) for id_ in both])

    known = await world.app.database.read(look, world.ana.actor)
    assert {id_: contact.name for id_, contact in known.items()} == dict(zip(both, ("Cara", "Dev"), strict=True))


async def test_a_thread_that_one_may_not_see_is_not_found(world: World) -> None:
    assert await found(world, world.ben, "cara") is None
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    assert await found(world, world.ben, "cara") == world.conversation
    with pytest.raises(Forbidden):
        await found(world, world.dev, "cara")


async def test_with_one_thread_for_each_pair_it_is_that_of_the_pair(world: World) -> None:
    write = world.app.database.write
    await write(update_workspace, world.ana.actor, {"threading": "per_staff"})
    assert await found(world, world.ana, "cara", "ana") is None
    pair = await write(conversation_for, world.ana.actor, "cara", "ana")
    assert await found(world, world.ana, "cara", "ana") == pair.id
    assert await found(world, world.ana, "cara", "ben") is None


async def test_with_many_it_is_the_newest_open_one_and_the_newest_where_all_are_closed(world: World) -> None:
    write = world.app.database.write
    await write(update_workspace, world.ana.actor, {"threading": "many"})
    second = await write(conversation_for, world.ana.actor, "cara", fresh=True)
    assert await found(world, world.ana, "cara") == second.id
    await write(update_conversation, world.ana.actor, second.id, status="closed")
    assert await found(world, world.ana, "cara") == world.conversation
    await world.cara.sends(world.conversation, "and one more")
    await write(update_conversation, world.ana.actor, world.conversation, status="closed")
    assert await found(world, world.ana, "cara") == world.conversation


async def test_conversations_are_looked_for_by_name_and_phone_of_their_contact(world: World) -> None:
    await world.app.database.write(
        update_contact, world.ana.actor, "cara", {"name": "Cara 100% Whitfield", "phone": "+442079460101"}
    )
    for q in ("whitfield", "100%", "020 7946 0101", "cARA"):
        assert await looked_for(world, world.ana, q=q) == ([world.conversation], 1), q
    for q in ("whitfeld", "200%", "__", "fay"):
        assert await looked_for(world, world.ana, q=q) == ([], 0), q
    assert await looked_for(world, world.ben, q="cara") == ([], 0)
    with pytest.raises(Forbidden):
        await looked_for(world, world.cara, q="cara")


async def test_conversations_are_looked_for_by_people_label_status_and_beginning(world: World) -> None:
    write = world.app.database.write
    label = await write(add_label, world.ana.actor, "Urgent")
    await write(label_conversation, world.ana.actor, world.conversation, ["Urgent"])
    await write(add_participant, world.ana.actor, world.dev_conversation, "staff", "ben")
    await write(update_conversation, world.ana.actor, world.dev_conversation, status="closed")
    assert await looked_for(world, world.ana, label=label.id) == ([world.conversation], 1)
    assert await looked_for(world, world.ana, contact_id="dev") == ([world.dev_conversation], 1)
    assert await looked_for(world, world.ana, staff_id="ben") == ([world.dev_conversation], 1)
    assert await looked_for(world, world.ben) == ([world.dev_conversation], 1)
    assert await looked_for(world, world.ana, status="closed") == ([world.dev_conversation], 1)
    now = world.app.database.clock()
    assert (await looked_for(world, world.ana, from_at=now - 60_000, to_at=now + 1))[1] == 2
    assert (await looked_for(world, world.ana, from_at=now + 1))[1] == 0
    assert (await looked_for(world, world.ana, to_at=now - 60_000))[1] == 0


async def test_the_newest_activity_comes_first_unless_it_is_by_change(world: World) -> None:
    await world.cara.sends(world.conversation, "hello")
    assert (await looked_for(world, world.ana))[0] == [world.conversation, world.dev_conversation]
    read = world.app.database.read
    page, total = await read(look_for_conversations, world.ana.actor, skip=1, limit=1)
    assert ([c.id for c in page], total) == ([world.dev_conversation], 2)
    with pytest.raises(Invalid):
        await read(look_for_conversations, world.ana.actor, skip=SKIPPED + 1)


async def test_history_leaves_through_what_it_is_asked_for(world: World) -> None:
    write, here = world.app.database.write, world.conversation
    first = await world.cara.sends(here, "one")
    await world.ana.sends(here, "two")
    await world.ana.sends(here, "set up", kind="system")
    await world.ana.sends(here, "between us", kind="note")
    file = await uploads(world.cara, b"a list", "list.txt", status=201)
    last = await world.cara.sends(here, "three", attachment_ids=(file["id"],))
    await write(pin_message, world.ana.actor, first.id)
    assert await bodies(world, side="contact") == ["one", "three"]
    assert await bodies(world, side="staff") == ["two", "set up", "between us"]
    assert await bodies(world, kind="system") == ["set up"]
    assert await bodies(world, pinned=True) == ["one"]
    assert await bodies(world, has_attachment=True) == ["three"]
    assert await bodies(world, from_at=last.created_at + 1) == []
    assert await bodies(world, to_at=first.created_at) == []
    assert await bodies(world, from_at=first.created_at, to_at=last.created_at + 1, side="contact") == ["one", "three"]
    page = await world.app.database.read(
        list_messages, world.ana.actor, here, only=Only(side="contact"), limit=1, skip=1
    )
    assert ([m.body for m in page.items], page.after) == (["one"], None)
    oldest = await world.app.database.read(list_messages, world.cara.actor, here, only=Only(side="staff"), after=0)
    assert [m.body for m in oldest.items] == ["two", "set up"]


async def test_what_was_taken_back_has_no_place_in_a_list_of_what_stands_nor_in_its_number(world: World) -> None:
    write, read, here = world.app.database.write, world.app.database.read, world.conversation
    said = [await world.cara.sends(here, str(number)) for number in range(4)]
    note = await world.ana.sends(here, "between us", kind="note")
    for message in (said[1], said[3]):
        await write(delete_message, world.cara.actor, message.id)
    await write(delete_message, world.ana.actor, note.id)
    assert await bodies(world, standing=True) == ["0", "2"]
    page = await read(list_messages, world.cara.actor, here, only=Only(standing=True), limit=1, skip=1, notes=False)
    assert [m.body for m in page.items] == ["0"]
    conversation = await read(access, world.cara.actor, here)
    assert await read(count_standing, world.cara.actor, conversation) == 2
    native = await world.cara.asks("GET", f"/v1/conversations/{here}/messages?standing=true", status=200)
    assert [m["body"] for m in native["items"]] == ["0", "2"]


async def test_what_a_side_has_not_read_is_what_nobody_of_it_read(world: World) -> None:
    here = world.conversation
    one, two, three = [await world.cara.sends(here, body) for body in ("one", "two", "three")]
    await world.ana.sends(here, "answer")
    await world.ana.sends(here, "between us", kind="note")
    assert await bodies(world, unread_by="staff") == ["one", "two", "three"]
    assert await bodies(world, unread_by="contact") == ["answer"]
    marking = Marking(world.ana.actor, here, "read", message_ids=(two.id,))
    await world.app.database.write_many(mark_messages, system(GREENLEAF), [marking])
    assert await bodies(world, unread_by="staff") == ["one", "three"]
    await world.app.database.write(delete_message, world.cara.actor, three.id)
    assert await bodies(world, unread_by="staff") == ["one"]
    await world.app.database.write_many(mark_messages, system(GREENLEAF), [Marking(world.ana.actor, here, "read")])
    assert await bodies(world, unread_by="staff") == []
    assert one.seq < two.seq


async def test_a_page_that_was_asked_for_and_written_whole_is_delivered(world: World) -> None:
    inbox = await world.ana.opens()
    said = await world.ana.sends(world.conversation, "are you there?")
    await inbox.hears("message.sent")
    await world.ben.status_of("GET", f"/v1/conversations/{world.conversation}/messages")
    await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said.id, "cara")
    for _ in range(2):
        await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    await inbox.hears_nothing(0.8)


async def test_whoever_pages_back_at_once_has_received_the_newest_page_too(world: World) -> None:
    inbox = await world.ana.opens()
    history = f"/v1/conversations/{world.conversation}/messages?limit=1"
    for body in ("are you there?", "hello?"):
        said = await world.ana.sends(world.conversation, body)
        await inbox.hears("message.sent")
    newest = await world.cara.asks("GET", history, status=200)
    await world.cara.asks("GET", f"{history}&before={newest['before']}", status=200)
    assert (await inbox.hears("message.delivered"))["data"]["up_to"] == said.id
    await inbox.hears_nothing(0.8)


async def test_the_native_wire_finds_and_looks_for_them(world: World) -> None:
    one = await world.ana.asks("GET", "/v1/contacts/cara/conversation", status=200)
    assert one["id"] == world.conversation
    await world.ana.asks("GET", "/v1/contacts/nobody/conversation", status=404)
    page = await world.ana.asks("GET", "/v1/search/conversations?q=cara&limit=1", status=200)
    assert ([c["id"] for c in page["items"]], page["total"]) == ([world.conversation], 1)
    await world.cara.sends(world.conversation, "one")
    history = f"/v1/conversations/{world.conversation}/messages"
    assert len((await world.ana.asks("GET", history + "?side=contact&unread_by=staff", status=200))["items"]) == 1
    assert (await world.ana.asks("GET", history + "?side=staff&pinned=true", status=200))["items"] == []
    await world.ana.asks("GET", history + "?side=both", status=422)


async def test_what_is_not_put_away_is_kept(world: World) -> None:
    each: list[tuple[Status, int]] = [("open", 2), ("closed", 2), ("archived", 1)]
    for status, kept in each:
        await world.app.database.write(update_conversation, world.ana.actor, world.conversation, status=status)
        assert (await looked_for(world, world.ana, "kept"))[1] == kept, status
    assert (await looked_for(world, world.ana, "any"))[1] == 2


async def test_contacts_look_for_their_own_by_the_staff_member(world: World) -> None:
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    assert await looked_for(world, world.cara, staff_id="ben") == ([world.conversation], 1)
    assert await looked_for(world, world.cara, staff_id="ana") == ([], 0)
    assert await looked_for(world, world.dev, staff_id="ben") == ([], 0)
    for wanted in ({"q": "Dev"}, {"contact_id": "dev"}, {"label": "x"}):
        with pytest.raises(Forbidden):
            await looked_for(world, world.cara, **wanted)


async def test_the_system_alone_finds_workspaces_by_what_is_in_them(world: World) -> None:
    read = world.app.database.read
    here, there = [await person.sends(place, "x") for person, place in (
        (world.cara, world.conversation), (world.fay, world.fay_conversation))]  # fmt: skip
    assert await read(workspaces_of_messages, system(), [here.id, there.id, "x"]) == [GREENLEAF, HILLSIDE]
    assert await read(workspace_of_conversation, system(), world.fay_conversation) == HILLSIDE
    assert await read(workspace_of_conversation, system(), "x") is None
    with pytest.raises(Forbidden):
        await read(workspaces_of_messages, world.ana.actor, [here.id])
    with pytest.raises(Forbidden):
        await read(workspace_of_conversation, world.ana.actor, world.conversation)


async def test_many_messages_are_there_or_none(world: World) -> None:
    read = world.app.database.read
    one, two = [await world.cara.sends(world.conversation, body) for body in ("one", "two")]
    note = await world.ana.sends(world.conversation, "between us", kind="note")
    found = await read(access_messages, world.cara.actor, [two.id, one.id])
    assert [message.id for message in found] == [one.id, two.id]
    assert len(await read(access_messages, world.ana.actor, [one.id, note.id])) == 2
    foreign = await world.fay.sends(world.fay_conversation, "x")
    for person, wrong in ((world.cara, note.id), (world.dev, one.id), (world.ana, foreign.id), (world.ana, "x")):
        with pytest.raises(NotFound):
            await read(access_messages, person.actor, [wrong])
