"""Bytes as an attacker writes them: plain TCP, where no client library is too polite to send something."""

import asyncio
import os
from typing import ClassVar, NamedTuple

import msgspec

from careline.wires import frames


class Answer(NamedTuple):
    """`closed` tells whether the server ended the connection."""

    status: int
    head: str
    body: bytes
    closed: bool
    answers: int

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            if line.lower().startswith(name.lower() + ": "):
                return line.partition(": ")[2]
        return None

    @property
    def code(self) -> str:
        return str(msgspec.json.decode(self.body)["code"])


def place(url: str) -> tuple[str, int]:
    host, _, port = url.partition("://")[2].rpartition(":")
    return host, int(port)


async def exchange(url: str, data: bytes, within: float = 5.0, until: bytes | None = None) -> Answer:
    """Send the bytes; what comes back until the server closes, `until` was seen, or the time is over."""
    reader, writer = await asyncio.open_connection(*place(url))
    got, closed = b"", False
    try:
        writer.write(data)
        async with asyncio.timeout(within):
            while not (closed or (until is not None and until in got)):
                more = await reader.read(65_536)
                got, closed = got + more, not more
    except TimeoutError:
        pass
    except ConnectionError:
        closed = True
    writer.close()
    head, _, body = got.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1]) if head.startswith(b"HTTP/") else 0
    return Answer(status, head.decode("latin-1"), body, closed, got.count(b"HTTP/1."))


def request(url: str, method: str, target: str, *headers: str, body: bytes = b"", host: str | None = None) -> bytes:
    """One request, that asks to be the last of its connection so that its end is seen at once."""
    name = "{}:{}".format(*place(url)) if host is None else host
    lines = [f"{method} {target} HTTP/1.1", f"Host: {name}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def asks(url: str, method: str, target: str, *headers: str, body: bytes = b"", host: str | None = None) -> Answer:
    return await exchange(url, request(url, method, target, *headers, body=body, host=host))


def masked(first: int, payload: bytes, *, size: int | None = None, mask: bool = True) -> bytes:
    """A client's frame with this first byte; `size` announces another size than the payload has."""
    announced = len(payload) if size is None else size
    bit = 0x80 if mask else 0
    if announced < 126:
        head = bytes((first, bit | announced))
    elif announced < 65_536:
        head = bytes((first, bit | 126)) + announced.to_bytes(2)
    else:
        head = bytes((first, bit | 127)) + announced.to_bytes(8)
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + frames.unmask(payload, key)


class RawSocket:
    """A WebSocket after its handshake, frame by frame. `left` are those that nobody has closed yet."""

    left: "ClassVar[list[RawSocket]]" = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.left.append(self)

    @classmethod
    async def opens(cls, url: str, path: str = "/v1/socket", *headers: str) -> "RawSocket":
        reader, writer = await asyncio.open_connection(*place(url))
        writer.write(handshake(url, path, *headers))
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head, head
        return cls(reader, writer)

    async def says(self, frame: object) -> None:
        self.writer.write(masked(0x81, msgspec.json.encode(frame)))
        await self.writer.drain()

    async def frame(self, within: float = 5.0) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        async with asyncio.timeout(within):
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2))
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(size)

    async def close_code(self, within: float = 5.0) -> int:
        """The code of the close frame, after whatever comes before it."""
        async with asyncio.timeout(within):
            while True:
                opcode, payload = await self.frame(within)
                if opcode == frames.CLOSE:
                    return int.from_bytes(payload[:2])

    async def enters(self, token: str) -> None:
        await self.frame()
        await self.says({"type": "auth", "token": token})
        assert b'"ready"' in (await self.frame())[1]

    def gone(self) -> None:
        self.writer.transport.abort()
        self.left.remove(self)


def handshake(url: str, path: str = "/v1/socket", *headers: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: {}:{}".format(*place(url)),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def knock(url: str, path: str = "/v1/socket", *headers: str) -> Answer:
    """Try to open a socket, and be refused: the answer is whole with its problem document."""
    return await exchange(url, handshake(url, path, *headers), until=b'"}')
