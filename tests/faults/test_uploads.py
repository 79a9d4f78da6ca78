"""F-25: a server killed in the middle of uploads, again and again, never has a message without its file, and what lay
around at each death is gone after the sweep (INV-11).
"""

import asyncio
import hashlib
import os
import random
from pathlib import Path

import aiohttp
import pytest

from careline.app import open_database, open_files
from careline.core.actor import system
from careline.features.attachments.actions import known_keys
from careline.settings import Settings
from tests.faults.cast import Person, gather
from tests.faults.server import Careline
from tests.made import form, picture

CYCLES = 6


@pytest.mark.timeout(180)
async def test_a_message_never_refers_to_a_file_that_is_not_there(durable: str, tmp_path: Path) -> None:
    cast = await gather(durable)
    folder = tmp_path / "files"
    cara, dice = cast.people["cara"], random.Random(25)
    acknowledged: dict[str, str] = {}
    with Careline(durable, files=folder) as server:
        for _ in range(CYCLES):
            working = [asyncio.create_task(uploads(server.url, cara, acknowledged, n)) for n in range(3)]
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            await asyncio.to_thread(server.crash)
            await asyncio.gather(*working)
            await asyncio.to_thread(server.start)
        assert len(acknowledged) > CYCLES
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {cara.token}"}) as http:
            for attachment_id, digest in await told(http, server.url, cara):
                async with http.get(f"{server.url}/v1/attachments/{attachment_id}/content") as answer:
                    assert answer.status == 200
                    assert hashlib.sha256(await answer.read()).hexdigest() == digest
                acknowledged.pop(attachment_id, None)
        assert not acknowledged
    await nothing_else_is_there(durable, folder)


async def uploads(url: str, person: Person, acknowledged: dict[str, str], number: int) -> None:
    """Upload and send until the server is gone."""
    path = f"{url}/v1/conversations/{person.hears[0]}/messages"
    data, name = (picture("PNG", (200, 200)), "a.png") if number == 0 else (os.urandom(200_000).hex().encode(), "a.txt")
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {person.token}"}) as http:
        try:
            while True:
                async with http.post(f"{url}/v1/attachments", data=form(data, name)) as answer:
                    made = await answer.json()
                    assert answer.status == 201, made
                async with http.post(path, json={"attachment_ids": [made["id"]]}) as answer:
                    assert answer.status == 201
                acknowledged[made["id"]] = made["sha256"]
        except (aiohttp.ClientError, ConnectionError):
            return


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
