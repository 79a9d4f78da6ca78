"""Floods against a server process of its own, with its memory measured (S-001 to S-003, S-029 to S-039, S-048).

Each attack runs beside an honest client, who must go on as if nothing were.
"""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import msgspec
import pytest

from careline.wires import frames
from tests.security.raw import RawSocket, handshake, masked, place, request
from tests.tools import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
MIB = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


class Served:
    """`careline serve` with a workspace, a contact's link in and what it has logged."""

    def __init__(self, folder: Path, *variables: str) -> None:
        self.variables = dict(variable.split("=", 1) for variable in variables)
        self.database, self.folder = folder / "careline.db", folder
        self.careline("migrate")
        self.careline("workspace", "add", "greenleaf", "Greenleaf")
        with (folder / "log").open("wb") as log:
            self.process = self._start(log)
        self.url = self._address()

    def _start(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "careline", "serve", "--database", str(self.database), "--listen", "127.0.0.1:0"],
            cwd=self.folder, env=self.environment, stderr=log, start_new_session=True,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        many = {f"CARELINE_LIMIT_{name}": "100000/s" for name in ("VISITS", "VISITS_DAY", "SEND_CONTACT")}
        many |= {"CARELINE_SOCKETS_PER_ADDRESS": "5000", "CARELINE_SOCKETS_UNAUTHENTICATED": "5000"}
        return {**os.environ, **many, **self.variables, "PYTHONPATH": str(ROOT)}

    def careline(self, *words: str) -> None:
        command = [sys.executable, "-m", "careline", *words, "--database", str(self.database)]
        subprocess.run(command, cwd=self.folder, env=self.environment, check=True, capture_output=True)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _address(self) -> str:
        for _ in range(600):
            if "listens on " in self.log:
                return "http://" + self.log.split("listens on ")[1].split(";")[0]
            time.sleep(0.05)
        raise AssertionError(self.log)

    @property
    def rss(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"))
    yield server
    server.stop()


async def visits(served: Served) -> tuple[str, str]:
    """A stranger's token and conversation."""
    body = b'{"workspace_id":"greenleaf"}'
    reader, writer = await asyncio.open_connection(*place(served.url))
    writer.write(request(served.url, "POST", "/v1/visitors", "Content-Type: application/json",
                         f"Content-Length: {len(body)}", body=body))  # fmt: skip
    answer = await reader.read()
    writer.close()
    begun = msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])
    return begun["token"], begun["conversation"]["id"]


class Honest:
    """A client who asks for the time of day, as it were, and notes how long the answer takes."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.waits: list[float] = []

    async def run(self) -> None:
        token, conversation = await visits(self.served)
        socket = await RawSocket.opens(self.served.url)
        await socket.enters(token)
        try:
            while True:
                started = time.perf_counter()
                await socket.says({"type": "conversation.get", "id": "1", "data": {"conversation_id": conversation}})
                opcode, payload = await socket.frame(within=10)
                assert opcode == frames.TEXT and b'"reply"' in payload, payload
                self.waits.append(time.perf_counter() - started)
                await asyncio.sleep(0.12)
        finally:
            socket.gone()

    @property
    def slowest(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.95)]


@contextlib.asynccontextmanager
async def undisturbed(served: Served, growth: int, *, slowest: float = 0.5) -> AsyncIterator[None]:
    """Memory grows by so much at most while this goes on, and an honest client is served as before."""
    honest = Honest(served)
    before, peak = served.rss, 0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, served.rss)
            await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(honest.run()), asyncio.create_task(watch())]
    await asyncio.sleep(0.2)
    try:
        yield
        await asyncio.sleep(0.3)
        assert not tasks[0].done(), tasks[0]
        assert len(honest.waits) > 2 and honest.slowest < slowest, honest.waits
        assert peak - before < growth, f"{(peak - before) / MIB:.1f} MiB more"
        assert served.process.poll() is None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def pours(served: Served, first: bytes, more: bytes, seconds: float) -> None:
    """Send the first bytes and then more and more, reading nothing, until the server ends it. For a thread of its own:
    the honest client must not wait for us.
    """
    with contextlib.suppress(OSError), socket.create_connection(place(served.url), timeout=1) as connection:
        _pour(connection, first, more, seconds)


def _pour(connection: socket.socket, first: bytes, more: bytes, seconds: float) -> None:
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        connection.sendall(first)
        while time.monotonic() < end:
            connection.sendall(more)


CHUNKED = (
    b"POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
UPGRADE = b"GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
HTTP_FLOODS = {
    "one endless header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"a" * 65_536),
    "endless headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X: a\r\n" * 10_000),
    "endless short headers of many names": (b"GET / HTTP/1.1\r\n", b"".join(b"X%d: a\r\n" % n for n in range(9_000))),
    "an endless address": (b"GET /", b"a" * 65_536),
    "an endless method": (b"", b"G" * 65_536),
    "empty lines": (b"", b"\r\n" * 30_000),
    "requests whose answers nobody reads": (b"", b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1_000),
    "what follows a refused upgrade": (
        UPGRADE, b"x" * 65_536),
    "an endless body": (
        CHUNKED,
        b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    "a body of tiny chunks": (
        CHUNKED,
        b"1\r\n \r\n" * 10_000),
    "an endless chunk extension": (
        CHUNKED + b"1;",
        b"a" * 65_536),
    "an endless trailer": (
        CHUNKED + b"0\r\n",
        b"X: a\r\n" * 10_000),
    "a body on a route that takes none": (
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 65_536),
    "an endless list of protocols": (
        b"GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Protocol: a", b",a" * 30_000),
}  # fmt: skip


@pytest.mark.parametrize("case", HTTP_FLOODS)
async def test_a_flood_of_bytes_grows_nothing(served: Served, case: str) -> None:
    first, more = HTTP_FLOODS[case]
    async with undisturbed(served, 8 * MIB):
        await asyncio.gather(*(asyncio.to_thread(pours, served, first, more, 1.2) for _ in range(4)))


async def silent(served: Served, first: bytes, drip: bytes) -> float:
    """How long the server bears a connection that says so little."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection(*place(served.url))
    writer.write(first)

    async def drips() -> None:
        while drip:
            await asyncio.sleep(1)
            writer.write(drip)

    dripping = asyncio.create_task(drips())
    with contextlib.suppress(ConnectionError):
        while await reader.read(1_000):
            pass
    dripping.cancel()
    writer.close()
    return time.monotonic() - started


async def test_many_who_say_nothing_or_hardly_anything_are_shown_the_door(served: Served) -> None:
    kinds = [(b"", b""), (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b""), (b"GET / HTTP/1.1\r\nX: ", b"a")]
    async with undisturbed(served, 40 * MIB):
        times = await asyncio.gather(*(silent(served, *kinds[number % 3]) for number in range(400)))
        assert max(times) < 13, max(times)


async def test_an_upgraded_socket_that_stays_silent_is_shown_the_door(served: Served) -> None:
    started = time.monotonic()
    socket = await RawSocket.opens(served.url)
    assert await socket.close_code(within=9) == 4408
    assert time.monotonic() - started < 7
    socket.gone()


SOCKET_FLOODS = {
    "pings": masked(0x89, b"x" * 125),
    "pongs": masked(0x8A, b"x" * 125),
    "our own pings": masked(0x81, b'{"type":"ping"}'),
    "commands": masked(0x81, b'{"type":"me.get","id":"1"}'),
    "what is no message": masked(0x81, b""),
    "what is no command": masked(0x81, b'{"type":"nothing.at.all"}'),
    "a message in endless parts": masked(0x00, b""),
    "parts of one byte": masked(0x00, b"x"),
    "goodbyes": masked(0x88, b""),
}


@pytest.mark.parametrize("case", SOCKET_FLOODS)
async def test_a_socket_that_floods_and_never_reads_grows_nothing(served: Served, case: str) -> None:
    frame = SOCKET_FLOODS[case]
    begin = masked(0x01, b"") if "part" in case else b""
    async with undisturbed(served, 8 * MIB):
        for _ in range(3):
            token, _ = await visits(served)
            auth = masked(0x81, msgspec.json.encode({"type": "auth", "token": token}))
            await asyncio.to_thread(pours, served, handshake(served.url) + auth + begin, frame * 2_000, 1.0)


async def test_frames_announced_beyond_all_measure_take_no_memory(served: Served) -> None:
    async with undisturbed(served, 4 * MIB):
        for size in (1 << 63, 1 << 40, 65_537):
            socket = await RawSocket.opens(served.url)
            socket.writer.write(masked(0x81, b"", size=size))
            assert await socket.close_code() == 1009
            socket.gone()


async def test_who_stops_reading_is_let_go_and_loses_nothing(served: Served) -> None:
    """Ten thousand messages for somebody whose window is shut; then they come back and have them all."""
    token, conversation = await visits(served)
    deaf = await RawSocket.opens(served.url)
    await deaf.frame()
    await deaf.says({"type": "auth", "token": token})
    since = msgspec.json.decode((await deaf.frame())[1])["cursor"]
    deaf.reader._transport.pause_reading()  # type: ignore[attr-defined]
    talker = await RawSocket.opens(served.url)
    await talker.enters(token)
    async with undisturbed(served, 24 * MIB, slowest=1.0):
        body = "x" * 2_000
        for number in range(1_500):
            said = {"type": "message.send", "data": {"conversation_id": conversation, "body": f"{number} {body}"}}
            await talker.says(said)
            if number % 8 == 7:
                for _ in range(8):
                    await talker.frame()
            if number % 100 == 0:
                await asyncio.sleep(0.01)
    deaf.gone()
    back = await RawSocket.opens(served.url)
    await back.frame()
    await back.says({"type": "auth", "token": token, "since": since})
    heard: list[int] = []
    while len(heard) < 1_500:
        frame = msgspec.json.decode((await back.frame())[1])
        if frame["type"] == "message.sent":
            heard.append(int(frame["data"]["message"]["body"].split(" ")[0]))
        elif frame["type"] == "reply":
            heard.append(int(frame["data"]["body"].split(" ")[0]))
    assert heard == list(range(1_500))
    back.gone()
    talker.gone()
    assert not re.search(r"[^-\w]4413\b", served.log)  # the number of a request may be any


async def test_nothing_of_all_this_is_an_error_of_ours(served: Served) -> None:
    assert '"level": "error"' not in served.log and "Traceback" not in served.log
