"""Where the bytes of files lie: a local folder or S3, under random keys that say nothing of what they name.

A file is first spooled in a local folder under the key it is going to have. The spool goes only when the row that names
the key is committed or the bytes are gone again: a spool left behind by a crash tells which key to look after.
"""

import asyncio
import errno
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from msgspec import Struct

from careline.core.errors import Conflict, Integrity, StorageFull, Unavailable

PIECE = 262_144
RESERVE = 64 << 20
STALE_S = 3_600
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Door(Struct, frozen=True):
    """A way for one file straight into the store: one request with these headers, before it closes."""

    method: str
    url: str
    headers: dict[str, str]
    closes_at: int


class Blobs(Protocol):
    """Keeps bytes by key. What is not there, or is not what was stored, is never given out."""

    async def keep(self, spool: Path, key: str) -> None:
        """Store a spooled file durably."""

    async def open(self, key: str, sha256: str) -> BinaryIO:
        """The bytes, of which every one has been checked. `Integrity` when they are not what was stored."""

    async def remove(self, key: str) -> None:
        """Again changes nothing."""

    def link(self, key: str, disposition: str, media: str, seconds: int) -> str | None:
        """An address that gives the bytes to whoever has it for a while, or None: this store has none."""

    def door(self, key: str, size: int, sha256: str, seconds: int) -> Door | None:
        """A way in for exactly these bytes, or None: this store has none."""

    def arrived(self, key: str) -> AsyncIterator[bytes]:
        """What came in by a door, of which nothing is believed. `Conflict` while nothing has."""


class LocalBlobs:
    """A folder, with a folder in it for each of the keys' first two characters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    async def keep(self, spool: Path, key: str) -> None:
        await in_thread(self._keep, spool, self._path(key))

    def _keep(self, spool: Path, path: Path) -> None:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(path.parent.parent)
        with spool.open("rb") as file:
            os.fsync(file.fileno())
        os.link(spool, path)
        sync_folder(path.parent)

    async def open(self, key: str, sha256: str) -> BinaryIO:
        return cast(BinaryIO, await in_thread(self._open, self._path(key), sha256))

    def _open(self, path: Path, sha256: str) -> BinaryIO:
        try:
            file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise Integrity("The stored file is gone.") from None
        if digest_of(file) != sha256:
            file.close()
            raise Integrity()
        file.seek(0)
        return file

    async def remove(self, key: str) -> None:
        await in_thread(self._path(key).unlink, True)

    def link(self, key: str, disposition: str, media: str, seconds: int) -> str | None:
        return None

    def door(self, key: str, size: int, sha256: str, seconds: int) -> Door | None:
        return None

    def arrived(self, key: str) -> AsyncIterator[bytes]:
        raise not_arrived()


class Spools:
    """The folder of files that are on their way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, key: str) -> "Spool":
        """A new spool, or `StorageFull` while there is too little room for others to go on."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < RESERVE:
                raise StorageFull()
            return Spool(self.folder / key)
        except OSError as error:
            raise refusal(error) from None

    def stale(self) -> list[Path]:
        """What nobody has touched for an hour, which no upload in progress lets happen."""
        oldest = time.time() - STALE_S
        if not self.folder.exists():
            return []
        return [path for path in self.folder.iterdir() if path.stat().st_mtime < oldest]


class Spool:
    """A file that is being received: its size and digest are known when the last byte is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.sha256 = ""
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._file = path.open("xb", buffering=0)

    async def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._waiting += chunk
        if len(self._waiting) >= PIECE:
            await self._flush()

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        await in_thread(self._put, waiting)

    def _put(self, data: bytearray) -> None:
        self._digest.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    async def finish(self) -> None:
        """The last byte is here."""
        await self._flush()
        self._file.close()
        self.sha256 = self._digest.hexdigest()

    async def replace(self, copy: Path) -> None:
        """Go on with this copy instead."""

        def change() -> None:
            with copy.open("rb") as file:
                self.sha256, self.size = digest_of(file), file.tell()
            copy.replace(self.path)

        await in_thread(change)

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def not_arrived() -> Conflict:
    return Conflict("The file has not arrived yet: send it where `attachment.begin` said.", code="not_arrived")


def digest_of(file: BinaryIO) -> str:
    """Its SHA-256, read in pieces from where it stands."""
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """A rename or a link is only durable with its folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


async def in_thread(do: Any, *words: Any) -> Any:
    """Do what may wait for a disk beside the loop; what the disk says is worded for those who wait."""
    try:
        return await asyncio.to_thread(do, *words)
    except OSError as error:
        raise refusal(error) from None


def refusal(error: OSError) -> StorageFull | Unavailable:
    if error.errno in _FULL:
        return StorageFull()
    return Unavailable("The store of files does not answer.")
