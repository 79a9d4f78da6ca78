"""Files in S3 instead of a folder, and a scanner that looks at them: both real."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from careline.features.messages.attached import scan_again
from tests.made import EICAR, PDF, fetches, form, picture, uploads
from tests.services import S3, Clamd
from tests.world import World, stage


@pytest.fixture
async def shelf(s3: S3, tmp_path: Path) -> AsyncIterator[World]:
    """A world that keeps its files in S3."""
    async with stage(tmp_path / "careline.db", **s3.settings) as world:
        yield world


def bucket(s3: S3) -> S3Store:
    return S3Store(
        s3.bucket,
        endpoint=s3.url,
        access_key_id=s3.key_id,
        secret_access_key=s3.secret,
        region="us-east-1",
        client_options={"allow_http": True},
    )


async def keys(s3: S3) -> set[str]:
    return {str(one["path"]) async for page in obstore.list(bucket(s3)) for one in page}


async def sends(world: World, attachment_id: str) -> dict[str, Any]:
    path = f"/v1/conversations/{world.conversation}/messages"
    said: dict[str, Any] = await world.cara.asks("POST", path, json={"attachment_ids": [attachment_id]}, status=201)
    return said


async def test_files_lie_in_s3_and_come_back_checked(shelf: World, s3: S3) -> None:
    before = await keys(s3)
    made = await uploads(shelf.cara, picture("PNG", (300, 200)), "a.png", status=201)
    said = await sends(shelf, made["id"])
    status, body, _ = await fetches(shelf.ana, f"/v1/attachments/{made['id']}/content")
    assert status == 200 and len(body) == made["size"]
    status, part, _ = await fetches(shelf.ana, f"/v1/attachments/{made['id']}/content", Range="bytes=1-3")
    assert (status, part) == (206, b"PNG")
    assert (await fetches(shelf.ana, f"/v1/attachments/{made['id']}/thumbnail"))[0] == 200
    (key,) = [k for k in await keys(s3) - before if "." not in k]
    assert [p for p in shelf.app.settings.files_folder.rglob("*") if p.is_file()] == []
    await obstore.put_async(bucket(s3), key, body[:-1] + b"x")
    status, body, _ = await fetches(shelf.ana, f"/v1/attachments/{made['id']}/content")
    assert status == 500 and b"integrity" in body
    await shelf.cara.asks("DELETE", f"/v1/messages/{said['id']}", status=200)
    await shelf.works_off()
    assert await keys(s3) == before


async def test_a_link_may_lead_straight_to_s3_for_a_minute(s3: S3, tmp_path: Path) -> None:
    async with stage(tmp_path / "careline.db", **s3.settings, s3_links="on") as world:
        made = await uploads(world.cara, PDF, "Rezept für 💊.pdf", status=201)
        link = await world.cara.asks("GET", f"/v1/attachments/{made['id']}/link", status=200)
        assert link["url"].startswith(s3.url) and link["expires_at"] <= world.app.database.clock() + 60_000
        status, body, headers = await fetches(world.cara, link["url"].replace("/v1/files/", "/"))
        assert (status, body, headers["Content-Type"]) == (200, PDF, "application/pdf")
        assert headers["Content-Disposition"].startswith('attachment; filename="Rezept f_r _.pdf"')
        for wrong in (
            link["url"].replace("attachment%3B", "inline%3B"),
            link["url"].replace("Expires=60", "Expires=600"),
            link["url"][:-1] + ("0" if link["url"][-1] != "0" else "1"),
        ):
            async with world.http.get(wrong) as answer:
                assert answer.status == 403
        async with world.http.put(link["url"], data=b"x") as answer:
            assert answer.status == 403
        clock = world.app.database.clock
        blobs: Any = world.app.intake.blobs
        blobs._now = lambda: clock() - 61_000
        old = await world.cara.asks("GET", f"/v1/attachments/{made['id']}/link", status=200)
        async with world.http.get(old["url"]) as answer:
            assert answer.status == 403


async def test_while_s3_is_away_there_are_messages_but_no_files(tmp_path: Path) -> None:
    nowhere = {"s3_url": "http://127.0.0.1:9", "s3_bucket": "b", "s3_key_id": "k", "s3_secret": "s"}
    async with stage(tmp_path / "careline.db", **nowhere) as world:
        assert await world.cara.status_of("POST", "/v1/attachments", data=form(PDF, "a.pdf")) == 503
        await world.cara.sends(world.conversation, "hello")


# Scanning -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["unix", "tcp"])
async def test_what_the_scanner_knows_is_refused(clamd: Clamd, tmp_path: Path, by: str) -> None:
    address = f"unix:{clamd.socket}" if by == "unix" else f"tcp://127.0.0.1:{clamd.port}"
    async with stage(tmp_path / "careline.db", scanner=address) as world:
        made = await uploads(world.cara, b"a letter", "a.txt", status=201)
        assert made["state"] == "ready"
        refused = await uploads(world.cara, b"x" * 300_000 + EICAR, "a.txt", status=422)
        assert refused["code"] == "infected"
        assert len([p for p in world.app.settings.files_folder.rglob("*") if p.is_file()]) == 1


async def test_while_the_scanner_is_down_files_are_held_back(clamd: Clamd, tmp_path: Path) -> None:
    gone = f"unix:{tmp_path}/nowhere.sock"
    async with stage(tmp_path / "careline.db", scanner=gone) as world:
        good = await uploads(world.cara, b"a letter", "a.txt", status=201)
        bad = await uploads(world.cara, EICAR, "a.txt", status=201)
        assert good["state"] == bad["state"] == "pending"
        said = await sends(world, good["id"])
        await sends(world, bad["id"])
        assert said["attachments"][0]["state"] == "pending"
        assert (await world.ana.asks("GET", f"/v1/attachments/{good['id']}/content", status=409))[
            "code"
        ] == "scan_pending"
        ana = await world.ana.opens()
        await scan_again(world.app.intake, world.app.database)
        await ana.hears_nothing()
        world.app.intake.scanner._address = f"unix:{clamd.socket}"
        await scan_again(world.app.intake, world.app.database)
        states = [(await ana.hears("attachments.updated"))["data"]["message"]["attachments"][0] for _ in range(2)]
        assert {a["id"]: a["state"] for a in states} == {good["id"]: "ready", bad["id"]: "infected"}
        assert await world.ana.status_of("GET", f"/v1/attachments/{good['id']}/content") == 200
        assert await world.ana.status_of("GET", f"/v1/attachments/{bad['id']}/content") == 422


async def test_or_let_through_with_a_mark(tmp_path: Path) -> None:
    gone = f"unix:{tmp_path}/nowhere.sock"
    async with stage(tmp_path / "careline.db", scanner=gone, scan_policy="allow-marked") as world:
        made = await uploads(world.cara, b"a letter", "a.txt", status=201)
        assert (await sends(world, made["id"]))["attachments"][0]["state"] == "unscanned"
        assert await world.ana.status_of("GET", f"/v1/attachments/{made['id']}/content") == 200


async def test_a_scanner_that_hangs_up_has_said_nothing(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    rude = await asyncio.start_unix_server(hang_up, tmp_path / "rude.sock")
    async with stage(tmp_path / "careline.db", scanner=f"unix:{tmp_path}/rude.sock") as world:
        started = time.monotonic()
        assert (await uploads(world.cara, b"x" * 500_000, "a.txt", status=201))["state"] == "pending"
        assert time.monotonic() - started < 5
    rude.close()
