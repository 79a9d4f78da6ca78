"""People who upload and send while their server is killed, and what has to be true afterwards (INV-11)."""

import asyncio
import hashlib
import os
import random
from pathlib import Path

import aiohttp
from msgspec import Struct, field

from careline.app import open_database, open_files
from careline.core.actor import system
from careline.features.attachments.actions import known_keys
from careline.settings import Settings
from tests.faults.cast import Person, gather
from tests.faults.server import Careline
from tests.made import form, picture

BROKEN = {415: b"<html>no picture", 422: b"\x89PNG\r\n\x1a\n"}


class Uploaded(Struct):
    """What a run did. `kept` are the files that messages had at its end, `refused` the uploads turned away."""

    cycles: int = 0
    acknowledged: int = 0
    refused: int = 0
    kept: int = 0
    ready_s: list[float] = field(default_factory=list)


class Run:
    """One store and its server, killed `cycles` times while people upload, each time after `least_s` to `most_s`."""

    def __init__(self, database: str, folder: Path, seed: str, least_s: float = 0.02, most_s: float = 0.6) -> None:
        self._database = database
        self._folder = folder
        self._dice = random.Random(seed)
        self._window = least_s, most_s
        self._acknowledged: dict[str, str] = {}
        self.done = Uploaded()

    async def killed(self, cycles: int) -> Uploaded:
        """Kill the server so often, and look after everything that is left. Raises what is wrong."""
        ana = (await gather(self._database)).people["ana"]
        with Careline(self._database, files=self._folder) as server:
            for _ in range(cycles):
                working = [asyncio.create_task(self._uploads(server.url, ana, number)) for number in range(4)]
                await asyncio.sleep(self._dice.uniform(*self._window))
                await asyncio.to_thread(server.crash)
                await asyncio.gather(*working)
                await asyncio.to_thread(server.start)
                self.done.cycles += 1
            await self._all_is_there(server.url, ana)
            self.done.ready_s = server.starts[1:]
        await nothing_else_is_there(self._database, self._folder)
        return self.done

    async def _uploads(self, url: str, person: Person, number: int) -> None:
        """Upload and send until the server is gone; the last of them sends what has to be refused."""
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {person.token}"}) as http:
            try:
                while True:
                    if number == 3:
                        await self._is_refused(http, url)
                    else:
                        await self._uploads_one(http, url, person.hears[0], number)
            except (aiohttp.ClientError, ConnectionError):
                return

    async def _is_refused(self, http: aiohttp.ClientSession, url: str) -> None:
        status = self._dice.choice(list(BROKEN))
        async with http.post(f"{url}/v1/attachments", data=form(BROKEN[status], "a.png")) as answer:
            assert answer.status == status, await answer.text()
        self.done.refused += 1

    async def _uploads_one(self, http: aiohttp.ClientSession, url: str, conversation: str, number: int) -> None:
        data, name = (picture("PNG", (200, 200)), "a.png") if number == 0 else (os.urandom(200_000), "a.txt")
        data = data if number == 0 else data.hex().encode()
        async with http.post(f"{url}/v1/attachments", data=form(data, name)) as answer:
            made = await answer.json()
            assert answer.status == 201, made
        path = f"{url}/v1/conversations/{conversation}/messages"
        async with http.post(path, json={"attachment_ids": [made["id"]]}) as answer:
            assert answer.status == 201
        self._acknowledged[made["id"]] = made["sha256"]
        self.done.acknowledged += 1

    async def _all_is_there(self, url: str, person: Person) -> None:
        """Every file that a message names is there as it was sent, and every one that was acknowledged is named."""
        missing = dict(self._acknowledged)
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {person.token}"}) as http:
            for attachment_id, digest in await told(http, url, person):
                async with http.get(f"{url}/v1/attachments/{attachment_id}/content") as answer:
                    assert answer.status == 200
                    assert hashlib.sha256(await answer.read()).hexdigest() == digest
                missing.pop(attachment_id, None)
                self.done.kept += 1
        assert not missing


async def told(http: aiohttp.ClientSession, url: str, person: Person) -> list[tuple[str, str]]:
    """Every file of the conversation with its digest."""
    found, before = [], ""
    while True:
        async with http.get(f"{url}/v1/conversations/{person.hears[0]}/messages?limit=100{before}") as answer:
            page = await answer.json()
        for message in page["items"]:
            for attachment in message["attachments"]:
                async with http.get(f"{url}/v1/attachments/{attachment['id']}") as answer:
                    found.append((attachment["id"], (await answer.json())["sha256"]))
        if page["before"] is None:
            return found
        before = f"&before={page['before']}"


async def nothing_else_is_there(database: str, folder: Path) -> None:
    """An hour later, what no row names is gone."""
    settings = Settings(database=database, files=str(folder))
    db = open_database(settings)
    await db.open()
    try:
        for path in there(folder / "arriving"):
            os.utime(path, (1, 1))
        await open_files(settings, db.clock).sweep(db)
        assert there(folder / "arriving") == []
        kept = {path.name.partition(".")[0] for path in there(folder)}
        assert kept == await db.read(known_keys, system(), sorted(kept))
    finally:
        await db.close()


def there(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
