"""A fact that a wire fails to word costs nobody anything else: not live, not on coming back, not in the feed."""

from typing import Any

import pytest

from careline.core.events import Recorded
from careline.features.messages.events import MessageSent
from careline.wires.native import frames
from tests.world import World


@pytest.fixture(autouse=True)
def speechless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that say so cannot be worded."""
    words: dict[Any, Any] = frames.WORDS
    right = words[MessageSent]

    def word(recorded: Recorded, side: str, author: bool) -> Any:
        if recorded.about.body == "unspeakable":
            raise ValueError
        return right(recorded, side, author)

    monkeypatch.setitem(words, MessageSent, word)


async def test_the_others_are_heard_live_and_when_somebody_comes_back(world: World) -> None:
    socket = await world.ana.opens()
    since = socket.ready["cursor"]
    for body in ("before", "unspeakable", "after"):
        await world.cara.sends(world.conversation, body)
    heard = [(await socket.hears("message.sent"))["data"]["message"]["body"] for _ in range(2)]
    assert heard == ["before", "after"]
    again = await world.ana.opens(since=since)
    assert [(await again.hears("message.sent"))["data"]["message"]["body"] for _ in range(2)] == heard
    feed = await world.ana.asks("GET", f"/v1/events?since={since}", status=200)
    assert [frame["data"]["message"]["body"] for frame in feed["items"] if frame["type"] == "message.sent"] == heard
