"""Reactions: one per person and emoji, told to whoever sees the message, and gone with it."""

import asyncio

import pytest

from careline.core.errors import Conflict, Invalid, NotFound
from careline.features.messages.actions import access_message
from careline.features.messages.changes import delete_message, edit_message
from careline.features.reactions import rules
from careline.features.reactions.actions import add_reaction, remove_reaction
from careline.features.reactions.rows import Reaction, read
from tests.world import Person, World


async def borne(world: World, message_id: str) -> dict[str, list[str]]:
    message = await world.app.database.read(access_message, world.ana.actor, message_id)
    return {emoji: [one.id for one in by] for emoji, by in read(message.reactions).items()}


async def reacts(world: World, who: Person, message_id: str, emoji: str = "👍") -> None:
    await world.app.database.write(add_reaction, who.actor, message_id, emoji)


async def test_each_person_reacts_once_with_an_emoji_and_may_with_several(world: World) -> None:
    message = await world.cara.sends(world.conversation, "It worked")
    for who, emoji in ((world.cara, "👍"), (world.ana, "👍"), (world.ana, "👍"), (world.ana, "❤️"), (world.ana, "❤")):
        await reacts(world, who, message.id, emoji)
    assert await borne(world, message.id) == {"👍": ["cara", "ana"], "❤️": ["ana"]}
    await world.app.database.write(remove_reaction, world.cara.actor, message.id, "👍")
    await world.app.database.write(remove_reaction, world.cara.actor, message.id, "👍")
    await world.app.database.write(remove_reaction, world.ana.actor, message.id, "❤")
    assert await borne(world, message.id) == {"👍": ["ana"]}


async def test_what_changes_nothing_is_told_to_nobody(world: World) -> None:
    message = await world.cara.sends(world.conversation, "It worked")
    await reacts(world, world.ana, message.id)
    listening = await world.cara.opens()
    await reacts(world, world.ana, message.id)
    await world.app.database.write(remove_reaction, world.cara.actor, message.id, "👍")
    await listening.hears_nothing()


async def test_many_at_once_lose_nobodys(world: World) -> None:
    message = await world.cara.sends(world.conversation, "It worked")
    await asyncio.gather(*(reacts(world, who, message.id, e) for who in (world.cara, world.ana) for e in "👍🎉🙏👀"))
    assert all(sorted(by) == ["ana", "cara"] for by in (await borne(world, message.id)).values())


async def test_contacts_learn_who_reacted_and_no_id_of_staff(world: World) -> None:
    message = await world.cara.sends(world.conversation, "It worked")
    listening, desk = await world.cara.opens(), await world.ana.opens()
    await reacts(world, world.ana, message.id)
    told = await listening.hears("reaction.added")
    by = [{"kind": "staff", "id": None, "name": "Ana", "at": told["data"]["reactions"][0]["by"][0]["at"]}]
    assert told["data"] == {
        "message_id": message.id,
        "emoji": "👍",
        "who": {"kind": "staff", "id": None, "name": "Ana"},
        "reactions": [{"emoji": "👍", "count": 1, "by": by}],
    }
    assert (await desk.hears("reaction.added"))["data"]["reactions"][0]["by"][0]["id"] == "ana"
    shown = await world.cara.asks("GET", f"/v1/messages/{message.id}", status=200)
    assert shown["reactions"] == told["data"]["reactions"]


async def test_reactions_to_notes_are_the_staffs_own(world: World) -> None:
    note = await world.ana.sends(world.conversation, "Ask for an id", kind="note")
    listening = await world.cara.opens()
    await reacts(world, world.ana, note.id)
    await listening.hears_nothing()
    with pytest.raises(NotFound):
        await reacts(world, world.cara, note.id)


async def test_whoever_comes_back_hears_reactions_as_they_are_now(world: World) -> None:
    message = await world.cara.sends(world.conversation, "It worked")
    start = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    await reacts(world, world.ana, message.id)
    await world.app.database.write(delete_message, world.cara.actor, message.id)
    missed = (await world.cara.asks("GET", f"/v1/events?since={start}"))["items"]
    assert next((f["type"], f["data"].get("reactions")) for f in missed) == ("reaction.added", [])


async def test_what_was_deleted_bears_nothing_and_takes_nothing(world: World) -> None:
    message = await world.cara.sends(world.conversation, "oops")
    await reacts(world, world.ana, message.id)
    await world.app.database.write(delete_message, world.cara.actor, message.id)
    assert await borne(world, message.id) == {}
    with pytest.raises(Conflict):
        await reacts(world, world.ana, message.id)


async def test_an_edit_keeps_them(world: World) -> None:
    message = await world.cara.sends(world.conversation, "helo")
    await reacts(world, world.ana, message.id)
    await world.app.database.write(edit_message, world.cara.actor, message.id, "hello")
    assert await borne(world, message.id) == {"👍": ["ana"]}


@pytest.mark.parametrize(
    "wrong", ["", "a", "1", "👍👍", "👍a", "\u200d", "\ud83d", "🇩", "☺\ufe0e", "👍" + "\u200d👍" * 20]
)
async def test_what_is_not_one_emoji_is_refused(world: World, wrong: str) -> None:
    message = await world.cara.sends(world.conversation, "hello")
    with pytest.raises(Invalid):
        await reacts(world, world.ana, message.id, wrong)


async def test_strangers_do_not_react(world: World) -> None:
    message = await world.cara.sends(world.conversation, "hello")
    for stranger in (world.dev, world.ben, world.eve, world.fay):
        with pytest.raises(NotFound):
            await reacts(world, stranger, message.id)
        with pytest.raises(NotFound):
            await world.app.database.write(remove_reaction, stranger.actor, message.id, "👍")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("❤", "❤️"), ("👍️", "👍"), ("1⃣", "1️⃣"), ("👩‍⚕", "👩‍⚕️"), ("🇩🇪", "🇩🇪"), ("👍🏽", "👍🏽"), ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦")],
)
def test_an_emoji_is_spelt_one_way(typed: str, kept: str) -> None:
    assert rules.emoji(typed) == kept


def test_a_message_bears_so_many_and_no_more() -> None:
    class Ana:
        kind, id, name = "staff", "ana", "Ana"

    full = {chr(0x1F600 + n): [Reaction("contact", "cara", "Cara", 1)] for n in range(rules.DIFFERENT)}
    with pytest.raises(Conflict):
        rules.reacted(full, "👍", Ana(), 1)  # type: ignore[arg-type]
    assert rules.reacted(full, "😀", Ana(), 1)  # type: ignore[arg-type]
    crowd = {"👍": [Reaction("contact", str(n), "Cara", 1) for n in range(rules.IN_ALL)]}
    with pytest.raises(Conflict):
        rules.reacted(crowd, "👍", Ana(), 1)  # type: ignore[arg-type]
