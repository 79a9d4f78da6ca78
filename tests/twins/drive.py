"""Lets twins do the same and holds what comes of it side by side."""

import difflib
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careline.features.messages.rows import Sending
from careline.features.receipts.rows import Marking
from careline.wires.native.commands import COMMANDS
from tests.made import PDF, form, picture
from tests.twins import tongues
from tests.twins.known import Known
from tests.twins.stage import Failures, Twin, listening, twins
from tests.twins.tongues import Tongues
from tests.twins.wishes import Wishes

PLACE = re.compile(r"{(\w+)}")
LISTENERS = ("ana", "ben", "cara")
EVERYBODY = ("ana", "ben", "gil", "cara", "dev", "eve", "fay")
LISTS = ("staff.list", "label.list", "canned.list", "contact.list", "flag.list", "audit.list", "insight.get")
LOOK_EVERY = 100
WILD = 0.03


class Step(Struct):
    """`way` is rest, socket, tongue, together, upload or pause; what is asked is in words that all twins share."""

    way: str
    who: str
    what: str
    data: Any


class Finding(AssertionError):
    """The twins differ, or something failed; what was done until then is `steps`."""

    def __init__(self, why: str, steps: list[Step]) -> None:
        super().__init__(f"after {len(steps)} steps: {why}\n{steps[-1]}")
        self.why = why
        self.steps = steps


class Life:
    """One sequence of steps, chosen by a seed as it goes, or given."""

    def __init__(self, found: list[Twin], failures: Failures, seed: str, wild: float) -> None:
        self.twins = found
        self.failures = failures
        self.known = Known()
        self.wishes = Wishes(seed, self.known, wild)
        self.random = random.Random(f"{seed}/ways")
        self.tongues = Tongues(seed, self.wishes) if found[0].bears else None
        self.steps: list[Step] = []

    async def begin(self) -> None:
        """Some listen, and everybody knows their own conversations."""
        for twin in self.twins:
            for who in LISTENERS:
                await twin.says(who, "me.get", {})
        for who in EVERYBODY:
            await self.take(Step("rest", who, "conversation.list", {}))
        await self.take(Step("rest", "ana", "event.list", {}))
        self.steps.clear()

    async def look(self) -> None:
        """Look at all there is, so that nothing which differs stays unseen."""
        steps = [Step("pause", "", "", {}), *[Step("rest", "ana", name, {}) for name in LISTS]]
        steps += [Step("rest", who, "mention.list", {}) for who in ("ana", "ben", "gil")]
        everything = {"status": "any", "limit": 100}
        steps += [Step("rest", who, "conversation.list", everything) for who in ("ana", "ben", "cara", "dev")]
        for place in self.known.things["conversation"]:
            here = {"conversation_id": place}
            steps += [Step("rest", "ana", f"conversation.{what}", here) for what in ("get", "history")]
            steps += [Step("rest", who, "message.list", here) for who in ("ana", "cara")]
        for message in self.known.things["message"][-20:]:
            steps += [Step("rest", "ana", what, {"message_id": message}) for what in ("receipt.list", "message.edits")]
        for step in steps:
            await self.take(step)

    async def take(self, step: Step) -> None:
        """Everybody does it; raises a `Finding`."""
        self.steps.append(step)
        seen = [twin.names.said(await self._does(twin, step)) for twin in self.twins]
        if self.failures.lines:
            raise Finding(f"logged: {self.failures.lines}", self.steps)
        for twin, other in zip(self.twins[1:], seen[1:], strict=True):
            if other != seen[0]:
                told = _difference(seen[0], other)
                raise Finding(f"{self.twins[0].name} and {twin.name} differ:\n{told}", self.steps)
        answer, heard = seen[0]
        if step.way in ("rest", "tongue", "upload") and answer[0] >= 500:
            raise Finding(f"answered {answer}", self.steps)
        self.known.see(answer, step.what, step.who)
        for who, frames in heard.items():
            self.known.see(frames, step.what, who)

    async def _does(self, twin: Twin, step: Step) -> list[Any]:
        """The answer, and what everybody hears of it and of what follows."""
        data, answer = twin.names.meant(step.data), None
        if step.way == "rest":
            answer = await twin.asks(step.who, *_request(step.what, data))
        elif step.way == "socket":
            answer = await twin.says(step.who, step.what, data)
        elif step.way == "tongue":
            answer = await twin.asks(step.who, *tongues.request(step.who.partition("/")[0], step.what, data))
        elif step.way == "upload":
            file = form(picture() if data["name"].endswith("png") else PDF, data["name"])
            answer = await twin.asks(step.who, "POST", "/v1/attachments", {"data": file})
        elif step.way == "pause":
            await twin.pause()
        else:
            answer = await twin.together([_hot(twin, step.what, asked) for asked in data])
        heard = await twin.hears_all()
        await twin.settle()
        later = await twin.hears_all()
        return [answer, {who: [*frames, *later.get(who, [])] for who, frames in heard.items()}]

    def next(self) -> Step:
        dice = self.random.random()
        if self.tongues is not None and self.random.random() < 0.5:
            return Step("tongue", *self.tongues.next())
        if dice < 0.12:
            return self._together()
        if dice < 0.13:
            return Step("pause", "", "", {})
        if dice < 0.16:
            who = self.wishes.who(COMMANDS["message.send"])
            return Step("upload", who, "", {"name": self.random.choice(("a.pdf", "b.png"))})
        command = self.wishes.command()
        who = self.wishes.who(command)
        data = self.wishes.arguments(command, who, self.twins[0].clock())
        way = "socket" if command.on_socket and self.random.random() < 0.4 else "rest"
        return Step(way, who, command.name, data)

    def _together(self) -> Step:
        """Two to twenty requests at the same moment, some of them twice, most by people who are there."""
        command = COMMANDS[self.random.choice(("message.send", "message.send", "receipt.read"))]
        self.wishes.about(self.random.choice(LISTENERS))
        places = [self.wishes.thing("conversation") for _ in range(self.random.choice((1, 2, 3)))]
        asked: list[dict[str, Any]] = []
        for _ in range(self.random.choice((2, 2, 3, 5, 8, 20))):
            place = self.random.choice(places)
            near = [who for who, seen in self.known.seen.items() if place in seen]
            who = self.random.choice(near) if near and self.random.random() < 0.9 else self.wishes.who(command)
            data = self.wishes.arguments(command, who, self.twins[0].clock()) | {"who": who, "conversation_id": place}
            if "up_to" in data and "message_ids" in data:
                del data[self.random.choice(("up_to", "message_ids"))]
            asked += [data] * self.random.choice((1, 1, 1, 1, 1, 2))
        return Step("together", "", command.name, asked)


def _hot(twin: Twin, name: str, asked: dict[str, Any]) -> Sending | Marking:
    asked = dict(asked)
    actor, place = twin.people[asked.pop("who")].actor, asked.pop("conversation_id")
    more: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in asked.items()}
    if name == "receipt.read":
        return Marking(actor, place, "read", **more)
    if "metadata" in more:
        more["metadata"] = msgspec.json.encode(more["metadata"]).decode()
    return Sending(actor, place, more.pop("body", ""), **more)


def _request(name: str, data: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Method, path, and query or body."""
    command, left = COMMANDS[name], dict(data)
    path = PLACE.sub(lambda found: quote(str(left.pop(found[1])), safe=""), command.path)
    if command.method == "GET":
        return command.method, path, {"params": {k: _text(v) for k, v in left.items() if v is not None}}
    return command.method, path, {"json": left} if left else {}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _difference(one: Any, other: Any) -> str:
    left, right = (msgspec.json.format(msgspec.json.encode(value)).decode().splitlines() for value in (one, other))
    return "\n".join(list(difflib.unified_diff(left, right, lineterm="", n=4))[:80])


@asynccontextmanager
async def _life(databases: dict[str, str], folder: str, seed: str, wild: float, all_wires: bool) -> AsyncIterator[Life]:
    settings = tongues.SETTINGS if all_wires else {}
    with listening() as failures:
        async with twins(databases, folder, **settings) as found:
            for twin in found if all_wires else []:
                twin.bears = await tongues.prepare(twin.world)
            life = Life(found, failures, seed, wild)
            await life.begin()
            yield life


async def live(
    databases: dict[str, str], folder: str, seed: str, steps: int, *, wild: float = WILD, all_wires: bool = False
) -> int:
    """A life of so many steps, with looks in between; how many there were. Raises the `Finding`."""
    async with _life(databases, folder, seed, wild, all_wires) as life:
        await life.take(Step("rest", "ana", "workspace.update", life.wishes.workspace()))
        for number in range(1, steps + 1):
            await life.take(life.next())
            if number % LOOK_EVERY == 0 or number == steps:
                await life.look()
        return len(life.steps)


async def again(databases: dict[str, str], folder: str, steps: list[Step], *, all_wires: bool = False) -> str:
    """What comes of these steps: an empty string, or why they are a finding."""
    async with _life(databases, folder, "", WILD, all_wires) as life:
        try:
            for step in steps:
                await life.take(step)
        except Finding as finding:
            return finding.why
        return ""
