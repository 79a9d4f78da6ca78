"""A wall clock that is set: durations go on as before, and what has ended by it stays ended."""

import asyncio
import time
from pathlib import Path

import pytest
from msgspec import structs

from careline.core.clock import Clock
from careline.core.errors import TooMany
from careline.core.events import PresenceChanged
from careline.live.board import GRACE, REMOTE, TYPING_EVERY
from careline.live.hints import Hint
from careline.settings import Settings
from careline.wires import frames
from careline.wires import socket as sockets
from careline.wires.credentials import TRUSTED_FOR
from careline.wires.gate import Gate
from careline.wires.native import socket as native
from tests.security.places import place
from tests.security.raw import RawSocket, masked
from tests.world import GREENLEAF, World

HOUR = 3_600_000
PING, PONG = masked(0x89, b""), masked(0x8A, b"")
STEPS = pytest.mark.parametrize("step", [2 * HOUR, -2 * HOUR], ids=["forward", "back"])


class Machine:
    """The machine's clocks: `set_by` is how far somebody has set the one on the wall, `passes` lets time go by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.set_by = self._passed = 0
        wall, steady = time.time_ns, time.perf_counter_ns
        monkeypatch.setattr(time, "time_ns", lambda: wall() + (self.set_by + self._passed) * 1_000_000)
        monkeypatch.setattr(time, "perf_counter_ns", lambda: steady() + self._passed * 1_000_000)

    def passes(self, milliseconds: int) -> None:
        self._passed += milliseconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


async def pings(socket: RawSocket) -> None:
    """Ping the server and hear its pong, after pings that it sends."""
    socket.writer.write(PING)
    while (heard := await socket.frame())[0] == frames.PING:
        pass
    assert heard == (frames.PONG, b"")


@STEPS
async def test_a_socket_outlives_the_step_and_is_pinged_and_closed_when_silent(
    machine: Machine, here: World, step: int
) -> None:
    socket, stranger = await RawSocket.opens(here.url), await RawSocket.opens(here.url)
    await socket.enters(here.cara.token)
    await stranger.frame()
    socket.writer.write(masked(0x01, b"half "))
    await pings(socket)
    machine.set_by = step
    here.app.server.sockets.sweep()
    socket.writer.write(masked(0x80, b"a message"))
    assert b'"error"' in (await socket.frame())[1]  # nobody was hung up on, and nobody was pinged
    await pings(stranger)
    machine.passes(sockets.PING_MS + 1)
    here.app.server.sockets.sweep()
    assert await socket.frame() == (frames.PING, b"")
    assert await stranger.close_code() == 4408
    socket.writer.write(PONG)
    await pings(socket)
    machine.passes(sockets.SILENCE_MS + 1)
    here.app.server.sockets.sweep()
    assert await socket.close_code() == 4408


async def test_a_credential_ends_by_the_wall_clock_and_a_step_back_revives_nothing(
    machine: Machine, here: World
) -> None:
    assert await here.ana.status_of("GET", "/v1/me") == 200
    ana = await here.ana.opens()
    machine.set_by = 2 * HOUR
    here.app.server.sockets.sweep()
    assert await ana.is_closed() == 4401
    assert await here.ana.status_of("GET", "/v1/me") == 401
    machine.set_by = -2 * HOUR
    assert await here.ana.status_of("GET", "/v1/me") == 401


async def test_while_the_wall_clock_stands_still_nobody_is_remembered_for_longer(machine: Machine, here: World) -> None:
    assert await here.cara.status_of("GET", "/v1/me") == 200
    await here.app.database.engine.script("UPDATE contact_tokens SET revoked_at = 1")
    machine.set_by = -2 * HOUR
    assert await here.cara.status_of("GET", "/v1/me") == 200
    machine.passes(TRUSTED_FOR + 1)
    assert await here.cara.status_of("GET", "/v1/me") == 401


@STEPS
def test_a_limiter_lets_through_as_much_as_before_the_step(machine: Machine, step: int) -> None:
    gate = Gate(structs.replace(Settings(), limit_read="20/10s"), Clock())

    def let_through() -> int:
        for number in range(100):
            try:
                gate.take("read", "me")
            except TooMany:
                return number
        return 100

    assert let_through() == 20
    for set_by in (step, 0):
        machine.set_by = set_by
        assert let_through() == 0
        machine.passes(10_000)
        assert let_through() == 20


async def test_floods_are_forgotten_also_while_the_wall_clock_stands_still(tmp_path: Path, machine: Machine) -> None:
    async with place(tmp_path, limit_commands="1/d") as world:
        cara = await world.cara.opens()
        machine.set_by = -2 * HOUR
        for _ in range(native.FLOODED + 3):
            await cara.does("me.get")
            machine.passes(native.FLOOD_MS + 1)
        await cara.hears_nothing()


async def test_who_types_and_leaves_is_told_of_while_the_wall_clock_stands_still(machine: Machine, here: World) -> None:
    ana, cara = await here.ana.opens(), await here.cara.opens()
    assert (await ana.hears("presence"))["data"]["online"] is True
    machine.set_by = -2 * HOUR
    for _ in range(2):
        await cara.does("typing.set", conversation_id=here.conversation, typing=True)
        assert (await ana.hears("typing"))["data"]["typing"] is True
        machine.passes(TYPING_EVERY)
    at = here.app.database.clock()
    await cara.close()
    async with asyncio.timeout(5):
        while not here.app.server.board._leaving:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    machine.passes(GRACE)
    here.app.server.board.tick(here.app.database.clock.monotonic_ms())
    told = (await ana.hears("presence"))["data"]
    assert (told["online"], told["last_seen_at"]) == (False, at)


@STEPS
async def test_what_other_processes_say_of_who_is_there_is_believed_as_long_as_ever(
    machine: Machine, here: World, step: int
) -> None:
    app, board = here.app, here.app.server.board
    there = PresenceChanged(workspace_id=GREENLEAF, person="contact:cara", name="", online=True)
    app._heard(Hint("another", people=[there]))
    machine.set_by = step
    await app._second()
    assert board.online(GREENLEAF, "contact:cara")
    machine.passes(REMOTE)
    await app._second()
    assert not board.online(GREENLEAF, "contact:cara")
