"""Search: what one may read, by word and part of a word, as soon as it is said and only as it is now."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careline.core.actor import system
from careline.core.errors import Forbidden, Invalid, NotFound
from careline.features.conversations.actions import add_participant, remove_participant, update_conversation
from careline.features.messages.changes import delete_message, edit_message
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.search import actions
from careline.features.search.actions import search_messages
from careline.features.search.rows import Filters
from tests.actions.searching import candidates, finds, indexed
from tests.world import GREENLEAF, HILLSIDE, World

SAID = {
    "Is my prescription ready? 50% off_": [("prescr", "word"), ("READY prescription", "word"), ("cript", "part"),
                                          ("50% OFF_", "part")],
    "The Café opens at nine": [("cafe", "word"), ("CAFÉ ", "word"), ("cafe\u0301", "word"), ("pens a", "part")],
    "処方箋は薬局で": [("薬局", "word"), ("薬", "word"), ("方箋", "part"), ("処方箋", "word")],
    "हिन्दी में नमस्ते": [("हिन्दी", "word"), ("मस्ते", "part")],
    "مرحبا بالعالم": [("مرحبا", "word"), ("عال", "part")],
    "well done 🎉": [("🎉", "word")],
}  # fmt: skip


@pytest.mark.parametrize("where", ["log", "index"])
async def test_messages_are_found_by_words_and_parts_in_many_scripts(still: World, where: str) -> None:
    for body in SAID:
        await still.cara.sends(still.conversation, body)
    if where == "index":
        await indexed(still)
    for body, queries in SAID.items():
        for typed, match in queries:
            assert await finds(still.ana, typed, match=match) == [body], (typed, match)
            assert await finds(still.ana, typed, match=match, order="relevance") == [body]
    for typed, match in [("rescription", "word"), ("prescr ", "word"), ("50%off", "part"), ("xyz", "part")]:
        assert await finds(still.ana, typed, match=match) == [], typed


HOSTILE = ["%", "_", "\\", "'", '"', "%a" * 100, '"', "NEAR(", "*", "-a", "col:x", "a AND", "^", "((((", "a OR b", "a*",
           "grams:a", "a' & 'b", ":*", "!", "a <-> b", "\ue000\ue800", "$1", "--", "", " ", "\u0301"]  # fmt: skip


@pytest.mark.parametrize("match", ["word", "part"])
async def test_every_character_of_a_query_is_literal(still: World, match: Any) -> None:
    said = "100% of_it costs \\5 'now' \"here\" a AND b"
    await still.cara.sends(still.conversation, said)
    for where in range(2):
        for typed in HOSTILE:
            assert await finds(still.ana, typed, match=match) in ([], [said]), typed
        assert await finds(still.ana, "100_ of", match="part") == []
        assert await finds(still.ana, "100% of_it", match="part") == [said]
        assert await finds(still.ana, "b OR zebra") == []
        if not where:
            await indexed(still)


async def test_any_text_is_answered_over_rest(world: World) -> None:
    await world.cara.sends(world.conversation, "something to find")
    await indexed(world)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60), st.booleans())
    def tried(typed: str, part: bool) -> None:
        asked.append((typed, "part" if part else "word"))

    asked: list[tuple[str, str]] = []
    await asyncio.to_thread(tried)
    for typed, match in asked:
        for path in (f"/v1/search/messages?match={match}&", "/v1/search/contacts?"):
            async with world.http.get(f"{world.url}{path}", params={"q": typed}, headers=world.ana.headers) as answer:
                assert answer.status == 200, (typed, await answer.text())


async def test_only_what_the_asker_may_read_is_found(still: World) -> None:
    await still.cara.sends(still.conversation, "canary from cara")
    await still.dev.sends(still.dev_conversation, "canary from dev")
    await still.fay.sends(still.fay_conversation, "canary from fay")
    await still.ana.sends(still.conversation, "canary in a note", kind="note")
    await still.app.database.write(add_participant, still.ana.actor, still.dev_conversation, "staff", "ben")
    for where in range(2):
        assert await finds(still.ana, "canary") == ["canary in a note", "canary from dev", "canary from cara"]
        assert await finds(still.ben, "canary") == ["canary from dev"]
        assert await finds(still.cara, "canary") == ["canary from cara"]
        assert await finds(still.eve, "canary") == ["canary from fay"]
        assert await finds(still.cara, "canary", Filters(kind="note")) == []
        if not where:
            await indexed(still)
            await indexed(still, HILLSIDE)
    await still.app.database.write(remove_participant, still.ana.actor, still.dev_conversation, "staff", "ben")
    assert await finds(still.ben, "canary") == []
    with pytest.raises(NotFound):
        await finds(still.ben, "canary", Filters(conversation_id=still.conversation))


async def test_who_takes_part_in_many_conversations_finds_as_much(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "NAMED", 0)
    await still.cara.sends(still.conversation, "canary")
    await still.dev.sends(still.dev_conversation, "canary of dev")
    await indexed(still)
    assert await finds(still.cara, "canary") == ["canary"]
    assert await finds(still.ben, "canary") == []


async def test_edited_text_is_found_as_it_is_now_and_deleted_text_not_at_all(still: World) -> None:
    edited = await still.cara.sends(still.conversation, "helo wrold")
    deleted = await still.cara.sends(still.conversation, "my card number")
    await indexed(still)
    await still.app.database.write(edit_message, still.cara.actor, edited.id, "hello world")
    await still.app.database.write(delete_message, still.cara.actor, deleted.id)
    for where in range(2):
        assert await finds(still.ana, "hello") == ["hello world"]
        assert await finds(still.ana, "orld", match="part") == ["hello world"]
        assert await finds(still.ana, "wrold") == []
        assert await finds(still.ana, "card") == []
        if not where:
            await indexed(still)
    assert await candidates(still, "wrold") == await candidates(still, "card") == 0
    assert await candidates(still, "hello") == 1


async def test_pages_meet_without_gap_or_repeat_across_log_edits_and_index(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "STEP", 3)
    said = [await still.cara.sends(still.conversation, f"canary {n}") for n in range(14)]
    await indexed(still)
    said += [await still.ana.sends(still.conversation, f"canary {n}") for n in range(14, 25)]
    await still.app.database.write(edit_message, still.cara.actor, said[2].id, "canary again")
    wanted = [message.id for message in reversed(said)]
    for order in ("time", "relevance"):
        seen: list[str] = []
        before = None
        while True:
            found, before = await still.app.database.read_aside(
                search_messages, still.ana.actor, "canary", Filters(), order=order, before=before, limit=4
            )
            seen += [one.message.id for one in found]
            if before is None:
                break
        assert len(seen) == len(wanted) and set(seen) == set(wanted)
        assert order == "relevance" or seen == wanted


async def test_a_search_that_gives_up_says_where_to_go_on(still: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "STEP", 2)
    monkeypatch.setattr(actions, "BUDGET", 4)
    await still.ana.sends(still.conversation, "canary of ana", kind="note")
    for n in range(9):
        await still.cara.sends(still.conversation, f"canary {n}")
    await indexed(still)
    before, seen, pages = None, [], 0
    while pages == 0 or before:
        found, before = await still.app.database.read_aside(
            search_messages, still.ana.actor, "canary", Filters(kind="note"), before=before
        )
        seen += [one.message.body for one in found]
        pages += 1
    assert seen == ["canary of ana"] and pages > 1


async def test_filters_leave_out_what_is_not_asked_for(still: World) -> None:
    database, here = still.app.database, still.conversation
    first = await still.cara.sends(here, "canary one")
    still.app.database.clock._latest += 60_000
    second = await still.ana.sends(here, "canary two")
    await still.ana.sends(here, "canary three", kind="note")
    still.app.database.clock._latest += 60_000
    await still.dev.sends(still.dev_conversation, "canary four")
    await database.write_many(
        mark_messages, system(GREENLEAF), [Marking(still.ana.actor, here, "read", first.id, None, None)]
    )
    await database.write(update_conversation, still.ana.actor, still.dev_conversation, status="closed")
    for where in range(2):
        for filters, wanted in [
            (Filters(conversation_id=here), ["three", "two", "one"]),
            (Filters(sender_kind="staff", sender_id="ana"), ["three", "two"]),
            (Filters(sender_kind="contact"), ["four", "one"]),
            (Filters(kind="note"), ["three"]),
            (Filters(from_at=second.created_at), ["four", "three", "two"]),
            (Filters(to_at=second.created_at), ["one"]),
            (Filters(from_at=second.created_at, to_at=second.created_at + 1_000), ["three", "two"]),
            (Filters(unread=True), ["four"]),
            (Filters(status="closed"), ["four"]),
            (Filters(pinned=True), []),
            (Filters(has_attachment=True), []),
            (Filters(label="%"), []),
        ]:
            assert await finds(still.ana, "canary", filters) == [f"canary {word}" for word in wanted], filters
        assert await finds(still.cara, "canary", Filters(unread=True)) == ["canary two"]
        if not where:
            await indexed(still)


async def test_a_contact_asks_neither_for_labels_nor_for_who_of_the_staff(world: World) -> None:
    for filters in (Filters(label="x"), Filters(sender_kind="staff", sender_id="ana")):
        with pytest.raises(Forbidden):
            await finds(world.cara, "canary", filters)
    with pytest.raises(Invalid):
        await finds(world.ana, "canary", Filters(sender_id="cara"))
    with pytest.raises(Invalid):
        await finds(world.ana, "x" * 201)


async def test_marks_stand_where_browsers_count(still: World) -> None:
    await still.cara.sends(still.conversation, "🎉 " * 40 + "Straße und CAFE\u0301, straße")
    answer = await still.ana.asks("GET", "/v1/search/messages", params={"q": "strasse"}, status=200)
    (found,) = answer["items"]
    units = found["snippet"]["text"].encode("utf-16-le")
    assert [units[a * 2 : b * 2].decode("utf-16-le") for a, b in found["snippet"]["marks"]] == ["Straße", "straße"]
    assert found["snippet"]["text"].startswith("…")
    assert found["message"]["conversation_id"] == still.conversation
    hidden = await still.cara.asks("GET", "/v1/search/messages", params={"q": "cafe"}, status=200)
    assert hidden["items"][0]["message"]["body"].startswith("🎉")


async def test_relevance_puts_whole_words_first(still: World) -> None:
    for body in ("a cat", "some words and then a category", "cat"):
        await still.cara.sends(still.conversation, body)
    assert await finds(still.ana, "cat", order="relevance") == ["cat", "a cat", "some words and then a category"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=abc", "order=name", "match=regex", "cursor=forged", "q2=x", "from_at=-1"]
)
async def test_what_is_not_on_the_list_is_refused(world: World, query: str) -> None:
    assert await world.ana.status_of("GET", f"/v1/search/messages?q=x&{query}") == 422


async def test_a_cursor_is_good_for_its_own_order_only(world: World) -> None:
    for n in range(3):
        await world.cara.sends(world.conversation, f"canary {n}")
    page = await world.ana.asks("GET", "/v1/search/messages?q=canary&limit=2", status=200)
    path = f"/v1/search/messages?q=canary&limit=2&cursor={page['next']}"
    assert [one["message"]["body"] for one in (await world.ana.asks("GET", path, status=200))["items"]] == ["canary 0"]
    assert await world.ana.status_of("GET", path + "&order=relevance") == 422
    assert await world.eve.status_of("GET", path) == 422


async def test_the_socket_searches_too(world: World) -> None:
    await world.cara.sends(world.conversation, "canary")
    socket = await world.cara.opens()
    found = await socket.does("message.search", q="canary")
    assert [one["message"]["body"] for one in found["items"]] == ["canary"]
    refused = await socket.does("contact.search", q="cara")
    assert refused["type"] == "error"
