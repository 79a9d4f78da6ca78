"""What staff do with conversations: labels, sorting, lists by it, history, merging, deleting."""

from typing import Any

import pytest

from careline.core.actor import system
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.conversations.actions import (
    access,
    assign_conversation,
    list_conversations,
    update_conversation,
)
from careline.features.conversations.rows import Conversation, Sieve
from careline.features.desk import rules
from careline.features.desk.actions import (
    label_conversation,
    list_changes,
    mark_unread,
    triage_conversation,
    wake_conversation,
)
from careline.features.desk.labels import add_label, clear_labels, delete_label, list_labels, update_label
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.workspaces.actions import update_workspace
from tests.world import GREENLEAF, Person, World

HOUR, MINUTE = 3_600_000, 60_000


async def triage(world: World, person: Person, conversation_id: str = "", **wishes: Any) -> Conversation:
    conversation_id = conversation_id or world.conversation
    return await world.app.database.write(triage_conversation, person.actor, conversation_id, wishes)


async def listed(world: World, person: Person, status: str = "active", **sieve: Any) -> list[str]:
    found, _ = await world.app.database.read(
        list_conversations, person.actor, status=status, sieve=Sieve(**sieve)
    )  # fmt: skip
    return [conversation.id for conversation in found]


async def reads(world: World, person: Person, conversation_id: str) -> None:
    marking = Marking(person.actor, conversation_id, "read")
    await world.app.database.write_many(mark_messages, system(GREENLEAF), [marking])


# Labels -------------------------------------------------------------------------------------------------------------


async def test_labels_are_kept_by_administrators_and_seen_by_all_staff(world: World) -> None:
    write = world.app.database.write
    label = await write(add_label, world.ana.actor, "Insurance", "#B45309")
    assert (label.name, label.colour) == ("Insurance", "#b45309")
    await write(update_label, world.ana.actor, label.id, name="Insurers")
    assert [one.name for one in await world.app.database.read(list_labels, world.ben.actor)] == ["Insurers"]
    for verb, rest in ((add_label, ("More",)), (update_label, (label.id,)), (delete_label, (label.id,))):
        with pytest.raises(Forbidden):
            await write(verb, world.ben.actor, *rest)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        await world.app.database.read(list_labels, world.cara.actor)
    with pytest.raises(NotFound):
        await write(update_label, world.eve.actor, label.id, name="Mine")


async def test_there_is_one_label_of_a_name_however_it_is_written(world: World) -> None:
    write = world.app.database.write
    await write(add_label, world.ana.actor, "Straße")
    with pytest.raises(Conflict):
        await write(add_label, world.ana.actor, " STRASSE ")
    other = await write(add_label, world.ana.actor, "Weg")
    with pytest.raises(Conflict):
        await write(update_label, world.ana.actor, other.id, name="strasse")
    for name, colour in (("", "#ffffff"), ("x" * 61, "#ffffff"), ("Fine", "red"), ("Fine", "#fffffff")):
        with pytest.raises(Invalid):
            await write(add_label, world.ana.actor, name, colour)


async def test_a_list_by_label_follows_what_is_said_and_done(world: World) -> None:
    write = world.app.database.write
    label = await write(add_label, world.ana.actor, "Insurance")
    for conversation in (world.conversation, world.dev_conversation):
        await triage(world, world.ana, conversation, labels=[label.id])
    await world.cara.sends(world.conversation, "Am I insured?")
    assert await listed(world, world.ana, label=label.id) == [world.conversation, world.dev_conversation]
    await world.dev.sends(world.dev_conversation, "And I?")
    assert await listed(world, world.ana, label=label.id) == [world.dev_conversation, world.conversation]
    await write(update_conversation, world.ana.actor, world.conversation, status="closed")
    assert await listed(world, world.ana, label=label.id) == [world.dev_conversation]
    assert await listed(world, world.ana, "closed", label=label.id) == [world.conversation]
    await world.cara.sends(world.conversation, "One more thing")
    assert await listed(world, world.ana, label=label.id) == [world.conversation, world.dev_conversation]
    await triage(world, world.ana, labels=[])
    assert await listed(world, world.ana, label=label.id) == [world.dev_conversation]


async def test_a_label_of_another_workspace_is_not_there(world: World) -> None:
    theirs = await world.app.database.write(add_label, world.eve.actor, "Theirs")
    with pytest.raises(NotFound):
        await triage(world, world.ana, labels=[theirs.id])
    await world.ana.asks("GET", f"/v1/conversations?label={theirs.id}", status=404)
    with pytest.raises(Forbidden):
        await triage(world, world.cara, labels=[])
    with pytest.raises(NotFound):
        await triage(world, world.ben, labels=[])
    many = [(await world.app.database.write(add_label, world.ana.actor, f"L{n}")).id for n in range(21)]
    with pytest.raises(Invalid):
        await triage(world, world.ana, labels=many)


async def test_labels_by_name_are_made_where_they_are_missing(world: World) -> None:
    write, read = world.app.database.write, world.app.database.read
    known = await write(add_label, world.ana.actor, "Urgent care")
    await write(assign_conversation, world.ana.actor, world.conversation, "ben")
    after = await write(label_conversation, world.ben.actor, world.conversation, ["URGENT CARE", "New", "new"])
    names = {label.id: label.name for label in await read(list_labels, world.ben.actor)}
    assert set(names.values()) == {"Urgent care", "New"} and known.id in after.labels
    with pytest.raises(Forbidden):
        await write(label_conversation, world.cara.actor, world.conversation, ["New"])


async def test_a_deleted_label_comes_off_and_its_name_is_free(world: World) -> None:
    write = world.app.database.write
    label = await write(add_label, world.ana.actor, "Old")
    other = await write(add_label, world.ana.actor, "Other")
    await triage(world, world.ana, labels=[label.id, other.id])
    await write(delete_label, world.ana.actor, label.id)
    await write(add_label, world.ana.actor, "Old")
    assert not await write(clear_labels, system(GREENLEAF))
    after = await world.app.database.read(access, world.ana.actor, world.conversation)
    assert after.labels == f'["{other.id}"]'
    assert not await write(clear_labels, system(GREENLEAF))


# Sorting ------------------------------------------------------------------------------------------------------------


async def test_lists_are_sieved_by_priority_pin_and_unread_alone_and_together(world: World) -> None:
    await triage(world, world.ana, priority="urgent", pinned=True)
    await world.dev.sends(world.dev_conversation, "Hello?")
    mine, devs = world.conversation, world.dev_conversation
    assert await listed(world, world.ana, priority="urgent") == [mine]
    assert await listed(world, world.ana, priority="normal") == [devs]
    assert await listed(world, world.ana, pinned=True) == [mine]
    assert await listed(world, world.ana, unread=True) == [devs]
    assert await listed(world, world.ana, unread=True, pinned=True) == []
    assert await listed(world, world.ben, pinned=True) == []
    await world.app.database.write(assign_conversation, world.ana.actor, mine, "ben")
    assert await listed(world, world.ben, pinned=True) == [mine]
    await triage(world, world.ana, priority="normal", pinned=False)
    assert await listed(world, world.ana, pinned=True) == await listed(world, world.ana, priority="urgent") == []
    with pytest.raises(Forbidden):
        await listed(world, world.cara, pinned=True)


async def test_what_is_put_off_is_away_until_its_time_or_the_contact_writes(world: World) -> None:
    until = world.app.database.clock() + HOUR
    await triage(world, world.ana, snoozed_until=until)
    assert await listed(world, world.ana) == [world.dev_conversation]
    assert await listed(world, world.ana, snoozed=True) == [world.conversation]
    assert world.conversation in await listed(world, world.ana, "any")
    assert await listed(world, world.cara) == [world.conversation]
    await world.ana.sends(world.conversation, "We will come back to you")
    assert await listed(world, world.ana, snoozed=True) == [world.conversation]
    await world.cara.sends(world.conversation, "Now, please")
    assert await listed(world, world.ana, snoozed=True) == []
    assert world.conversation in await listed(world, world.ana)


async def test_it_comes_back_by_itself_to_the_top_and_once(world: World) -> None:
    database, clock = world.app.database, world.app.database.clock
    await triage(world, world.ana, snoozed_until=clock() + MINUTE)
    await database.write(wake_conversation, system(GREENLEAF), world.conversation)
    assert await listed(world, world.ana) == [world.dev_conversation], "an earlier wish's job wakes nothing"
    clock._latest += MINUTE
    await database.write(wake_conversation, system(GREENLEAF), world.conversation)
    assert await listed(world, world.ana) == [world.conversation, world.dev_conversation]
    before = (await world.ana.asks("GET", "/v1/events"))["cursor"]
    await database.write(wake_conversation, system(GREENLEAF), world.conversation)
    assert (await world.ana.asks("GET", f"/v1/events?since={before}"))["items"] == []


async def test_only_a_time_to_come_puts_off_and_closing_ends_it(world: World) -> None:
    now = world.app.database.clock()
    for wrong in (now - 1, 0, now + 400 * 86_400_000):
        with pytest.raises(Invalid):
            await triage(world, world.ana, snoozed_until=wrong)
    await triage(world, world.ana, snoozed_until=now + HOUR)
    closed = await world.app.database.write(update_conversation, world.ana.actor, world.conversation, status="closed")
    assert closed.snoozed_until is None
    with pytest.raises(Conflict):
        await triage(world, world.ana, snoozed_until=now + HOUR)


async def test_marked_unread_it_is_so_to_staff_until_one_of_them_reads(world: World) -> None:
    await world.cara.sends(world.conversation, "Hello")
    await reads(world, world.ana, world.conversation)
    marked = await world.app.database.write(mark_unread, world.ana.actor, world.conversation)
    assert (marked.shown_to_staff_as_unread, marked.staff_unread) == (1, 0)
    assert await listed(world, world.ana, unread=True) == [world.conversation]
    await world.cara.sends(world.conversation, "Still there?")
    shown = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}", status=200)
    assert shown["unread_count"] == 2
    history = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert history["items"][0]["read_at"] is not None, "who had read it has read it"
    await reads(world, world.ana, world.conversation)
    assert await listed(world, world.ana, unread=True) == []
    await world.app.database.write(mark_unread, world.ana.actor, world.conversation)
    await reads(world, world.ana, world.conversation)
    assert await listed(world, world.ana, unread=True) == []
    for person, refusal in ((world.cara, Forbidden), (world.ben, NotFound), (world.eve, NotFound)):
        with pytest.raises(refusal):
            await world.app.database.write(mark_unread, person.actor, world.conversation)


async def test_contacts_hear_and_see_nothing_of_it(world: World) -> None:
    listening, desk = await world.cara.opens(), await world.ana.opens()
    label = await desk.does("label.add", name="Difficult")
    await desk.does("conversation.triage", conversation_id=world.conversation, labels=[label["id"]], priority="low",
                    pinned=True, snoozed_until=world.app.database.clock() + HOUR)  # fmt: skip
    await desk.does("conversation.unread", conversation_id=world.conversation)
    await listening.hears_nothing()
    seen = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}", status=200)
    assert not {"labels", "priority", "pinned_at", "snoozed_until"} & seen.keys()
    shown = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}", status=200)
    assert (shown["labels"], shown["priority"], shown["unread_count"]) == ([label["id"]], "low", 1)


# History ------------------------------------------------------------------------------------------------------------


async def test_history_says_who_made_what_of_it(world: World) -> None:
    write = world.app.database.write
    label = await write(add_label, world.ana.actor, "Insurance")
    await triage(world, world.ana, labels=[label.id], priority="high")
    await write(update_label, world.ana.actor, label.id, name="Insurers")
    await write(assign_conversation, world.ana.actor, world.conversation, "ben")
    await write(update_conversation, world.ben.actor, world.conversation, status="closed")
    await world.cara.sends(world.conversation, "One more thing")
    pages, before = [], None
    while True:
        page = await world.app.database.read(list_changes, world.ben.actor, world.conversation, before=before, limit=2)
        pages += page.items
        before = page.before
        if before is None:
            break
    assert [(c.actor, c.field, c.before, c.after) for c in reversed(pages)] == [
        ("staff:ana", "priority", "normal", "high"),
        ("staff:ana", "label", None, "Insurance"),
        ("staff:ana", "assignee", None, "ben"),
        ("staff:ben", "status", "open", "closed"),
        ("contact:cara", "status", "closed", "open"),
    ]
    with pytest.raises(Forbidden):
        await world.app.database.read(list_changes, world.cara.actor, world.conversation)
    with pytest.raises(NotFound):
        await world.app.database.read(list_changes, world.eve.actor, world.conversation)
    other = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/history?limit=1", status=200)
    path = f"/v1/conversations/{world.dev_conversation}/history?cursor={other['next']}"
    await world.ana.asks("GET", path, status=422)


async def test_history_tells_every_status_that_a_batch_went_through(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"staff_reply_status": "pending"})
    sendings = [Sending(who.actor, world.conversation, "x") for who in (world.ana, world.cara, world.ana)]
    await world.app.database.write_many(send_messages, system(GREENLEAF), sendings)
    told = (await world.app.database.read(list_changes, world.ana.actor, world.conversation)).items
    assert [(c.actor, c.before, c.after) for c in reversed(told)] == [
        ("staff:ana", "open", "pending"), ("contact:cara", "pending", "open"), ("staff:ana", "open", "pending"),
    ]  # fmt: skip


def test_the_history_tells_labels_by_name() -> None:
    before, after = {"7": "billing", "2": "urgent"}, {"9": "Sunday", "1": "urgent too"}
    assert list(rules.label_changes(before, after)) == [
        ("label", "billing", None), ("label", "urgent", None), ("label", None, "Sunday"), ("label", None, "urgent too"),
    ]  # fmt: skip
