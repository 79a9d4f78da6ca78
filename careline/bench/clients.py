"""The generator's clients, cheaper than the server: ready frames out, a search for a few bytes in what comes back."""

import asyncio
import time
from collections.abc import Callable

from msgspec import Struct
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

PATIENCE = 30.0
now = time.perf_counter
Heard = Callable[["Client", bytes], None]


class Way(Struct, frozen=True):
    """How one comes in: the address with its query, headers, what is said first, and the beginning of the frame that
    says one is in (empty: whoever is connected is).
    """

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    hello: bytes = b""
    ready: bytes = b""


class Broken(Exception):
    """The server did something that a measurement cannot go on from; the message says what."""


class Client(WSListener):
    """A socket. Every frame after the first ones goes to `heard`, whole and undecoded."""

    def __init__(self, way: Way, heard: Heard) -> None:
        super().__init__()
        self.way = way
        self.heard = heard
        self.transport: WSTransport
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not way.ready:
            self.ready.set_result(None)
        self.closed: str | None = None
        self.leaving = False

    @classmethod
    async def come_in(cls, address: str, way: Way, heard: Heard) -> "Client":
        """Open a socket, say who one is, and wait until the server is ready."""
        client = cls(way, heard)
        await ws_connect(
            lambda: client,
            f"ws://{address}{way.path}",
            websocket_handshake_timeout=PATIENCE,
            read_buffer_init_size=4_096,
            extra_headers=way.headers,
        )
        if way.hello:
            client.say(way.hello)
        async with asyncio.timeout(PATIENCE):
            await client.ready
        return client

    def say(self, payload: bytes) -> None:
        self.transport.send(WSMsgType.TEXT, payload)

    def leave(self) -> None:
        self.leaving = True
        self.transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == WSMsgType.TEXT:
            payload = frame.get_payload_as_bytes()
            if self.ready.done():
                self.heard(self, payload)
            elif payload.startswith(self.way.ready):
                self.ready.set_result(None)
        elif kind == WSMsgType.CLOSE:
            self.closed = f"{frame.get_close_code()} {frame.get_close_reason()}"

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed = self.closed or "without a word"
        if not self.ready.done():
            self.ready.set_exception(Broken(f"the server closed a socket that came in: {self.closed}"))


async def all_in(address: str, ways: list[Way], heard: Heard, at_once: int = 8) -> list[Client]:
    """Everybody comes in, a few at a time; in the order of the ways."""
    clients: dict[int, Client] = {}

    async def usher(first: int) -> None:
        for place in range(first, len(ways), at_once):
            clients[place] = await Client.come_in(address, ways[place], heard)

    await asyncio.gather(*(usher(first) for first in range(at_once)))
    return [clients[place] for place in range(len(ways))]


class Asker(asyncio.Protocol):
    """An HTTP/1.1 connection that is kept, with one request in flight."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._host = b""
        self._parts: list[bytes] = []
        self._missing = 0

    @classmethod
    async def to(cls, address: str) -> "Asker":
        host, _, port = address.rpartition(":")
        _, asker = await asyncio.get_running_loop().create_connection(cls, host, int(port))
        asker._host = address.encode()
        return asker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken("the server hung up in the middle of an answer"))

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if not self._missing:
            whole = b"".join(self._parts)
            self._parts = [whole]
            end = whole.find(b"\r\n\r\n")
            if end < 0:
                return
            self._missing = end + 4 + _length(whole[:end]) - len(whole)
        else:
            self._missing -= len(data)
        if self._missing <= 0 and self._answer is not None:
            self._missing, parts, self._parts = 0, self._parts, []
            self._answer.set_result(parts[0] if len(parts) == 1 else b"".join(parts))

    async def get(self, path: bytes, token: bytes) -> bytes:
        """The answer with its head. Anything but 200 is `Broken`."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"GET " + path + b" HTTP/1.1\r\nHost: " + self._host + b"\r\nAuthorization: Bearer " + token + b"\r\n\r\n"
        )
        answer = await self._answer
        if answer[9:12] != b"200":
            raise Broken(f"GET {path.decode()}: {answer[:300]!r}")
        return answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    if at < 0:
        raise Broken(f"an answer without a length: {head[:200]!r}")
    return int(head[at + 15 :].split(b"\r\n", 1)[0])
