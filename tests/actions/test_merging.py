"""Making one conversation of two, and ending one: what was said, who has read it, and who may."""

from typing import Any

import pytest

from careline.core.actor import system
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.conversations.actions import (
    access,
    add_participant,
    conversation_for,
    list_conversations,
    people_in,
    start_alone,
)
from careline.features.conversations.rows import Conversation, Sieve
from careline.features.desk import rules
from careline.features.desk.actions import label_conversation, triage_conversation
from careline.features.desk.merging import merge_conversations
from careline.features.desk.removal import delete_conversation
from careline.features.desk.rows import Kept
from careline.features.messages.actions import list_messages
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.mentions import list_mentions
from careline.features.receipts.rows import Mark, Marking
from tests.world import GREENLEAF, Person, World


async def another(world: World, contact: str = "cara") -> str:
    """One more conversation of the contact."""
    new = await world.app.database.write(start_alone, world.ana.actor)
    await world.app.database.write(add_participant, world.ana.actor, new.id, "contact", contact)
    return new.id


async def merge(world: World, source: str, into: str, person: Person | None = None) -> Conversation:
    return await world.app.database.write(merge_conversations, (person or world.ana).actor, source, into)


async def reads(world: World, person: Person, conversation_id: str) -> int:
    marking = Marking(person.actor, conversation_id, "read")
    (left,) = await world.app.database.write_many(mark_messages, system(GREENLEAF), [marking])
    assert isinstance(left, int)
    return left


async def test_what_was_said_stands_in_its_order_and_unread_is_what_nobody_has_read(world: World) -> None:
    source = await another(world)
    await world.cara.sends(world.conversation, "one")
    await world.cara.sends(source, "two")
    await world.cara.sends(world.conversation, "three")
    await world.ana.sends(source, "four")
    assert await reads(world, world.ana, world.conversation) == 0
    after = await merge(world, source, world.conversation)
    page = await world.app.database.read(list_messages, world.cara.actor, world.conversation)
    assert [message.body for message in page.items] == ["one", "two", "three", "four"]
    assert (after.message_count, after.staff_unread, after.contact_unread) == (4, 1, 1)
    shown = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    assert [item["read_at"] is not None for item in shown["items"]] == [True, False, True, False]
    assert await reads(world, world.ana, world.conversation) == 0
    assert await reads(world, world.cara, world.conversation) == 0
    with pytest.raises(NotFound):
        await world.app.database.read(access, world.ana.actor, source)


async def test_the_same_client_id_in_both_is_no_hindrance(world: World) -> None:
    source = await another(world)
    first = await world.cara.sends(world.conversation, "here", client_id="k1")
    await world.cara.sends(source, "there", client_id="k1")
    await merge(world, source, world.conversation)
    assert (await world.cara.sends(world.conversation, "here", client_id="k1")).id == first.id


async def test_people_labels_history_and_the_contacts_thread_go_along(world: World) -> None:
    write = world.app.database.write
    target = await another(world)
    await write(label_conversation, world.ana.actor, world.conversation, ["Insurance"])
    await write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    after = await merge(world, world.conversation, target)
    assert (await write(conversation_for, world.cara.actor, "cara")).id == target
    people = await world.app.database.read(lambda tx, actor: people_in(tx, target), world.ana.actor)
    assert set(people) == {"contact:cara", "staff:ana", "staff:ben"}
    label = after.labels.strip('[]"')
    found, _ = await world.app.database.read(list_conversations, world.ana.actor, sieve=Sieve(label=label))
    assert [c.id for c in found] == [target]
    history = await world.ana.asks("GET", f"/v1/conversations/{target}/history", status=200)
    assert history["items"][-1]["after"] == "Insurance"


async def test_whoever_was_mentioned_in_either_finds_the_latest_note_of_both(world: World) -> None:
    first, second = await another(world), await another(world)
    await world.ana.sends(second, "early", kind="note", mentions=("ben",))
    await world.ana.sends(first, "late", kind="note", mentions=("ben",))
    await merge(world, first, second)
    (note,) = await world.app.database.read(list_mentions, world.ben.actor)
    assert (note.body, note.conversation_id) == ("late", second)
    await merge(world, second, world.conversation)
    (note,) = await world.app.database.read(list_mentions, world.ben.actor)
    assert (note.body, note.conversation_id) == ("late", world.conversation)


async def test_everybody_there_hears_where_it_went(world: World) -> None:
    source = await another(world)
    await world.cara.sends(source, "hello")
    listening = await world.cara.opens()
    await merge(world, source, world.conversation)
    heard = await listening.hears("conversation.merged")
    assert heard["conversation_id"] == heard["data"]["conversation"]["id"] == world.conversation
    assert heard["data"]["merged_id"] == source


async def test_only_staff_merge_and_only_two_of_the_same_contacts(world: World) -> None:
    source = await another(world)
    shared = await another(world)
    await world.app.database.write(add_participant, world.ana.actor, shared, "contact", "dev")
    for into, person, refusal in (
        (world.dev_conversation, world.ana, Conflict),
        (shared, world.ana, Conflict),
        (source, world.ana, Invalid),
        (world.fay_conversation, world.ana, NotFound),
        (world.conversation, world.cara, Forbidden),
        (world.conversation, world.ben, NotFound),
        (world.conversation, world.eve, NotFound),
    ):
        with pytest.raises(refusal):
            await merge(world, source, into, person)


async def test_a_deleted_conversation_leaves_nothing(world: World) -> None:
    write = world.app.database.write
    said = await world.cara.sends(world.conversation, "a secret")
    await reads(world, world.ana, world.conversation)
    await write(label_conversation, world.ana.actor, world.conversation, ["Insurance"])
    await write(triage_conversation, world.ana.actor, world.conversation, {"priority": "high"})
    listening = await world.cara.opens()
    with pytest.raises(Forbidden):
        await write(delete_conversation, world.cara.actor, world.conversation)
    for stranger in (world.ben, world.eve):
        with pytest.raises(NotFound):
            await write(delete_conversation, stranger.actor, world.conversation)
    await write(delete_conversation, world.ana.actor, world.conversation)
    assert (await listening.hears("conversation.deleted"))["data"] == {"id": world.conversation}
    assert await world.cara.status_of("GET", f"/v1/messages/{said.id}") == 404
    with pytest.raises(NotFound):
        await world.cara.sends(world.conversation, "hello?")
    assert (await world.app.database.read(lambda tx, actor: people_in(tx, world.conversation), world.ana.actor)) == ()
    assert await world.talk(world.cara) != world.conversation
    feed = await world.ana.asks("GET", "/v1/events", status=200)
    assert "a secret" not in str(feed)


def mark(first: int, last: int, where: str = "a", **more: Any) -> Mark:
    return Mark(where, "read", "staff", more.get("who", "ana"), "Ana", first, last, 1)


def test_a_range_does_not_cover_what_lay_elsewhere() -> None:
    seqs = {"a": [1, 2, 5, 9], "b": [3, 7]}
    place = {seq: n for n, seq in enumerate(sorted([*seqs["a"], *seqs["b"]]))}
    split = list(rules.split([mark(1, 9), mark(4, 7, "b")], seqs, place, "a"))
    assert [(m.from_seq, m.to_seq) for m in split] == [(1, 2), (5, 5), (9, 9), (7, 7)]
    kept = [Kept("a", "read", "staff", "ana", "Ana", 9, 1)]
    assert rules.readers(kept, split, sorted(place), "a")[0].up_to == 2
