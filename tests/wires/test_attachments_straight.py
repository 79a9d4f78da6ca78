"""Files that go straight to S3: promised, sent there, and looked at before they are anything. The S3 server is real."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import obstore
import pytest

from careline.core.actor import system
from careline.features.workspaces.actions import update_workspace
from tests.made import EICAR, PDF, fetches, photo, picture
from tests.services import S3, Clamd
from tests.wires.test_attachments_elsewhere import bucket, keys
from tests.world import GREENLEAF, Person, World, stage


@pytest.fixture
async def shelf(s3: S3, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose files go straight to S3 and come straight from there."""
    async with stage(tmp_path / "careline.db", **s3.settings, s3_links="on") as world:
        yield world


def promise(data: bytes, name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}


async def begins(person: Person, data: bytes, name: str, **more: Any) -> dict[str, Any]:
    answer = await person.asks("POST", "/v1/attachments/begin", json=promise(data, name, **more), status=200)
    way: dict[str, Any] = answer["upload"]
    return way


async def puts(world: World, way: dict[str, Any], data: Any, **other: str) -> int:
    async with world.http.request(way["method"], way["url"], data=data, headers={**way["headers"], **other}) as answer:
        return answer.status


async def completes(person: Person, way: dict[str, Any], status: int = 200) -> Any:
    return await person.asks("POST", f"/v1/attachments/{way['attachment_id']}/complete", status=status)


async def sends(person: Person, conversation: str, id_: str) -> int:
    return await person.status_of("POST", f"/v1/conversations/{conversation}/messages", json={"attachment_ids": [id_]})


async def test_a_file_goes_straight_to_s3_and_is_an_attachment_once_it_was_looked_at(shelf: World, s3: S3) -> None:
    before, data = await keys(s3), photo()
    way = await begins(shelf.cara, data, "me.JPG", type="image/jpeg", conversation_id=shelf.conversation)
    assert way["url"].startswith(s3.url) and way["closes_at"] <= shelf.app.database.clock() + 900_000
    known = await shelf.cara.asks("GET", f"/v1/attachments/{way['attachment_id']}", status=200)
    assert (known["state"], known["name"], known["thumbnail"]) == ("arriving", "me.jpg", False)
    assert await puts(shelf, way, data) == 200
    assert await sends(shelf.cara, shelf.conversation, way["attachment_id"]) == 404
    assert await shelf.cara.status_of("GET", f"/v1/attachments/{way['attachment_id']}/content") == 409
    made = await completes(shelf.cara, way)
    assert (made["id"], made["state"], made["width"], made["height"], made["thumbnail"]) == (
        way["attachment_id"], "ready", 48, 64, True,
    )  # fmt: skip
    assert made["conversation_id"] == shelf.conversation and await completes(shelf.cara, way) == made
    _, body, _ = await fetches(shelf.cara, f"/v1/attachments/{made['id']}/content")
    assert hashlib.sha256(body).hexdigest() == made["sha256"] and b"Careline Camera" not in body
    assert await sends(shelf.cara, shelf.conversation, made["id"]) == 201
    new = sorted(await keys(s3) - before)
    assert len(new) == 2 and new[1] == new[0] + ".thumbnail" and not any(key.startswith("arriving") for key in new)
    assert await completes(shelf.cara, way) == made | {"message_id": (await completes(shelf.cara, way))["message_id"]}


async def test_s3_takes_the_promised_bytes_and_no_others(shelf: World, s3: S3) -> None:
    before = await keys(s3)
    way = await begins(shelf.cara, PDF, "a.pdf")

    async def trickled() -> AsyncIterator[bytes]:
        yield PDF

    for other in (PDF + b"x", PDF[:-1], b"x" * len(PDF), trickled()):
        assert await puts(shelf, way, other) in (400, 403)
    assert await puts(shelf, way, PDF, **{"content-type": "text/html"}) == 403
    assert await puts(shelf, {**way, "method": "GET"}, None) == 403
    assert (await completes(shelf.cara, way, 409))["code"] == "not_arrived"
    assert await keys(s3) == before
    assert await puts(shelf, way, PDF) == 200
    await completes(shelf.cara, way)
    blobs: Any = shelf.app.intake.blobs
    clock = shelf.app.database.clock
    blobs._now = lambda: clock() - 901_000
    assert await puts(shelf, await begins(shelf.cara, PDF, "a.pdf"), PDF) == 403


async def arrives(world: World, s3: S3, promised: bytes, data: bytes, name: str) -> dict[str, Any]:
    """As if S3 had checked nothing."""
    way = await begins(world.cara, promised, name)
    await obstore.put_async(bucket(s3), f"arriving/{way['attachment_id']}", data)
    return way


@pytest.mark.parametrize(
    ("promised", "data", "name", "status"),
    [
        (PDF, PDF + b"x", "a.pdf", 422),
        (PDF, b"x" * len(PDF), "a.pdf", 422),
        (b"<html>", b"<html>", "a.txt", 415),
        (b"MZ", b"MZ", "a.jpg", 415),
        (picture()[:-30], picture()[:-30], "a.png", 422),
    ],
)
async def test_what_is_not_what_was_promised_ends_its_upload_and_leaves_nothing(
    shelf: World, s3: S3, promised: bytes, data: bytes, name: str, status: int
) -> None:
    before = await keys(s3)
    way = await arrives(shelf, s3, promised, data, name)
    await completes(shelf.cara, way, status)
    await completes(shelf.cara, way, 404)
    await shelf.works_off()
    assert await keys(s3) == before
    assert [p for p in shelf.app.settings.files_folder.rglob("*") if p.is_file()] == []


async def test_a_promise_that_could_not_be_kept_is_refused_at_once(shelf: World) -> None:
    async def refused(status: int, **change: Any) -> None:
        wanted = promise(PDF, "a.pdf") | change
        assert await shelf.cara.status_of("POST", "/v1/attachments/begin", json=wanted) == status, change

    await refused(413, size=shelf.app.settings.attachment_bytes + 1)
    for size in (0, -1, "1", 1.5):
        await refused(422, size=size)
    for digest in ("", "x" * 64, "A" * 64, "0" * 63, "0" * 64 + "\n"):
        await refused(422, sha256=digest)
    await refused(415, name="a.exe")
    await refused(415, name="a.svg")
    await refused(415, type="text/html")
    await refused(404, conversation_id=shelf.dev_conversation)
    await shelf.app.database.write(update_workspace, shelf.ana.actor, {"contact_bytes_per_day": 2 * len(PDF)})
    for _ in range(2):
        await begins(shelf.cara, PDF, "a.pdf")
    await refused(429)


async def test_what_the_scanner_knows_is_refused_here_too(s3: S3, clamd: Clamd, tmp_path: Path) -> None:
    before = await keys(s3)
    links = {**s3.settings, "s3_links": "on", "scanner": f"unix:{clamd.socket}"}
    async with stage(tmp_path / "careline.db", **links) as world:
        way = await begins(world.cara, EICAR, "a.txt")
        assert await puts(world, way, EICAR) == 200
        assert (await completes(world.cara, way, 422))["code"] == "infected"
        assert await keys(s3) == before


async def test_what_is_never_completed_is_removed_and_what_comes_too_late_as_well(shelf: World, s3: S3) -> None:
    before = await keys(s3)
    left, late = [await begins(shelf.cara, PDF, "a.pdf") for _ in range(2)]
    assert await puts(shelf, left, PDF) == 200
    assert await puts(shelf, late, PDF) == 200
    made = await completes(shelf.cara, late)
    assert await puts(shelf, late, PDF) == 200  # the door is open still, but leads nowhere any more
    assert len(await keys(s3) - before) == 3
    shelf.app.database.clock._latest += 25 * 3_600_000
    await shelf.works_off()
    await completes(shelf.cara, left, 404)
    assert await shelf.cara.status_of("GET", f"/v1/attachments/{made['id']}") == 404  # a day old, and never sent
    assert await keys(s3) == before


async def test_two_who_complete_at_once_make_one_attachment(shelf: World, s3: S3) -> None:
    before = await keys(s3)
    way = await begins(shelf.cara, PDF, "a.pdf")
    await puts(shelf, way, PDF)
    path = f"/v1/attachments/{way['attachment_id']}/complete"
    statuses = await asyncio.gather(*(shelf.cara.status_of("POST", path) for _ in range(4)))
    assert 200 in statuses and set(statuses) <= {200, 409, 429}
    await completes(shelf.cara, way)
    assert len(await keys(s3) - before) == 1
    assert (await fetches(shelf.cara, f"/v1/attachments/{way['attachment_id']}/content"))[1] == PDF


async def test_only_who_promised_a_file_completes_it(shelf: World) -> None:
    way = await begins(shelf.cara, PDF, "a.pdf")
    await puts(shelf, way, PDF)
    for other in (shelf.ana, shelf.dev, shelf.eve, shelf.fay):
        await completes(other, way, 404)
    made = await completes(shelf.cara, way)
    assert await sends(shelf.cara, shelf.conversation, made["id"]) == 201
    await completes(shelf.ana, way, 404)


async def test_without_links_or_without_s3_there_is_no_such_way(world: World, s3: S3, tmp_path: Path) -> None:
    async with stage(tmp_path / "another.db", **s3.settings) as other:
        assert await begins(other.cara, PDF, "a.pdf") is None
    assert await begins(world.cara, PDF, "a.pdf") is None
    assert await world.app.database.read(_attachments, system(GREENLEAF)) == 0


async def _attachments(tx: Any, actor: Any) -> int:
    return int(await tx.value("uploaded_bytes", workspace_id=GREENLEAF, kind="contact", person_id="cara", since=0))


async def test_pages_may_talk_to_the_store_that_files_come_from_and_to_nobody_else(shelf: World, s3: S3) -> None:
    async with shelf.http.get(shelf.url + "/chat") as answer:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["img-src"].endswith(f" {s3.url}") and policy["connect-src"].endswith(f" {s3.url}")
    assert s3.url not in policy["script-src"] + policy["frame-src"]


async def test_a_large_file_arrives_whole(shelf: World) -> None:
    data = b"a line of a long letter\n" * 300_000
    way = await begins(shelf.ana, data, "letter.txt")
    assert await puts(shelf, way, io.BytesIO(data)) == 200
    made = await completes(shelf.ana, way)
    assert (made["size"], made["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
