"""Attachments over HTTP: a file goes up, along with a message, and comes down again to whoever may have it."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from careline.core.actor import Actor, system
from careline.core.errors import Unavailable
from careline.features.attachments import intake
from careline.features.attachments.actions import copy_attachments, expire_unsent
from careline.features.conversations.actions import add_participant
from careline.features.messages.attached import expire_attachments
from careline.features.messages.changes import delete_message
from careline.features.messages.rows import Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.workspaces.actions import update_workspace
from careline.store.database import Tx
from tests.made import PDF, document, fetches, form, old_document, photo, picture, uploads
from tests.world import GREENLEAF, Person, World


def stored_files(world: World) -> list[Path]:
    folder = world.app.settings.files_folder
    return [path for path in folder.rglob("*") if path.is_file()]


async def sends(person: Person, conversation: str, *ids: str, body: str = "", **more: object) -> dict[str, object]:
    said: dict[str, object] = await person.asks(
        "POST",
        f"/v1/conversations/{conversation}/messages",
        json={"body": body, "attachment_ids": list(ids), **more},
        status=201,
    )
    return said


async def test_a_picture_goes_up_along_with_a_message_and_down_again(world: World) -> None:
    ana = await world.ana.opens()
    data = picture("PNG", (800, 600))
    made = await uploads(world.cara, data, "my skin.PNG", "image/png", status=201)
    assert made | {"id": "", "created_at": 0, "sha256": ""} == {
        "id": "", "conversation_id": None, "message_id": None, "name": "my skin.png", "type": "image/png",
        "size": made["size"], "sha256": "", "width": 800, "height": 600, "thumbnail": True, "state": "ready",
        "url": None, "created_at": 0,
    }  # fmt: skip
    said = await sends(world.cara, world.conversation, made["id"])
    heard = (await ana.hears("message.sent"))["data"]["message"]
    assert heard["attachments"] == said["attachments"] == [
        {"id": made["id"], "name": "my skin.png", "type": "image/png", "size": made["size"], "width": 800,
         "height": 600, "thumbnail": True, "state": "ready", "url": None}
    ]  # fmt: skip
    status, body, headers = await fetches(world.ana, f"/v1/attachments/{made['id']}/content")
    assert status == 200 and hashlib.sha256(body).hexdigest() == made["sha256"] and len(body) == made["size"]
    assert headers["Content-Disposition"] == "inline; filename=\"my skin.png\"; filename*=UTF-8''my%20skin.png"
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store" and headers["Content-Length"] == str(made["size"])
    status, small, headers = await fetches(world.ana, f"/v1/attachments/{made['id']}/thumbnail")
    assert status == 200 and headers["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(small)).size == (640, 480)
    history = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages")
    assert history["items"][-1]["attachments"] == said["attachments"]


@pytest.mark.parametrize(
    ("name", "data", "type_"),
    [
        ("a.jpg", picture("JPEG"), "image/jpeg"),
        ("a.gif", picture("GIF"), "image/gif"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.doc", old_document("WordDocument"), "application/msword"),
        ("a.docx", document(), "application/octet-stream"),
        ("a.txt", "Zwei Tabletten täglich".encode(), "text/plain; charset=utf-8"),
    ],
)
async def test_every_type_that_is_taken_is_taken(world: World, name: str, data: bytes, type_: str) -> None:
    made = await uploads(world.ana, data, name, type_, status=201)
    status, body, headers = await fetches(world.ana, f"/v1/attachments/{made['id']}/content")
    assert status == 200 and body == data
    assert headers["Content-Disposition"].startswith("inline" if made["type"].startswith("image") else "attachment;")


async def test_several_files_in_one_message_and_one_call_for_all_their_addresses(world: World) -> None:
    ids = [(await uploads(world.ana, picture(), f"{n}.png"))["id"] for n in range(3)]
    await sends(world.ana, world.conversation, *ids, body="three of them")
    answer = await world.cara.asks(
        "POST", f"/v1/conversations/{world.conversation}/links", json={"attachment_ids": [*ids, "nothing"]}
    )
    assert [link["attachment_id"] for link in answer["items"]] == ids
    for link in answer["items"]:
        assert (await fetches(world.cara, link["url"]))[1] == picture()
        assert (await fetches(world.cara, link["thumbnail_url"]))[2]["Content-Type"] == "image/webp"


async def test_a_link_is_for_one_file_and_dies_with_its_time_and_its_message(world: World) -> None:
    made = await uploads(world.cara, PDF, "a.pdf")
    said = await sends(world.cara, world.conversation, made["id"])
    link = await world.ana.asks("GET", f"/v1/attachments/{made['id']}/link", status=200)
    assert (await fetches(world.ana, link["url"]))[0] == 200
    forged = link["url"][:-8] + ("A" if link["url"][-8] != "A" else "B") + link["url"][-7:]
    assert (await fetches(world.ana, forged))[0] == 404
    clock = world.app.database.clock
    world.app.server.clock = lambda: clock() + 300_001  # type: ignore[assignment]
    assert (await fetches(world.ana, link["url"]))[0] == 404
    world.app.server.clock = clock
    await world.cara.asks("DELETE", f"/v1/messages/{said['id']}", status=200)
    assert (await fetches(world.ana, link["url"]))[0] == 404
    assert await world.ana.status_of("GET", f"/v1/attachments/{made['id']}/content") == 404


async def test_a_retry_gives_the_same_message_after_its_files_were_taken(world: World) -> None:
    one, two = [(await uploads(world.cara, PDF, "a.pdf"))["id"] for _ in range(2)]
    first = await sends(world.cara, world.conversation, one, client_id="k1")
    again = await sends(world.cara, world.conversation, one, client_id="k1")
    assert first["id"] == again["id"] and again["attachments"] == first["attachments"]
    path = f"/v1/conversations/{world.conversation}/messages"
    other = {"body": "", "attachment_ids": [two], "client_id": "k1"}
    assert await world.cara.status_of("POST", path, json=other) == 409
    assert await world.cara.status_of("POST", path, json={"body": "x", "attachment_ids": [one]}) == 404


async def test_in_a_batch_a_file_goes_with_the_first_message_that_takes_it(world: World) -> None:
    made = await uploads(world.cara, PDF, "a.pdf")
    sendings = [Sending(world.cara.actor, world.conversation, "x", attachment_ids=(made["id"],)) for _ in range(2)]
    results = await world.app.database.write_many(send_messages, system(GREENLEAF), sendings)
    assert [type(result).__name__ for result in results] == ["Sent", "NotFound"]


async def test_what_is_not_ones_own_to_send_is_not_there(world: World) -> None:
    path = f"/v1/conversations/{world.conversation}/messages"

    async def status(person: Person, *ids: str) -> int:
        return await person.status_of("POST", path, json={"body": "x", "attachment_ids": list(ids)})

    others = (await uploads(world.ana, PDF, "a.pdf"))["id"]
    assert await status(world.cara, others) == 404
    foreign = (await uploads(world.fay, PDF, "a.pdf"))["id"]
    assert await status(world.cara, foreign) == 404
    elsewhere = (await uploads(world.ana, PDF, "a.pdf", params={"conversation_id": world.dev_conversation}))["id"]
    assert await status(world.ana, elsewhere) == 404
    mine = (await uploads(world.cara, PDF, "a.pdf"))["id"]
    assert await status(world.cara, mine, mine) == 422
    assert await status(world.cara, *["x"] * 11) == 422
    assert await world.cara.status_of("POST", path, json={"body": ""}) == 422
    assert await world.cara.status_of("POST", path, json={"body": "x", "attachment_url": "https://a.example"}) == 422
    assert await status(world.cara, mine) == 201


async def test_before_it_is_sent_a_file_is_its_owners_alone(world: World) -> None:
    made = await uploads(world.cara, PDF, "a.pdf")
    for person, want in ((world.cara, 200), (world.dev, 404), (world.ana, 404), (world.eve, 404)):
        for path in ("", "/content", "/link"):
            assert await person.status_of("GET", f"/v1/attachments/{made['id']}{path}") == want
    await sends(world.cara, world.conversation, made["id"])
    for person, want in ((world.cara, 200), (world.ana, 200), (world.dev, 404), (world.ben, 404), (world.eve, 404)):
        for path in ("", "/content", "/link"):
            assert await person.status_of("GET", f"/v1/attachments/{made['id']}{path}") == want


async def test_a_file_on_a_note_is_the_staffs(world: World) -> None:
    made = await uploads(world.ana, picture(), "a.png")
    await sends(world.ana, world.conversation, made["id"], kind="note")
    assert await world.ana.status_of("GET", f"/v1/attachments/{made['id']}/content") == 200
    assert await world.cara.status_of("GET", f"/v1/attachments/{made['id']}/content") == 404
    answer = await world.cara.asks(
        "POST", f"/v1/conversations/{world.conversation}/links", json={"attachment_ids": [made["id"]]}
    )
    assert answer["items"] == []


async def test_whoever_takes_no_part_any_more_has_no_more_files(world: World) -> None:
    await world.app.database.write(add_participant, world.ana.actor, world.conversation, "staff", "ben")
    made = await uploads(world.cara, PDF, "a.pdf")
    await sends(world.cara, world.conversation, made["id"])
    assert await world.ben.status_of("GET", f"/v1/attachments/{made['id']}/content") == 200
    await world.ana.asks("DELETE", f"/v1/conversations/{world.conversation}/participants/staff/ben")
    assert await world.ben.status_of("GET", f"/v1/attachments/{made['id']}/content") == 404


async def test_part_of_a_file(world: World) -> None:
    made = await uploads(world.ana, PDF, "a.pdf")
    path = f"/v1/attachments/{made['id']}/content"
    for asked, status, part in (
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-6", 206, PDF[-6:]),
        ("bytes=0-99999", 206, PDF),
        ("bytes=0-1,3-4", 200, PDF),
        ("bytes=" + "0-," * 10_000, 400, b""),
        ("bytes=x-y", 200, PDF),
        ("bytes=4-2", 200, PDF),
        ("lines=1-2", 200, PDF),
        ("bytes=99999-", 416, b""),
    ):
        got, body, headers = await fetches(world.ana, path, Range=asked)
        assert got == status or (status == 400 and got in (400, 431)), asked[:40]
        assert not part or body == part
        if status == 206:
            first = PDF.index(part)
            assert headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(PDF)}"


async def test_a_photo_loses_the_place_where_it_was_taken_and_stays_upright(world: World) -> None:
    made = await uploads(world.cara, photo(), "me.jpg", "image/jpeg")
    assert (made["width"], made["height"]) == (48, 64)
    _, body, _ = await fetches(world.cara, f"/v1/attachments/{made['id']}/content")
    kept = Image.open(io.BytesIO(body)).getexif()
    assert dict(kept) == {0x0112: 6} and b"Careline Camera" not in body and len(body) == made["size"]
    assert Image.open(io.BytesIO(body)).tobytes() == Image.open(io.BytesIO(photo())).tobytes()
    small = Image.open(io.BytesIO((await fetches(world.cara, f"/v1/attachments/{made['id']}/thumbnail"))[1]))
    assert small.size == (48, 64) and not dict(small.getexif())


async def test_a_workspace_may_keep_pictures_as_they_came(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"keep_picture_metadata": True})
    made = await uploads(world.cara, photo(), "me.jpg", "image/jpeg")
    assert (await fetches(world.cara, f"/v1/attachments/{made['id']}/content"))[1] == photo()


async def test_svg_is_kept_where_the_workspace_wants_it_and_never_shown(world: World) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert (await uploads(world.ana, svg, "a.svg", status=415))["code"] == "file_type"
    await world.app.database.write(update_workspace, world.ana.actor, {"svg_attachments": True})
    made = await uploads(world.ana, svg, "a.svg", "image/svg+xml", status=201)
    _, body, headers = await fetches(world.ana, f"/v1/attachments/{made['id']}/content")
    assert body == svg and headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


async def test_a_file_elsewhere_is_named_and_never_fetched(world: World) -> None:
    named = {"url": "https://files.example/a.pdf", "name": "a.pdf", "type": "application/pdf", "size": 5}
    assert await world.ana.status_of("POST", "/v1/attachments/references", json=named) == 403
    await world.app.database.write(update_workspace, world.ana.actor, {"https_references": True})
    for wrong in ("http://files.example/a.pdf", "https://u:p@files.example/", "javascript:alert(1)", "https://", "//x"):
        assert await world.ana.status_of("POST", "/v1/attachments/references", json=named | {"url": wrong}) == 422
    wrong_name = named | {"name": "a.exe"}
    assert await world.ana.status_of("POST", "/v1/attachments/references", json=wrong_name) == 415
    for more, status in (({"type": "text/plain"}, 415), ({"size": 0}, 422), ({"size": 10_485_761}, 413)):
        assert await world.ana.status_of("POST", "/v1/attachments/references", json=named | more) == status
    bare = {"url": "https://files.example/B.PDF?x=1", "name": "B.PDF"}
    told = await world.ana.asks("POST", "/v1/attachments/references", json=bare, status=201)
    assert (told["name"], told["type"], told["size"]) == ("B.pdf", "application/pdf", 0)
    made = await world.ana.asks("POST", "/v1/attachments/references", json=named, status=201)
    said = await sends(world.ana, world.conversation, made["id"])
    assert said["attachments"][0]["url"] == named["url"]  # type: ignore[index]
    assert await world.cara.status_of("GET", f"/v1/attachments/{made['id']}/content") == 404


async def test_an_upload_that_is_not_sent_can_be_given_up_and_goes_by_itself(world: World) -> None:
    one, two = [(await uploads(world.cara, picture(), "a.png"))["id"] for _ in range(2)]
    assert len(stored_files(world)) == 4
    assert await world.ana.status_of("DELETE", f"/v1/attachments/{one}") == 404
    await world.cara.asks("DELETE", f"/v1/attachments/{one}", status=200)
    assert await world.cara.status_of("GET", f"/v1/attachments/{one}") == 404
    await world.app.database.write(expire_unsent, system(GREENLEAF), two)
    await world.works_off()
    assert stored_files(world) == []
    three = (await uploads(world.cara, picture(), "a.png"))["id"]
    await sends(world.cara, world.conversation, three)
    await world.app.database.write(expire_unsent, system(GREENLEAF), three)
    assert await world.cara.status_of("GET", f"/v1/attachments/{three}/content") == 200
    assert await world.cara.status_of("DELETE", f"/v1/attachments/{three}") == 422


async def test_with_its_message_a_file_goes_and_its_bytes_follow(world: World) -> None:
    made = await uploads(world.cara, picture(), "a.png")
    said = await sends(world.cara, world.conversation, made["id"], body="see")
    ana = await world.ana.opens()
    await world.cara.asks("DELETE", f"/v1/messages/{said['id']}")
    assert (await ana.hears("message.deleted"))["data"]["message"]["attachments"] == []
    await world.works_off()
    assert stored_files(world) == []


async def test_a_removal_that_is_broken_off_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "REMOVED_AT_ONCE", 1)
    for task in world.app._tasks:
        task.cancel()  # its own runner would do it for us
    some = [(await uploads(world.cara, PDF, f"{number}.pdf"))["id"] for number in range(3)]
    for one in some:
        await world.app.database.write(expire_unsent, system(GREENLEAF), one)
    remove, removed = world.app.intake.remove, 0

    async def fails_once(*names: Any) -> None:
        nonlocal removed
        removed += 1
        if removed == 2:
            raise Unavailable
        await remove(*names)

    monkeypatch.setattr(world.app.intake, "remove", fails_once)
    with pytest.raises(Unavailable):
        await world.app.intake.remove_all(world.app.database, system(GREENLEAF), some)
    assert len(stored_files(world)) == 2
    await world.app.intake.remove_all(world.app.database, system(GREENLEAF), some)
    assert (stored_files(world), removed) == ([], 4)


async def test_what_is_kept_no_longer_is_gone_and_its_message_says_so(world: World) -> None:
    made = await uploads(world.cara, picture(), "a.png")
    await sends(world.cara, world.conversation, made["id"], body="see")
    ana = await world.ana.opens()
    boss, now = system(GREENLEAF), world.app.database.clock()
    assert await world.app.database.write(expire_attachments, boss, now + 1, strangers=True) == 0
    assert await world.app.database.write(expire_attachments, boss, now + 1) == 1
    heard = (await ana.hears("attachments.updated"))["data"]["message"]
    assert (heard["body"], heard["attachments"][0]["state"], heard["attachments"][0]["name"]) == (
        "see",
        "expired",
        "a.png",
    )
    assert await world.cara.status_of("GET", f"/v1/attachments/{made['id']}/content") == 404
    await world.works_off()
    assert stored_files(world) == []
    assert (await world.cara.asks("GET", f"/v1/attachments/{made['id']}", status=200))["state"] == "expired"
    assert await world.app.database.write(expire_attachments, boss, now + 1) == 0


async def test_the_bytes_of_a_forwarded_file_stay_until_the_last_message_goes(world: World) -> None:
    made = await uploads(world.cara, PDF, "a.pdf")
    said = await sends(world.cara, world.conversation, made["id"])
    boss = system(GREENLEAF)

    async def forward(tx: Tx, actor: Actor) -> str | None:
        sending = Sending(world.ana.actor, world.dev_conversation, "forwarded")
        (sent,) = await send_messages(tx, boss, [sending])
        assert isinstance(sent, Sent)
        return await copy_attachments(tx, world.ana.actor, str(said["id"]), sent.message)

    copied = await world.app.database.write(forward, boss)
    await world.app.database.write(delete_message, world.cara.actor, str(said["id"]))
    await world.works_off()
    (link,) = [part for part in str(copied).split('"') if len(part) == 36]
    assert (await fetches(world.dev, f"/v1/attachments/{link}/content"))[1] == PDF


async def test_a_contact_has_a_quota_and_text_still_works(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"contact_bytes_per_day": 150})
    await uploads(world.cara, PDF, "a.pdf", status=201)
    await uploads(world.cara, PDF, "a.pdf", status=201)
    assert await world.cara.status_of("POST", "/v1/attachments", data=form(PDF, "a.pdf")) == 429
    await uploads(world.ana, PDF, "a.pdf", status=201)
    await sends(world.cara, world.conversation, body="still here")
