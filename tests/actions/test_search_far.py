"""Search far back: through stretches of any length, behind an index that lags, and never for longer than a second."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careline.core.actor import system
from careline.core.errors import TookTooLong
from careline.core.ids import new_id
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.search import candidates
from careline.features.search.actions import search_messages
from careline.features.search.rows import Filters
from careline.features.search.stretches import LENGTHS, MOST, Stretches
from careline.store.sql import statement
from tests.actions.searching import finds, indexed
from tests.world import GREENLEAF, World


def test_the_shortest_stretch_is_never_full() -> None:
    assert 1 << LENGTHS[0] < MOST


@given(st.integers(1, 1 << 24), st.integers(1, 2_000), st.data())
def test_stretches_meet_without_gap_or_overlap_whatever_they_hold(
    before: int, wanted: int, data: st.DataObject
) -> None:
    stretches = Stretches()
    base = before >> 40 << 40
    for _ in range(40):
        numbers, first = stretches.next(before, wanted)
        (bits,) = {number % 64 for number in numbers}
        asked = [number // 64 for number in numbers]
        assert bits in LENGTHS and asked == list(range(first >> bits, (before - 1 >> bits) + 1))
        holds = data.draw(st.integers(0, min(MOST, before - first)))
        if holds == MOST:
            stretches.were_full(before)
            assert before - stretches.next(before, wanted)[1] < before - first
            continue
        stretches.held(before - first, holds)
        before = first
        if before <= base:
            break


def test_nothing_in_a_million_places_is_known_in_a_few_steps() -> None:
    stretches, before, steps = Stretches(), (1 << 40) + 1_000_000, 0
    while before > 1 << 40:
        first = stretches.next(before, 30)[1]
        stretches.held(before - first, 0)
        before, steps = first, steps + 1
    assert steps < 10


async def say(world: World, bodies: list[str]) -> None:
    sendings = [Sending(world.cara.actor, world.conversation, body, client_id=new_id()) for body in bodies]
    await world.app.database.write_many(send_messages, system(GREENLEAF), sendings)


async def all_pages(world: World, typed: str, **more: Any) -> list[str]:
    seen: list[str] = []
    before: int | None = None
    while True:
        found, before = await world.app.database.read_aside(
            search_messages, world.ana.actor, typed, Filters(), before=before, limit=100, **more
        )
        seen += [one.message.body for one in found]
        if before is None:
            return seen


async def test_every_page_is_found_where_much_stands_close_together_and_nothing_in_between(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 1_100)
    first = ["the oldest canary"]
    many = [f"canary {n}" for n in range(1_500)]
    quiet = [f"nothing {n}" for n in range(1_800)]
    await say(still, [*first, *quiet, *many, *quiet])
    await indexed(still)
    assert await all_pages(still, "canary ") == [*reversed(many), *first]
    assert await all_pages(still, "anar", match="part") == [*reversed(many), *first]
    assert await finds(still.ana, "oldest") == first


async def test_however_far_the_index_lags_everything_is_found_a_page_at_a_time(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(still, ["an old canary"])
    await indexed(still)
    said = [f"canary {n}" for n in range(30)]
    await say(still, said)
    await say(still, [f"nothing {n}" for n in range(30)])
    monkeypatch.setattr(candidates, "TAIL", 7)
    assert await all_pages(still, "canary ") == [*reversed(said), "an old canary"]
    assert await finds(still.ana, "canary ", order="relevance") == ["an old canary"]


ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"


async def test_a_search_that_takes_too_long_is_refused_and_the_next_is_answered(world: World) -> None:
    statements = world.app.database.engine._statements  # type: ignore[attr-defined]
    usual = dict(statements)
    await world.cara.sends(world.conversation, "canary")
    statements["search_tail"] = statements["search_index"] = statement(
        "endless", ENDLESS, world.app.database.engine.name
    )
    began = time.monotonic()
    refused = await world.ana.asks("GET", "/v1/search/messages?q=canary", status=422)
    assert refused["code"] == "took_too_long"
    with pytest.raises(TookTooLong):
        await finds(world.ana, "canary")
    assert 1.9 < time.monotonic() - began < 8
    statements.update(usual)
    assert await finds(world.ana, "canary") == ["canary"]
