"""A fact is said once and in its place, and answers its command, whoever hears of the commit first."""

import asyncio
from typing import Any

import pytest

from careline.core.events import Recorded
from careline.features.people.events import ContactUpdated
from careline.live.tail import PATIENCE, Tail
from tests.world import World


@pytest.fixture
def overtaken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log shows every commit before this process hears of it: the others have told of its number already."""
    database, tail = world.app.database, world.app.tail
    committed = database.on_commit

    def later(facts: list[Recorded]) -> None:
        tail.wake(facts[-1].workspace_id, facts[-1].seq)
        asyncio.get_running_loop().call_later(PATIENCE * 10, committed, facts)

    monkeypatch.setattr(database, "on_commit", later)


@pytest.mark.usefixtures("overtaken")
async def test_a_command_is_answered_also_when_the_log_is_read_before_its_commit_is_heard_of(world: World) -> None:
    ana, cara = await world.ana.opens(), await world.cara.opens()
    for body in ("one", "two"):
        reply = await cara.does("message.send", conversation_id=world.conversation, body=body)
        assert reply["body"] == body
    heard = [(await ana.hears("message.sent"))["data"]["message"]["body"] for _ in range(2)]
    assert heard == ["one", "two"]
    await asyncio.sleep(PATIENCE * 15)
    await ana.hears_nothing()
    await cara.hears_nothing()


async def told(ours: list[Recorded], log: list[Recorded]) -> list[Recorded]:
    """What is said of a log when this process was about to commit something."""
    said: list[Recorded] = []

    async def read_log(workspace_id: str, since: int, most: int) -> list[Recorded]:
        return [recorded for recorded in log if recorded.seq > since]

    tail = Tail(said.append, read_log)
    tail.follow("new", 1)
    for recorded in ours:
        tail.committing([recorded])
    tail.wake("new", log[-1].seq)
    await asyncio.sleep(PATIENCE * 3)
    tail.committed(log)
    return said


def fact(seq: int, contact_id: str, **more: Any) -> Recorded:
    return Recorded("new", seq, 0, "system:careline", ContactUpdated(contact_id=contact_id), **more)


async def test_what_somebody_else_committed_under_our_number_is_theirs() -> None:
    ours = [fact(2, "gil", request="1"), fact(3, "gil", request="1")]
    said = await told(ours, [fact(2, "hal"), fact(3, "gil")])
    assert [(r.seq, r.event, r.request) for r in said] == [
        (2, ContactUpdated(contact_id="hal"), None),
        (3, ContactUpdated(contact_id="gil"), "1"),
    ]


async def test_whoever_decides_in_vain_meanwhile_does_not_take_the_answer_away() -> None:
    said = await told([fact(2, "gil", request="1"), fact(2, "hal", request="2")], [fact(2, "gil")])
    assert [recorded.request for recorded in said] == ["1"]
