"""The generator's clients, cheaper than the server: ready frames out, a search for a few bytes in what comes back."""

import asyncio
import time
from collections.abc import Callable

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

PATIENCE = 30.0
now = time.perf_counter
Heard = Callable[[bytes], None]


class Broken(Exception):
    """The server did something that a measurement cannot go on from; the message says what."""


class Client(WSListener):
    """A native socket. Every frame after the first ones goes to `heard`, whole and undecoded."""

    def __init__(self, heard: Heard) -> None:
        super().__init__()
        self.heard = heard
        self.transport: WSTransport
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: str | None = None
        self.leaving = False

    @classmethod
    async def come_in(cls, address: str, token: str, heard: Heard) -> "Client":
        """Open a socket, say who one is, and wait until the server is ready."""
        client = cls(heard)
        url = f"ws://{address}/v1/socket"
        await ws_connect(lambda: client, url, websocket_handshake_timeout=PATIENCE, read_buffer_init_size=4_096)
        client.say(b'{"type":"auth","token":"' + token.encode() + b'"}')
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
                self.heard(payload)
            elif payload.startswith(b'{"type":"ready"'):
                self.ready.set_result(None)
        elif kind == WSMsgType.CLOSE:
            self.closed = f"{frame.get_close_code()} {frame.get_close_reason()}"

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed = self.closed or "without a word"
        if not self.ready.done():
            self.ready.set_exception(Broken(f"the server closed a socket that came in: {self.closed}"))


async def all_in(address: str, tokens: list[str], heard: Heard, at_once: int = 8) -> list[Client]:
    """Everybody comes in, a few at a time; in the order of the tokens."""
    clients: dict[str, Client] = {}

    async def usher(mine: list[str]) -> None:
        for token in mine:
            clients[token] = await Client.come_in(address, token, heard)

    await asyncio.gather(*(usher(tokens[n::at_once]) for n in range(at_once)))
    return [clients[token] for token in tokens]


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
