"""A WebSocket after its handshake: one object per connection, no task, no timer, no queue of its own.

aiohttp reads the request and lets go of the connection; from then on frames come in by callback and prebuilt bytes go
out by one write each. What takes time (silence, half messages, expiry) is looked at by one sweep over all sockets.
"""

import asyncio
import hashlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from careline.core.clock import Clock
from careline.core.errors import BadRequest, TooMany
from careline.core.limits import network
from careline.wires import frames

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

AUTH_MS = 5_000
HALF_MESSAGE_MS = 15_000
PING_MS = 25_000
SILENCE_MS = 70_000
CONTROL_FRAMES = 20
CONTROL_WINDOW_MS = 10_000
CLOSING_MS = 3_000
UNREAD_BYTES = 4 << 20
LATE_BYTES = 131_072


class Talk(Protocol):
    """What a wire does with a socket. Called in order; none of these may wait."""

    def opened(self, socket: "Socket") -> None: ...
    def heard(self, message: bytes) -> None: ...
    def alive(self) -> None:
        """A frame or a pong came: the peer has what was sent before."""

    def closed(self) -> None: ...


class Socket(asyncio.Protocol):
    """`expires_at` and `authenticated` are set by the talk; the sweep acts on them.

    `expires_at` is a time of day; all else is measured in monotonic milliseconds, whatever the wall clock does.
    """

    def __init__(self, sockets: "Sockets", transport: asyncio.Transport, address: str, talk: Talk) -> None:
        now = sockets.clock.monotonic_ms()
        self.transport = transport
        self.address = address
        self.talk = talk
        self.authenticated = False
        self.expires_at: int | None = None
        self.opened_at = self.heard_at = now
        self.buffered = transport.get_write_buffer_size
        self.reader = frames.Reader(talk.heard, self._control)
        self.closing_at: int | None = None
        self._sockets = sockets
        self._write: Callable[[bytes], None] = transport.write
        self._half_since: int | None = None
        self._late = 0
        self._controls = 0
        self._controls_since = now

    def opens(self, answer: bytes) -> None:
        """The answer to the handshake and the wire's first words, in one write: a third of what coming in takes is
        writing.
        """
        words = [answer]
        self._write = words.append
        try:
            self.talk.opened(self)
        finally:
            self._write = self.transport.write
            self._write(b"".join(words))

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._sockets.clock.monotonic_ms()
        if self.closing_at is not None:
            # Room for what was on its way and for a goodbye; a flood goes on for as long as one reads it.
            self._late += len(data)
            if self._late > LATE_BYTES:
                self.transport.abort()
                return
        try:
            self.reader.feed(data)
        except frames.Violation as broken:
            self.close(broken.code, broken.reason)
            self.transport.close()  # what follows a broken frame cannot be read
            return
        if self.closing_at is not None:
            return
        if not self.reader.mid_message:
            self._half_since = None
        elif self._half_since is None:
            self._half_since = self.heard_at
        self.talk.alive()

    def _control(self, opcode: int, payload: bytes) -> None:
        if self.heard_at - self._controls_since > CONTROL_WINDOW_MS:
            self._controls, self._controls_since = 0, self.heard_at
        self._controls += 1
        if self._controls > CONTROL_FRAMES:
            raise frames.Violation(4429, "too many control frames")
        if opcode == frames.PING:
            self.write(frames.frame(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            if len(payload) == 1:
                raise frames.Violation(1002, "a close code has two bytes")
            self.close(_answer_code(payload))
            self.transport.close()  # both have said it (section 7.1.1): the server hangs up first

    def write(self, *prebuilt: bytes) -> None:
        """Whole frames; nothing after the goodbye, or somebody shut out would hear on until they hang up."""
        if self.closing_at is not None:
            return
        # Whoever is behind shares the bytes with all others who are, instead of having them joined for itself alone.
        if len(prebuilt) > 1 and not self.buffered():
            prebuilt = (b"".join(prebuilt),)
        for frame in prebuilt:
            self._write(frame)

    def send(self, payload: bytes) -> None:
        """One text message, unless the socket is closing. Who asks and asks and takes no answer is hung up."""
        if self.closing_at is not None:
            return
        if self.buffered() > UNREAD_BYTES:
            self.close(4413, "too slow: reconnect and resume")
            return
        self.write(frames.text(payload))

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; the peer's own goodbye, or the sweep a little later, ends the connection."""
        if self.closing_at is not None:
            return
        self.closing_at = self._sockets.clock.monotonic_ms()
        self._write(frames.close(code, reason))
        self.reader.deaf = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.closing_at = self.closing_at or self._sockets.clock.monotonic_ms()
        self._sockets.lost(self)
        self.talk.closed()

    def sweep(self, now: int, wall: int) -> None:
        """Act on what the clocks say; called about once a second."""
        if self.closing_at is not None:
            if now - self.closing_at > CLOSING_MS:
                self.transport.abort()
        elif self._half_since is not None and now - self._half_since > HALF_MESSAGE_MS:
            self.close(4408, "a message was begun and not finished")
        elif not self.authenticated:
            if now - self.opened_at > AUTH_MS:
                self.close(4408, "say who you are within 5 seconds")
        elif self.expires_at is not None and wall >= self.expires_at:
            self.close(4401, "the credential has expired")
        elif now - self.heard_at > SILENCE_MS:
            self.close(4408, "no answer")
        elif now - self.heard_at > PING_MS:
            self.write(frames.PING_FRAME)


def _answer_code(payload: bytes) -> int:
    """The code to close with when the peer closes (section 7.4): its own if it may be sent, else 1002."""
    if not payload:
        return 1000
    code = int.from_bytes(payload[:2])
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return 1007
    return code if code in (1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011) or 3000 <= code < 5000 else 1002


class Sockets:
    """All sockets of the process: counted per address, swept together, told together when the server stops."""

    def __init__(self, clock: Clock, per_address: int, unauthenticated: int) -> None:
        self.clock = clock
        self.open: set[Socket] = set()
        self._per_address = per_address
        self._unauthenticated = unauthenticated
        self._addresses: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()

    def upgrade(self, request: web.BaseRequest, address: str, talk: Talk) -> "Upgraded":
        """Answer the handshake (section 4.2) and take the connection over. Refusals come before the upgrade."""
        key = _handshake_key(request)
        place = network(address)
        if self._addresses[place] >= self._per_address or self._strangers[place] >= self._unauthenticated:
            raise TooMany(5_000, "Too many sockets from this address.")
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        accept = b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
        answer = (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        socket = Socket(self, transport, place, talk)
        self._addresses[place] += 1
        self._strangers[place] += 1
        self.open.add(socket)
        # What came right behind the handshake is handed to our reader by aiohttp itself; then it lets go.
        protocol = request.protocol
        early = _Early()
        protocol.set_parser(early)  # type: ignore[arg-type]
        transport.set_protocol(socket)
        protocol.transport = None
        protocol.connection_lost(None)
        socket.opens(answer)
        if early.data:
            socket.data_received(early.data)
        return Upgraded()

    def introduced(self, socket: Socket, expires_at: int | None) -> None:
        """The socket has said who it is."""
        if not socket.authenticated:
            socket.authenticated = True
            self._strangers[socket.address] -= 1
        socket.expires_at = expires_at

    def lost(self, socket: Socket) -> None:
        self.open.discard(socket)
        self._addresses[socket.address] -= 1
        if not socket.authenticated:
            self._strangers[socket.address] -= 1
        for counter in (self._addresses, self._strangers):
            if counter[socket.address] <= 0:
                del counter[socket.address]

    def sweep(self) -> None:
        now, wall = self.clock.monotonic_ms(), self.clock()
        for socket in list(self.open):
            socket.sweep(now, wall)

    def close_all(self, code: int, reason: Callable[[], str]) -> None:
        for socket in list(self.open):
            socket.close(code, reason())


class _Early:
    """Takes the bytes that aiohttp had read beyond the handshake."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        pass


class Upgraded(web.StreamResponse):
    """Tells aiohttp that the answer was given and the connection is not its own any more."""

    async def prepare(self, request: web.BaseRequest) -> None:
        self._keep_alive = False

    async def write_eof(self, data: bytes = b"") -> None:
        self._eof_sent = True


def _handshake_key(request: web.BaseRequest) -> str:
    headers = request.headers
    if request.method != "GET" or headers.get("Upgrade", "").lower() != "websocket":
        raise BadRequest("This address is a WebSocket: connect with Upgrade: websocket.")
    if headers.get("Sec-WebSocket-Version") != "13":
        raise BadRequest("WebSocket version 13 is spoken here.")
    key = headers.get("Sec-WebSocket-Key", "")
    try:
        valid = len(b64decode(key, validate=True)) == 16
    except ValueError:
        valid = False
    if not valid:
        raise BadRequest("Sec-WebSocket-Key is not 16 bytes in base64.")
    return key
