"""Servers that live the same life on different engines: one hand moves their clocks, nothing happens by itself."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import msgspec
from aiohttp import WSMsgType

from careline.core.clock import Clock
from careline.core.errors import Refused
from careline.features.messages.rows import Sending
from careline.features.receipts.rows import Marking
from careline.work.doing import JOBS
from careline.work.following import follow_all
from careline.work.runner import Runner
from careline.work.sealing import seal_all
from careline.work.tidy import Tidy
from tests.twins.names import Names
from tests.world import GREENLEAF, Person, Socket, World, stage

BEGIN = 4_000_000_000_000
STEP_MS, PAUSE_MS = 500, 30_000
ALONE = "alone"


class StillClock(Clock):
    """Stands still until it is moved: what happens at one step happens at one time."""

    def __init__(self) -> None:
        super().__init__()
        self._latest = BEGIN


class Twin:
    """One of the servers, and what its people hear."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.names = Names()
        self.people: dict[str, Person] = {
            who: getattr(world, who) for who in ("ana", "ben", "cara", "dev", "eve", "fay")
        }
        self.bears: dict[str, dict[str, str]] = {}
        self.sockets: dict[str, Socket] = {}
        self.clock = world.app.database.clock
        self._tidy = Tidy(world.app.database)
        self._runner = Runner(world.app.database, JOBS, world.app.errands)

    async def quiet(self) -> None:
        """Nothing works by itself any more: what is left to do is done when it is asked for."""
        tasks, self.world.app._tasks = self.world.app._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.people["gil"] = await self.world.works("gil", "Gil", GREENLEAF)

    async def settle(self) -> None:
        """Do what follows from what was done; then it is later."""
        server = self.world.app.server
        server._tell_received()
        for batches in (server._sends, server._marks, server._deliveries, server._leavers):
            await batches.drain()
        await server.credentials.drain()
        await self._runner.work()
        await self.world.app._indexer.catch_up()
        with contextlib.suppress(Refused):
            await server.auditor.flush()
        self.clock._latest += STEP_MS

    async def pause(self) -> None:
        """Half a minute in which nobody asks for anything, and what is done once in a while is done."""
        self.clock._latest += PAUSE_MS
        await self._tidy.once()
        await follow_all(self.world.app.database)
        await seal_all(self.world.app.database)

    async def asks(self, who: str, method: str, path: str, more: dict[str, Any]) -> list[Any]:
        """Status and body, or the type of what is no JSON."""
        url, headers = self.world.url + path, self.bears[who] if who in self.bears else self.people[who].headers
        async with self.world.http.request(method, url, headers=headers, **more) as answer:
            raw = await answer.read()
            return [
                answer.status,
                msgspec.json.decode(raw) if raw and "json" in answer.content_type else answer.content_type,
            ]

    async def says(self, who: str, command: str, data: dict[str, Any]) -> list[Any]:
        """A command over the socket of somebody, who opens one where there is none; all until it is answered."""
        if who not in self.sockets:
            try:
                self.sockets[who] = await self.people[who].opens()
            except TypeError:
                return ["not let in"]
        await self.sockets[who].says({"type": command, "id": "asked", "data": data})
        return await self._until(who, lambda frame: frame.get("id") == "asked")

    async def hears_all(self) -> dict[str, list[Any]]:
        """What came over everybody's sockets until now."""
        heard = {}
        for who in sorted(self.sockets):
            with contextlib.suppress(ConnectionError):
                await self.sockets[who].says({"type": "ping"})
            heard[who] = await self._until(who, lambda frame: frame["type"] == "pong")
        return heard

    async def _until(self, who: str, is_last: Callable[[Any], bool]) -> list[Any]:
        """All frames but those that depend on moments."""
        socket = self.sockets[who].socket
        frames: list[Any] = []
        async with asyncio.timeout(5):
            while True:
                got = await socket.receive()
                if got.type != WSMsgType.TEXT:
                    del self.sockets[who]
                    return [*frames, f"closed with {socket.close_code}"]
                frame = msgspec.json.decode(got.data)
                if frame["type"] not in ("presence", "typing", "pong"):
                    frames.append(frame)
                if is_last(frame):
                    return frames

    async def together(self, requests: list[Sending | Marking]) -> list[Any]:
        """What is asked at the same moment. `ALONE` does one after another: it must come to the same."""
        server = self.world.app.server

        def ask(request: Sending | Marking) -> "asyncio.Future[Any]":
            return server.send(request) if isinstance(request, Sending) else server.mark(request)

        if self.name == ALONE:
            answers = [await _outcome(ask(request)) for request in requests]
        else:
            answers = await asyncio.gather(*[_outcome(asked) for asked in [ask(request) for request in requests]])
        return [msgspec.to_builtins(answer) for answer in answers]


async def _outcome(asked: "asyncio.Future[Any]") -> Any:
    try:
        return await asked
    except Refused as refused:
        return f"{type(refused).__name__}: {refused}"
    except Exception as error:
        return f"failed with {type(error).__name__}"


class Failures(logging.Handler):
    """What the servers log as gone wrong."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {getattr(record, 'fields', '')}")


@contextmanager
def listening() -> Iterator[Failures]:
    found = Failures()
    logger = logging.getLogger("careline")
    logger.addHandler(found)
    try:
        yield found
    finally:
        logger.removeHandler(found)


@contextmanager
def _in_order() -> Iterator[None]:
    """Clocks that stand, and ids that sort as they were made, even where they are made in one millisecond."""
    numbers = count(1)
    with (
        patch("careline.core.ids.os", SimpleNamespace(urandom=lambda size: next(numbers).to_bytes(size))),
        patch("careline.app.Clock", StillClock),
    ):
        yield


@asynccontextmanager
async def twins(databases: dict[str, str], folder: str, **settings: Any) -> AsyncIterator[list[Twin]]:
    """A twin for each of these empty databases; `ALONE` keeps no page, so what others keep too long shows."""
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_in_order())
        found = []
        for name, database in databases.items():
            settings["page_cache_mib"] = 0 if name == ALONE else 32
            twin = Twin(name, await stack.enter_async_context(stage(database, files=f"{folder}/{name}", **settings)))
            await twin.quiet()
            found.append(twin)
        yield found
