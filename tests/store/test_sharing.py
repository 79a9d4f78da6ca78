"""Questions that many ask at the same time: asked together, each answered for itself, whoever goes away."""

import asyncio
import random
from typing import Any

import pytest

from careline.core.actor import Actor, system
from careline.features.conversations.actions import add_participant
from careline.store.database import Tx
from careline.store.postgres import Postgres
from careline.store.sharing import Shared, Values
from tests.world import GREENLEAF, World


class Store:
    """Answers with the number it stood at when it was asked, and what it was asked."""

    def __init__(self) -> None:
        self.now = 0
        self.asked: list[int] = []
        self.fails = False
        self.gate = asyncio.Event()

    async def ask(self, many: list[Values]) -> list[Any]:
        self.asked.append(len(many))
        stood = self.now
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("the store is away")
        return [(one["n"], stood) for one in many]


def begins(shared: Shared, store: Store, n: int) -> "asyncio.Task[Any]":
    return asyncio.create_task(shared.ask({"n": n}, store.ask))


async def test_who_comes_while_a_question_is_under_way_is_asked_for_in_the_next() -> None:
    shared, store = Shared(), Store()
    first = begins(shared, store, 0)
    await asyncio.sleep(0)
    store.now = 7
    later = [begins(shared, store, n) for n in range(1, 5)]
    await asyncio.sleep(0)
    store.gate.set()
    assert await first == (0, 0)
    assert await asyncio.gather(*later) == [(n, 7) for n in range(1, 5)]
    assert store.asked == [1, 4]
    assert await shared.ask({"n": 9}, store.ask) == (9, 7)
    assert store.asked == [1, 4, 1]


async def test_a_failure_is_told_to_all_it_was_asked_for_and_to_nobody_else() -> None:
    shared, store = Shared(), Store()
    store.fails = True
    first = begins(shared, store, 0)
    await asyncio.sleep(0)
    later = [begins(shared, store, n) for n in (1, 2)]
    store.gate.set()
    told = await asyncio.gather(first, *later, return_exceptions=True)
    assert [str(error) for error in told] == ["the store is away"] * 3
    store.fails = False
    assert await begins(shared, store, 3) == (3, 0)


@pytest.mark.parametrize("gone", [[0], [1], [2], [0, 1], [1, 2], [0, 1, 2]])
async def test_who_goes_away_takes_nobody_with_them(gone: list[int]) -> None:
    shared, store = Shared(), Store()
    tasks = []
    for n in range(5):
        tasks.append(begins(shared, store, n))
        await asyncio.sleep(0)
    for n in gone:
        tasks[n].cancel()
        await asyncio.sleep(0)
    store.gate.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    for n, answer in enumerate(told):
        assert isinstance(answer, asyncio.CancelledError) if n in gone else answer == (n, 0)


async def test_whose_turn_has_come_goes_away_at_that_moment() -> None:
    shared, store = Shared(), Store()
    first = begins(shared, store, 0)
    await asyncio.sleep(0)
    second, third = begins(shared, store, 1), begins(shared, store, 2)
    await asyncio.sleep(0)
    store.gate.set()
    asyncio.get_running_loop().call_soon(second.cancel)  # after the first has handed over, before the second has woken
    assert await first == (0, 0)
    assert await asyncio.wait_for(third, 1) == (2, 0)
    assert second.cancelled()


async def test_a_question_without_an_answer_keeps_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those who wait for the turn, nor those that somebody asks for whose connection is dead."""
    monkeypatch.setattr("careline.store.sharing.PATIENCE_S", 0.02)
    shared, dead, dead_too, well = Shared(), Store(), Store(), Store()
    well.gate.set()
    first = begins(shared, dead, 0)
    await asyncio.sleep(0)
    waits = [begins(shared, well, n) for n in (1, 2)]
    assert await asyncio.wait_for(asyncio.gather(*waits), 1) == [(1, 0), (2, 0)]
    leads, led = begins(shared, dead_too, 3), begins(shared, well, 4)
    await asyncio.sleep(0)
    dead.gate.set()
    assert await first == (0, 0)
    assert await asyncio.wait_for(led, 1) == (4, 0)
    dead_too.gate.set()
    assert await leads == (3, 0)
    assert (dead.asked, dead_too.asked, well.asked) == ([1], [2], [1, 1, 1])
    assert await begins(shared, well, 5) == (5, 0)


async def test_too_few_answers_are_everybodys_error() -> None:
    shared, gate = Shared(), asyncio.Event()

    async def ask(many: list[Values]) -> list[Any]:
        await gate.wait()
        return [1]

    tasks = [asyncio.create_task(shared.ask({}, ask)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    told = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1)
    assert [type(one) for one in told] == [int, ValueError, ValueError]


async def test_nobody_waits_for_ever_or_gets_an_old_answer_whatever_happens() -> None:
    dice = random.Random(7)
    shared, now = Shared(), 0

    async def ask(many: list[Values]) -> list[Any]:
        stood = now
        for _ in range(dice.randrange(3)):
            await asyncio.sleep(0)
        if dice.random() < 0.1:
            raise RuntimeError
        return [(one["n"], stood) for one in many]

    async def one(n: int) -> None:
        nonlocal now
        now += 1
        began = now
        try:
            answer = await shared.ask({"n": n}, ask)
        except RuntimeError:
            return
        assert answer[0] == n and answer[1] >= began

    for _ in range(300):
        tasks = []
        for n in range(dice.randrange(1, 9)):
            tasks.append(asyncio.create_task(one(n)))
            if dice.random() < 0.5:
                await asyncio.sleep(0)
            if dice.random() < 0.3:
                dice.choice(tasks).cancel()
        done, left = await asyncio.wait(tasks, timeout=5)
        assert not left
        for task in done:
            assert task.cancelled() or task.exception() is None
    assert await asyncio.wait_for(shared.ask({"n": 0}, lambda many: asyncio.sleep(0, [1])), 1) == 1


async def test_each_is_answered_for_themselves(world: World) -> None:
    """In one statement where the engine can: by what each may see, and by where their workspace stands."""
    database = world.app.database
    await database.write(add_participant, system(GREENLEAF), world.conversation, "staff", "ben")

    async def look(tx: Tx, actor: Actor, conversation_id: str) -> Any:
        return await tx.value_shared(
            "number_if_seen",
            conversation_id=conversation_id,
            workspace_id=actor.workspace_id,
            sees_all=int(actor.sees_all),
            actor_kind=actor.kind,
            person_id=actor.id,
            notes=0,
        )

    head = await database.read(world.app.journal.head, system(GREENLEAF))
    people = [world.ana, world.ben, world.cara, world.dev, world.fay, world.eve]
    asked = [(person, place) for place in (world.conversation, world.dev_conversation) for person in people] * 5
    told = await asyncio.gather(*[database.read(look, person.actor, place) for person, place in asked])
    alone = [await database.read(look, person.actor, place) for person, place in asked]
    assert told == alone
    if isinstance(database.engine, Postgres):
        assert "number_if_seen for each" in database.engine._bulk
    seen = {
        (person.actor.id, place == world.conversation): seq for (person, place), seq in zip(asked, told, strict=True)
    }
    assert seen["cara", True] == seen["ben", True] == seen["dev", False] == head
    assert seen["cara", False] is seen["ben", False] is seen["dev", True] is seen["eve", True] is None
