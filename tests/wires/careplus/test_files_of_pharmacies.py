"""Files on careplus: taken in from either field, given out by an address that is its own key, sent by that address."""

import io
from typing import Any

import aiohttp
import pytest

from careline.features.messages.changes import delete_message
from careline.features.workspaces.actions import update_workspace
from tests.made import picture
from tests.made import uploads as natively
from tests.wires.careplus.conftest import customers, token
from tests.wires.careplus.test_coming_in import CHAT, asks, opens
from tests.world import World

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


async def uploads(
    world: World, bearer: str, data: bytes, name: str, *, field: str = "file", path: str = "/api/v1/upload",
    media: str = "application/octet-stream", **more: str,
) -> tuple[int, Any]:  # fmt: skip
    form = aiohttp.FormData(quote_fields=False)
    for key, value in more.items():
        form.add_field(key, value)
    form.add_field(field, io.BytesIO(data), filename=name, content_type=media)
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    async with world.http.post(world.url + path, data=form, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.proves("cp-22", "cp-33")
async def test_fields_around_a_file_are_ignored(pharmacy: World) -> None:
    form = aiohttp.FormData()
    form.add_field("folder", "chat")
    form.add_field("photo", io.BytesIO(picture("PNG")), filename="a.png", content_type="image/png")
    form.add_field("caption", "mine")
    headers = {"Authorization": f"Bearer {token('pia', 'pharmacist')}"}
    async with pharmacy.http.post(f"{pharmacy.url}/api/v1/upload", data=form, headers=headers) as answer:
        assert answer.status == 201, await answer.text()


async def says(world: World, bearer: str, **words: str) -> tuple[int, Any]:
    return await asks(world, bearer, "POST", f"{CHAT}/conversations/{world.conversation}/messages", json_=words)


@pytest.mark.proves("cp-33", "cp-57", "cp-58", "cp-19")
async def test_a_picture_is_uploaded_sent_by_its_address_and_loaded_without_a_header(pharmacy: World) -> None:
    cara, pia = await customers(pharmacy, pharmacy.cara), token("pia", "pharmacist")
    hers, theirs = await opens(pharmacy, cara), await opens(pharmacy, pia)
    status, made = await uploads(
        pharmacy, cara, picture(), "my rash.png", field="photo", path="/api/v1/chat/upload", kind="x"
    )
    assert (status, sorted(made)) == (201, ["filename", "path", "url"])
    assert made["filename"] == "my rash.png" and made["url"].startswith("/api/v1/files/")
    given = {"attachment_url": made["url"], "attachment_name": "my rash.png", "attachment_type": "image"}
    status, said = await says(pharmacy, cara, **given)
    assert (status, said["body"], said["attachment_name"], said["attachment_type"]) == (
        201,
        "",
        "my rash.png",
        "image/png",
    )
    for socket in (hers, theirs):
        heard = (await socket.receive_json(timeout=5))["data"]
        assert (heard["id"], heard["attachment_type"]) == (said["id"], "image/png")
        origin = {"Origin": "https://shop.example"}
        async with pharmacy.http.get(pharmacy.url + heard["attachment_url"], headers=origin) as image:
            assert (image.status, image.content_type, await image.read()) == (
                200,
                "image/png",
                await _shown(pharmacy, said),
            )
            assert image.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert image.headers["Content-Disposition"].startswith("inline")
    _, listed = await asks(pharmacy, pia, "GET", CHAT + "/conversations")
    assert listed["items"][0]["last_message"]["body"] == "my rash.png"
    _, history = await asks(pharmacy, pia, "GET", f"{CHAT}/conversations/{pharmacy.conversation}/messages")
    assert history["items"][0]["attachment_name"] == "my rash.png"


async def _shown(world: World, said: dict[str, Any]) -> bytes:
    async with world.http.get(world.url + said["attachment_url"]) as answer:
        return await answer.read()


@pytest.mark.proves("cp-58")
async def test_only_an_upload_of_ones_own_can_be_sent_and_only_in_its_pharmacy(pharmacy: World) -> None:
    cara, dev = await customers(pharmacy, pharmacy.cara), await customers(pharmacy, pharmacy.dev)
    _, his = await uploads(pharmacy, dev, pdf(), "his.pdf")
    hal = token("hal", "pharmacist", pharmacy_id="hillside")
    _, foreign = await uploads(pharmacy, hal, pdf(), "theirs.pdf")
    _, mine = await uploads(pharmacy, cara, pdf(), "mine.pdf")
    wrong = [his["url"], foreign["url"], mine["url"][:-8] + "x" * 8, mine["url"].replace("/files/", "/files/A"),
             "https://elsewhere.example/x.png", "javascript:alert(1)", "//[", "x" * 3_000]  # fmt: skip
    wrong[2] = mine["url"].replace("/mine.pdf", "x/mine.pdf")
    for url in wrong:
        status, refused = await says(pharmacy, cara, body="look", attachment_url=url)
        assert (status, refused["code"], list(refused["fields"])) == (400, "VALIDATION_ERROR", ["attachment_url"]), url
    # Whole addresses come back as well, from clients that make them so.
    status, said = await says(pharmacy, cara, body="look", attachment_url=pharmacy.url + mine["url"], client_id="once")
    assert (status, said["attachment_name"]) == (201, "mine.pdf")
    status, again = await says(pharmacy, cara, body="look", attachment_url=mine["url"], client_id="once")
    assert (status, again["id"]) == (201, said["id"])
    # What was sent before may be sent again: by whoever uploaded it, and by others where it was sent.
    pia = token("pia", "pharmacist")
    for bearer in (cara, pia):
        status, repeated = await says(pharmacy, bearer, body="look again", attachment_url=said["attachment_url"])
        assert (status, repeated["attachment_name"]) == (201, "mine.pdf") and repeated["id"] != said["id"]
    path = f"{CHAT}/conversations/{pharmacy.dev_conversation}/messages"
    elsewhere = {"body": "hers", "attachment_url": said["attachment_url"]}
    assert (await asks(pharmacy, pia, "POST", path, json_=elsewhere))[0] == 400
    assert (await asks(pharmacy, dev, "POST", path, json_=elsewhere))[0] == 400
    await pharmacy.app.database.write(delete_message, pharmacy.cara.actor, said["id"])
    assert await _shown(pharmacy, repeated) == pdf()
    assert (await says(pharmacy, cara, body="look", attachment_url=said["attachment_url"]))[0] == 400


@pytest.mark.proves("cp-57", "cp-58")
async def test_an_address_ends_after_an_hour_and_is_still_known_when_it_comes_back(
    pharmacy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    _, made = await uploads(pharmacy, cara, pdf(), "mine.pdf")
    now = pharmacy.app.server.clock()
    monkeypatch.setattr(pharmacy.app.server, "clock", lambda: now + 3_700_000)
    async with pharmacy.http.get(pharmacy.url + made["url"]) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "NOT_FOUND")
    assert (await says(pharmacy, cara, attachment_url=made["url"]))[0] == 201


@pytest.mark.proves("cp-57")
async def test_nobody_has_the_file_of_a_message_that_was_taken_back(pharmacy: World) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    _, made = await uploads(pharmacy, cara, pdf(), "mine.pdf")
    _, said = await says(pharmacy, cara, attachment_url=made["url"])
    await pharmacy.app.database.write(delete_message, pharmacy.cara.actor, said["id"])
    async with pharmacy.http.get(pharmacy.url + said["attachment_url"]) as answer:
        assert answer.status == 404
    async with pharmacy.http.get(f"{pharmacy.url}/api/v1/files/{'x' * 60}/a.png") as answer:
        assert answer.status == 404


@pytest.mark.proves("cp-59")
async def test_svg_is_only_ever_a_download_and_only_where_the_pharmacy_takes_it(pharmacy: World) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    status, made = await uploads(pharmacy, cara, SVG, "logo.svg", media="image/svg+xml")
    assert status == 201
    async with pharmacy.http.get(pharmacy.url + made["url"]) as answer:
        assert (answer.status, await answer.read()) == (200, SVG)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await pharmacy.app.database.write(update_workspace, pharmacy.ana.actor, {"svg_attachments": False})
    assert (await uploads(pharmacy, cara, SVG, "logo.svg"))[0] == 415


@pytest.mark.proves("cp-33", "cp-53", "cp-14")
async def test_files_of_other_types_and_large_ones_are_refused(pharmacy: World) -> None:
    cara = await customers(pharmacy, pharmacy.cara)
    for data, name in ((b"MZ", "run.exe"), (b"hello", "notes.txt"), (b"hello", "noname"), (b"no png", "a.png")):
        status, refused = await uploads(pharmacy, cara, data, name)
        assert (status, refused["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE"), name
    status, refused = await uploads(pharmacy, cara, b"%PDF-" + bytes(11 << 20), "large.pdf")
    assert (status, refused["code"]) == (413, "PAYLOAD_TOO_LARGE")
    for form in ("JPEG", "GIF", "WEBP"):
        assert (await uploads(pharmacy, cara, picture(form), f"a.{form.lower()}"))[0] == 201
    status, refused = await uploads(pharmacy, cara, b"", "empty.pdf")
    assert status in (400, 415)
    assert (await uploads(pharmacy, cara, picture(), "a.png", field="avatar"))[0] == 400
    assert (await uploads(pharmacy, "", picture(), "a.png"))[0] == 401
    assert (await uploads(pharmacy, "", b"%PDF-" + bytes(5 << 20), "large.pdf"))[0] == 401
    status, refused = await asks(pharmacy, cara, "POST", "/api/v1/upload", json_={"file": "x"})
    assert (status, refused["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.proves("cp-62")
async def test_several_files_of_a_message_from_elsewhere_are_all_there(pharmacy: World) -> None:
    ids = [(await natively(pharmacy.cara, picture(), f"{n}.png", status=201))["id"] for n in range(2)]
    await pharmacy.cara.sends(pharmacy.conversation, "two", attachment_ids=tuple(ids))
    pia = token("pia", "pharmacist")
    _, history = await asks(pharmacy, pia, "GET", f"{CHAT}/conversations/{pharmacy.conversation}/messages")
    (said,) = history["items"]
    assert said["attachment_name"] == "0.png"
    assert [one["attachment_name"] for one in said["attachments"]] == ["0.png", "1.png"]
