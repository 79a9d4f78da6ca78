"""A fact is said once and in its place, and answers its command, whoever hears of the commit first."""

import asyncio
from typing import Any

import pytest

from careline.core.events import Recorded
from careline.features.conversations.events import ParticipantLeft
from careline.features.messages.events import MessageSent
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

    tail = Tail(said.extend, read_log)
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


async def test_what_is_said_together_is_said_as_it_was_and_remembered_as_it_is() -> None:
    heard: list[tuple[str, ...]] = []

    async def read_log(workspace_id: str, since: int, most: int) -> list[Recorded]:
        return []

    tail = Tail(lambda facts: heard.extend(fact.people for fact in facts), read_log)
    tail.follow("new", 1)
    sent = MessageSent(conversation_id="thread", message_id="m1", kind="text")
    left = ParticipantLeft(conversation_id="thread", kind="contact", person_id="cara")
    both = ("contact:cara", "staff:ana")
    tail.committed([Recorded("new", seq, 0, "staff:ana", event, people=both) for seq, event in ((2, sent), (3, left))])
    assert heard == [both, both]
    assert [fact.people for fact in tail.recent("new", 1) or []] == [("staff:ana",), both]


async def test_what_could_not_be_said_is_remembered_all_the_same() -> None:
    async def read_log(workspace_id: str, since: int, most: int) -> list[Recorded]:
        return []

    def fails(facts: list[Recorded]) -> None:
        raise RuntimeError

    tail = Tail(fails, read_log)
    tail.follow("new", 1)
    with pytest.raises(RuntimeError):
        tail.committed([fact(2, "gil"), fact(3, "hal")])
    assert [recorded.seq for recorded in tail.recent("new", 1) or []] == [2, 3]
