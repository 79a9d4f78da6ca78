"""Files on the visitor wire: a form with up to three, all of them or none, given out by one guarded address."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from careline.core.actor import system
from careline.features.messages.attached import expire_attachments
from careline.settings import Settings
from careline.wires.gate import Gate
from tests.made import PDF, document, old_document, picture
from tests.wires.visitor.conftest import SITE, Guest, asks, begins, form
from tests.world import GREENLEAF, World, stage

PNG, JPEG, WEBP = picture(), picture("JPEG"), picture("WEBP")
SCRIPT = b"<script>alert(1)</script>"


def stored_files(world: World) -> list[Path]:
    return [path for path in world.app.settings.files_folder.rglob("*") if path.is_file()]


async def sends(guest: Guest, data: Any, **more: Any) -> tuple[int, Any]:
    status, told, _ = await guest.asks("POST", f"/api/chat/{guest.chat_id}/messages", data=data, **more)
    return status, told


@pytest.mark.proves("vi-26", "vi-32", "vi-41", "vi-44")
async def test_up_to_three_files_come_with_a_message_and_are_given_out_again(shop: World) -> None:
    vera = await begins(shop)
    made = form(("a.PNG", PNG, "image/png"), ("b.pdf", PDF, "application/pdf"), ("c.txt", b"dose", "text/plain"))
    status, told = await sends(vera, made)
    assert status == 201, told
    (message,) = told["messages"]
    assert message["message"] is None
    names = [(a["original_name"], a["mime_type"]) for a in message["attachments"]]
    assert names == [("a.png", "image/png"), ("b.pdf", "application/pdf"), ("c.txt", "text/plain")]
    for given, kind, data in zip(
        message["attachments"], ("inline", "attachment", "attachment"), (None, PDF, b"dose"), strict=True
    ):
        assert given["file_url"] == f"/api/chat/files/{given['id']}"
        assert given["created_at"] == message["created_at"]
        for headers in ({"X-Chat-Token": vera.token}, shop.ana.headers):
            status, body, answer = await asks(shop, "GET", given["file_url"], headers)
            assert (status, len(body)) == (200, given["size_bytes"]) and data in (None, body)
            assert answer["Content-Disposition"].startswith(f'{kind}; filename="{given["original_name"]}"')
            assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        status, _, answer = await asks(shop, "GET", f"{given['file_url']}?chat_token={vera.token}", {})
        # So that a page of the site, which is another's origin, can show it.
        assert (status, answer["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    chats = (await asks(shop, "GET", "/api/admin/chats?limit=1", shop.ana.headers))[1]["chats"]
    assert chats[0]["last_message"] == "a.png, b.pdf, c.txt"


@pytest.mark.proves("vi-38", "vi-44")
async def test_a_file_is_for_its_visitor_and_for_admins_alone(shop: World) -> None:
    vera, otis = await begins(shop), await begins(shop)
    _, told = await sends(vera, form(("a.png", PNG, "image/png")))
    url = told["messages"][0]["attachments"][0]["file_url"]
    refused = {
        "otis": ({"X-Chat-Token": otis.token}, 404),
        "nobody": ({}, 401),
        "a browser": ({"Accept": "text/html"}, 401),
        "forged": ({"X-Chat-Token": "0" * 64}, 401),
        "a native link": (shop.cara.headers, 401),
        "an agent of other chats": (shop.ben.headers, 404),
        "an admin of elsewhere": (shop.eve.headers, 401),
    }
    for who, (headers, expected) in refused.items():
        status, body, _ = await asks(shop, "GET", url, headers)
        assert (status, list(body)) == (expected, ["error"]), who


@pytest.mark.proves("vi-4", "vi-41")
@pytest.mark.parametrize("first", ["token", "files"])
async def test_fields_and_files_of_a_form_come_in_any_order(shop: World, first: str) -> None:
    vera = await begins(shop)
    made = aiohttp.FormData(default_to_multipart=True)
    parts: dict[str, tuple[tuple[str, Any, dict[str, str]], ...]] = {
        "token": (("chat_token", vera.token, {}),),
        "files": (("files", PNG, {"filename": "a.png"}), ("message", "look", {}), ("colour", "blue", {})),
    }
    for name in sorted(parts, key=lambda name: name != first):
        for part, value, more in parts[name]:
            made.add_field(part, value, **more)
    status, told = await sends(vera, made, headers={"Accept": "*/*"})
    assert (status, told["messages"][0]["message"]) == (201, "look"), told
    assert len(told["messages"][0]["attachments"]) == 1


async def test_a_form_without_a_file_is_a_message_and_one_that_was_not_chosen_is_no_file(shop: World) -> None:
    vera = await begins(shop)
    assert (await sends(vera, form(message="only words")))[0] == 201
    status, told = await sends(vera, form(("", b"", "application/octet-stream"), message="no file chosen"))
    assert status == 201 and told["messages"][-1]["attachments"] == []
    plain = {"message": "as a page sends it", "chat_token": vera.token}
    status, told = await sends(vera, plain, headers={"Accept": "text/html"})
    assert status == 201 and told["messages"][-1]["message"] == "as a page sends it"


TAKEN = {
    "a.jpg": JPEG, "a.JPEG": JPEG, "a.png": PNG, "a.webp": WEBP, "a.pdf": PDF, "a.doc": old_document("WordDocument"),
    "a.docx": document(), "a.txt": "täglich".encode(),
}  # fmt: skip


@pytest.mark.proves("vi-42")
async def test_every_kind_of_the_list_is_taken(shop: World) -> None:
    vera = await begins(shop)
    for name, data in TAKEN.items():
        status, told = await sends(vera, form((name, data, "application/octet-stream")))
        assert status == 201, (name, told)


REFUSED = {
    "a script": ("a.js", SCRIPT, 415),
    "a program": ("a.exe", b"MZ\x90\0" + bytes(500), 415),
    "a program as a picture": ("a.png", b"MZ\x90\0" + bytes(500), 415),
    "a page as text": ("a.txt", b"<!doctype html>" + SCRIPT, 415),
    "a page": ("a.html", SCRIPT, 415),
    "SVG": ("a.svg", b"<svg/>", 415),
    "a kind this wire does not know": ("a.gif", picture("GIF"), 415),
    "a picture under another's name": ("a.png", JPEG, 415),
    "no name": ("a", PNG, 415),
    "nothing in it": ("a.txt", b"", 400),
    "too big": ("a.txt", b"x" * (1 << 20 | 1), 413),
}


@pytest.mark.proves("vi-18", "vi-42", "vi-43")
async def test_nothing_is_stored_when_one_file_is_refused(database: str, tmp_path: Path) -> None:
    async with stage(database, visitor=SITE, files=str(tmp_path / "files"), attachment_bytes=1 << 20) as world:
        vera = await begins(world)
        for what, (name, data, expected) in REFUSED.items():
            bad = (name, data, "application/octet-stream")
            for files in ([bad], [("ok.png", PNG, "image/png"), bad], [bad, ("ok.pdf", PDF, "application/pdf")]):
                status, told = await sends(vera, form(*files, message="with it"))
                assert (status, list(told)) == (expected, ["error"]), (what, told)
                assert stored_files(world) == [], what
        four = [(f"{n}.png", PNG, "image/png") for n in range(4)]
        assert (await sends(vera, form(*four)))[0] == 413
        assert (await sends(vera, form(("a.png", PNG, "image/png"), message="x" * 8_001)))[0] == 400
        otis = await begins(world)
        path = f"/api/chat/{otis.chat_id}/messages"
        assert (await vera.asks("POST", path, data=form(("a.png", PNG, "image/png"))))[0] == 404
        elsewhere = aiohttp.FormData(default_to_multipart=True)
        elsewhere.add_field("upload", PNG, filename="a.png")
        assert (await sends(vera, elsewhere))[0] == 400
        assert stored_files(world) == [] and await vera.reads() == []


@pytest.mark.proves("vi-41")
async def test_three_files_as_large_as_they_may_be_come_in_one_form(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db", visitor=SITE, attachment_bytes=1 << 20) as world:
        vera = await begins(world)
        whole = ("a.txt", b"x" * (1 << 20), "text/plain")
        for files in ([whole], [whole] * 3):
            status, told = await sends(vera, form(*files, message="m" * 8_000, more="n" * 60_000))
            assert status == 201, told
            assert [a["size_bytes"] for a in told["messages"][-1]["attachments"]] == [1 << 20] * len(files)
        status, told = await sends(vera, form(whole, ("b.txt", b"x" * (1 << 20 | 1), "text/plain"), whole))
        assert status == 413 and len(stored_files(world)) == 4


@pytest.mark.proves("vi-14", "vi-43")
@pytest.mark.parametrize("where", ["header", "field", "nowhere"])
async def test_files_with_a_wrong_token_leave_nothing(shop: World, where: str) -> None:
    vera = await begins(shop)
    headers = {"X-Chat-Token": "0" * 64} if where == "header" else {"Accept": "*/*"}
    fields = {"chat_token": "0" * 64} if where == "field" else {}
    made = form(("a.png", PNG, "image/png"), **fields)
    status, told = await sends(vera, made, headers=headers)
    assert (status, list(told)) == (401, ["error"])
    assert stored_files(shop) == []


async def test_a_broken_form_and_one_that_ends_too_early_leave_nothing(shop: World) -> None:
    vera = await begins(shop)
    begin = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nwords'
    kind = {"X-Chat-Token": vera.token, "Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", begin, b"--y\r\n\r\n--y--", begin.replace(b'name="files"; ', b"") + b"\r\n--x--"):
        status, told = await sends(vera, body, headers=kind)
        assert 400 <= status < 500 and list(told) == ["error"], (body, status)
    lines = [f"POST /api/chat/{vera.chat_id}/messages HTTP/1.1", "Host: localhost", f"X-Chat-Token: {vera.token}",
             "Content-Type: multipart/form-data; boundary=x", "Content-Length: 5000"]  # fmt: skip
    host, _, port = shop.url.removeprefix("http://").rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + begin)
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    for _ in range(100):
        await asyncio.sleep(0.01 * len(stored_files(shop)))
    assert stored_files(shop) == [] and await vera.reads() == []


@pytest.mark.proves("vi-39", "vi-41")
async def test_the_admin_sends_files_too(shop: World) -> None:
    vera = await begins(shop)
    path = f"/api/admin/chats/{vera.chat_id}/messages"
    made = form(("offer.pdf", PDF, "application/pdf"), message="Our offer")
    status, told, _ = await asks(shop, "POST", path, shop.ana.headers, data=made)
    assert status == 201 and told["messages"][0]["attachments"][0]["original_name"] == "offer.pdf"
    heard = (await vera.reads())[0]
    assert (heard["sender_type"], heard["message"]) == ("admin", "Our offer")
    assert (await vera.asks("GET", heard["attachments"][0]["file_url"]))[0] == 200


@pytest.mark.proves("vi-45", "vi-26")
async def test_what_is_not_kept_any_more_leaves_its_message_which_says_so(shop: World) -> None:
    vera = await begins(shop)
    _, told = await sends(vera, form(("a.png", PNG, "image/png"), message="look"))
    url = told["messages"][0]["attachments"][0]["file_url"]
    path, reply = f"/api/admin/chats/{vera.chat_id}/messages", form(("b.png", PNG, "image/png"), message="seen")
    assert (await asks(shop, "POST", path, shop.ana.headers, data=reply))[0] == 201
    later = shop.app.database.clock() + 1
    assert await shop.app.database.write(expire_attachments, system(GREENLEAF), later, strangers=True) == 2
    message, answer = await vera.reads()
    assert (message["message"], message["attachments"][0]["original_name"]) == ("look", "a.png")
    assert (answer["message"], answer["attachments"][0]["original_name"]) == ("seen", "b.png")
    assert message["attachments"][0]["file_url"] is answer["attachments"][0]["file_url"] is None
    status, told, _ = await vera.asks("GET", url)
    assert (status, told) == (404, {"error": "The file is not kept any more."})


@pytest.mark.proves("vi-19", "vi-46")
async def test_starting_sending_and_uploading_are_counted_by_address_and_by_chat(shop: World) -> None:
    vera, server = await begins(shop), shop.app.server

    async def limit(**rates: str) -> None:
        server.gate = Gate(structs.replace(server.settings, **rates), server.clock)

    await limit(limit_visitor_send="2/15min")
    await vera.says("one")
    await vera.says("two")
    status, told, headers = await vera.asks("POST", f"/api/chat/{vera.chat_id}/messages", json={"message": "three"})
    assert (status, list(told)) == (429, ["error"]) and 0 < int(headers["Retry-After"]) <= 900
    path = f"/api/admin/chats/{vera.chat_id}/messages"
    for _ in range(4):  # whoever answers is not counted
        assert (await asks(shop, "POST", path, shop.ana.headers, json={"message": "x"}))[0] == 201
    await limit(limit_visitor_send="2/15min")
    for _ in range(2):  # as if from other addresses: the chat is counted for itself
        server.gate.take("visitor_send", "chat", vera.chat_id)
    status, _, headers = await vera.asks("POST", f"/api/chat/{vera.chat_id}/messages", json={"message": "four"})
    assert status == 429 and headers["Retry-After"]
    await limit(limit_visitor_upload="2/15min")
    both = (("a.png", PNG, "image/png"), ("b.png", PNG, "image/png"))
    assert (await sends(vera, form(*both)))[0] == 201
    assert (await sends(vera, form(both[0])))[0] == 429
    await limit(limit_visitor_start="2/15min")
    for expected in (201, 201, 429):
        status, _, headers = await asks(shop, "POST", "/api/chat/start", {})
        assert status == expected
    assert 0 < int(headers["Retry-After"]) <= 900


def test_the_limits_are_those_of_the_contract() -> None:
    settings = Settings()
    for name, count in (("visitor_start", 12), ("visitor_send", 60), ("visitor_upload", 30)):
        assert (settings.rate(name).count, settings.rate(name).window) == (count, 900_000)


async def test_nobody_uses_up_the_share_of_somebody_elses_chat(shop: World) -> None:
    vera, otis = await begins(shop), await begins(shop)
    server = shop.app.server
    server.gate = Gate(structs.replace(server.settings, limit_visitor_send="4/15min"), server.clock)
    for _ in range(3):
        path = f"/api/chat/{vera.chat_id}/messages"
        assert (await otis.asks("POST", path, json={"message": "x"}))[0] == 404
    assert (await vera.says("mine"))[0]["message"] == "mine"
