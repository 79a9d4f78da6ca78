"""Asks a virus scanner: clamd, over its socket, with its INSTREAM command."""

import asyncio
import struct
from typing import BinaryIO, Literal
from urllib.parse import urlsplit

Verdict = Literal["clean", "infected"]
CHUNK = 131_072
SECONDS = 60.0


class Scanner:
    """`address` is `unix:/path/of/clamd.sock` or `tcp://host:port`; empty: there is none."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.on = bool(address)

    async def scan(self, file: BinaryIO) -> Verdict | None:
        """What it says of the file, or None when it cannot say: it is down, slow, or hung up on something too big."""
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await self._connect()
                try:
                    return await _ask(reader, writer, file)
                finally:
                    writer.close()
        except (OSError, TimeoutError, RuntimeError):  # the last is uvloop's, of a connection that is closed already
            return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("unix:"):
            return await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
        where = urlsplit(self._address)
        return await asyncio.open_connection(where.hostname, where.port)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, file: BinaryIO) -> Verdict | None:
    writer.write(b"zINSTREAM\0")
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        writer.write(struct.pack(">L", len(chunk)) + chunk)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
    said = (await reader.read()).rstrip(b"\0\n")
    if said == b"stream: OK":
        return "clean"
    return "infected" if said.endswith(b" FOUND") else None
