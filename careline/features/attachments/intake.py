"""From bytes to a stored file: spooled, looked at, scanned, kept; or refused, and then nothing is left of it."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from careline.core.actor import Actor, system
from careline.core.errors import Infected, Integrity, Refused, Unavailable
from careline.features.attachments import contents, rules
from careline.features.attachments.actions import forget_attachments, known_keys, removable_blobs
from careline.features.attachments.guard import Guard, Look
from careline.features.attachments.rows import Allowance, Attachment, State, Stored
from careline.features.attachments.rules import FileType
from careline.features.attachments.scanner import Scanner
from careline.store.blobs import Blobs, Door, Spool, Spools, digest_of, in_thread
from careline.store.database import Database

logger = logging.getLogger("careline.files")
KEY_BYTES = 20
THUMBNAIL = ".thumbnail"
COPY = ".copy"
# A folder of its own in the bucket, so that whoever runs it can see and clear it apart.
ARRIVING = "arriving/"
DOOR_S = 900
REMOVED_AT_ONCE = 50


class Intake:
    """The one way in for files, and the way out for those that nobody needs."""

    def __init__(
        self, blobs: Blobs, spools: Spools, scanner: Scanner, policy: Literal["hold", "allow-marked"] = "hold"
    ) -> None:
        self.blobs = blobs
        self.scanner = scanner
        self._spools = spools
        self._unsure: State = "pending" if policy == "hold" else "unscanned"
        self._guard = Guard()

    def door(self, attachment: Attachment) -> Door | None:
        """Where the promised file may be sent straight to the store, or None where there is no such way."""
        return self.blobs.door(ARRIVING + attachment.id, attachment.size, attachment.sha256 or "", DOOR_S)

    @asynccontextmanager
    async def take_in(self, begun: Attachment, allowed: Allowance) -> AsyncIterator[Stored]:
        """The same as `receive`, of what has arrived by its door. The door may be open still, so that what is stored
        is a copy that nobody can change any more.
        """
        chunks = self.blobs.arrived(ARRIVING + begun.id)
        async with self.receive(chunks, begun.name, begun.type, allowed, begun) as stored:
            yield stored

    async def clear_arrival(self, attachment_id: str) -> None:
        """Take away what lies behind the door. Again changes nothing."""
        await self.blobs.remove(ARRIVING + attachment_id)

    @asynccontextmanager
    async def receive(
        self,
        chunks: AsyncIterator[bytes],
        name: str,
        declared: str,
        allowed: Allowance,
        promised: Attachment | None = None,
    ) -> AsyncIterator[Stored]:
        """Store what comes; inside, the file is safe, and its row is to be written. See `keep`."""
        spool = await self.spool(chunks, allowed.most, promised)
        async with self.keep(spool, name, declared, allowed) as stored:
            yield stored

    async def spool(self, chunks: AsyncIterator[bytes], most: int, promised: Attachment | None = None) -> Spool:
        """All of what comes, not looked at yet; then it is for `keep` or `drop`. It must be what was promised."""
        spool = self._spools.open(secrets.token_hex(KEY_BYTES))
        try:
            async for chunk in chunks:
                await spool.write(chunk)
                if spool.size > most:
                    break
            rules.may_add(spool.size, most)
            await spool.finish()
            if promised is not None:
                rules.keeps_promise(spool.size, spool.sha256, promised)
        except BaseException:
            self.drop(spool)
            raise
        return spool

    @asynccontextmanager
    async def keep(self, spool: Spool, name: str, declared: str, allowed: Allowance) -> AsyncIterator[Stored]:
        """Store what was spooled; inside, the file is safe, and its row is to be written.

        A refusal inside takes the bytes away again. When nobody knows whether the row was written, bytes and spool stay
        for `sweep` to judge.
        """
        try:
            stored = await self._store(spool, name, declared, allowed)
        except BaseException:
            self.drop(spool)
            raise
        try:
            yield stored
        except Refused as refused:
            if not isinstance(refused, Unavailable):
                await self.remove(stored.storage_key, stored.thumbnail)
                self.drop(spool)
            raise
        self.drop(spool)

    def drop(self, spool: Spool) -> None:
        """Leave nothing of it where it arrived."""
        for suffix in (COPY, THUMBNAIL):
            spool.path.with_suffix(suffix).unlink(missing_ok=True)
        spool.discard()

    async def _store(self, spool: Spool, name: str, declared: str, allowed: Allowance) -> Stored:
        type_ = await in_thread(self._check, spool.path, name, declared, allowed.svg)
        state = await self._scan(spool.path)
        look, thumbnail = Look(), None
        if type_.is_picture:
            look, thumbnail = await self._look(spool, type_, allowed)
        key = spool.path.name
        try:
            if thumbnail is not None:
                await self.blobs.keep(spool.path.with_suffix(THUMBNAIL), key + THUMBNAIL)
            await self.blobs.keep(spool.path, key)
        except BaseException:
            await self.remove(key, thumbnail)
            raise
        return Stored(
            rules.clean_name(name, type_),
            type_.media,
            spool.size,
            spool.sha256,
            look.width or None,
            look.height or None,
            thumbnail,
            key,
            state,
        )

    @staticmethod
    def _check(path: Path, name: str, declared: str, svg: bool) -> FileType:
        with path.open("rb") as file:
            return contents.check(file, name, declared, svg=svg)

    async def _scan(self, path: Path) -> State:
        if not self.scanner.on:
            return "ready"
        file: BinaryIO = await in_thread(path.open, "rb")
        with file:
            verdict = await self.scanner.scan(file)
        if verdict == "infected":
            raise Infected()
        return "ready" if verdict == "clean" else self._unsure

    async def _look(self, spool: Spool, type_: FileType, allowed: Allowance) -> tuple[Look, str]:
        copy, small = spool.path.with_suffix(COPY), spool.path.with_suffix(THUMBNAIL)
        look = await self._guard.look(spool.path, type_.media, copy, small, keep_metadata=allowed.keep_metadata)
        if not allowed.keep_metadata:
            await spool.replace(copy)
        return look, await in_thread(_digest, small)

    async def open(self, attachment: Attachment, *, thumbnail: bool = False) -> tuple[BinaryIO, str]:
        """The bytes of what may be opened, every one checked, and their type."""
        rules.may_open(attachment)
        key, digest, media = attachment.storage_key or "", attachment.sha256, attachment.type
        if thumbnail:
            key, digest, media = key + THUMBNAIL, attachment.thumbnail, "image/webp"
        if digest is None:
            raise rules.no_thumbnail()
        try:
            return await self.blobs.open(key, digest), media
        except Integrity:
            logger.critical("a stored file is damaged", extra={"fields": {"attachment": attachment.id}})
            raise

    async def remove(self, key: str, thumbnail: str | None) -> None:
        await self.blobs.remove(key)
        if thumbnail is not None:
            await self.blobs.remove(key + THUMBNAIL)

    async def remove_all(self, database: Database, actor: Actor, attachment_ids: list[str]) -> None:
        """Take away the bytes that nobody needs any more. Again changes nothing; what was broken off goes on where it
        was.
        """
        for start in range(0, len(attachment_ids), REMOVED_AT_ONCE):
            some = attachment_ids[start : start + REMOVED_AT_ONCE]
            for going in await database.read(removable_blobs, actor, some):
                await self.remove(going.storage_key, going.thumbnail)
            await database.write(forget_attachments, actor, some)

    async def sweep(self, database: Database) -> None:
        """Look after what a crash left on its way: bytes that no row names go."""
        stale = await asyncio.to_thread(self._spools.stale)
        keys = [path.name for path in stale if not path.suffix]
        known = await database.read(known_keys, system(), keys) if keys else set()
        for path in stale:
            if not path.suffix and path.name not in known:
                await self.remove(path.name, THUMBNAIL)
            await in_thread(path.unlink, True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return digest_of(file)
