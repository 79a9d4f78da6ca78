"""clinic beside the native wire: one store, two languages; files, threadings, and what nobody may see."""

import asyncio
from typing import Any

import aiohttp
import pytest

from careline.features.messages.changes import delete_message
from careline.features.workspaces.actions import update_workspace
from careline.live.connection import Connection
from careline.wires.clinic.frames import Speech
from careline.work.following import follow_all
from tests.wires.clinic.conftest import bearing
from tests.wires.clinic.test_coming_in import HELLO, PAIR, asks, opens
from tests.world import GREENLEAF, World

DOC, CARA, ADA = bearing("doc", "DOCTOR"), bearing("cara", "PATIENT"), bearing("ada", "ADMIN")
HISTORY = f"/chat/history?location_id={GREENLEAF}&user_id=doc&contact_id=cara"
ANSWER = {"location_id": GREENLEAF, "sender_contact_id": "cara", "receiver_user_id": "doc", "content": "Hi"}


async def said(world: World, headers: dict[str, str], **body: Any) -> Any:
    status, message = await asks(world, "POST", "/chat/send", headers, **body)
    assert status == 201, message
    return message


async def uploaded(
    world: World, headers: dict[str, str], query: str = "", name: str = "scan.txt", data: bytes = b"scan"
) -> tuple[int, Any]:
    form = aiohttp.FormData()
    form.add_field("file", data, filename=name)
    async with world.http.post(f"{world.url}/chat/upload{query}", headers=headers, data=form) as answer:
        return answer.status, await answer.json()


@pytest.mark.proves("cl-54", "cl-45", "cl-46", "cl-15")
async def test_what_is_said_here_is_heard_there_and_the_other_way_round(hospital: World) -> None:
    first = await said(hospital, DOC, **HELLO)
    session = first["session_id"]
    native = await hospital.ana.opens()
    at_the_ward, socket = await opens(hospital, PAIR, DOC), await opens(hospital, PAIR, CARA)
    await socket.send_json({"content": "from the ward"})
    heard = (await native.hears("message.sent"))["data"]["message"]
    assert (heard["body"], heard["sender_name"], heard["conversation_id"]) == ("from the ward", "Cara", session)
    assert (await socket.receive_json(timeout=5))["id"] == heard["id"]

    await native.does("message.send", conversation_id=session, body="between us", kind="note")
    reply = await native.does("message.send", conversation_id=session, body="from the inbox", reply_to=heard["id"])
    frame = await socket.receive_json(timeout=5)
    assert (frame["id"], frame["sender_user_id"], frame["receiver_contact_id"]) == (reply["id"], "ana", "cara")
    assert frame["reply_to"]["content"] == "from the ward" and "type" not in frame
    said_there = [f["content"] for _ in range(3) if "content" in (f := await at_the_ward.receive_json(timeout=5))]
    assert said_there == ["from the ward", "from the inbox"]  # and a presence, but no note
    await native.does("typing.set", conversation_id=session, typing=True)
    assert await socket.receive_json(timeout=5) == {"type": "typing", "user_id": "ana", "is_typing": True}
    await native.does("receipt.read", conversation_id=session)
    receipt = await socket.receive_json(timeout=5)
    assert (receipt["type"], receipt["message_ids"], receipt["up_to"]) == ("read", [reply["id"]], reply["id"])
    await socket.send_json({"type": "read", "message_ids": [reply["id"]]})
    assert (await native.hears("message.read"))["data"]["message_ids"] == [reply["id"]]
    _, history = await asks(hospital, "GET", HISTORY, DOC)
    assert [(m["content"], m["is_read"]) for m in history] == [
        ("Hello", False), ("from the ward", True), ("from the inbox", True)]  # fmt: skip
    _, found = await asks(hospital, "GET", f"/chat/search?location_id={GREENLEAF}&q=between", ADA)
    assert found == []


@pytest.mark.proves("cl-43", "cl-46")
async def test_what_a_side_missed_is_delivered_once_it_is_heard_again(hospital: World) -> None:
    for n in range(3):
        await said(hospital, DOC, **HELLO | {"content": str(n)})
    socket = await hospital.http.ws_connect(hospital.url.replace("http", "ws", 1) + PAIR, headers=CARA)
    hospital.sockets.append(socket)
    assert [(await socket.receive_json(timeout=5))["content"] for _ in range(3)] == ["0", "1", "2"]
    _, history = await asks(hospital, "GET", HISTORY, DOC)
    assert [m["delivered_at"] for m in history] == [None] * 3
    await socket.ping()
    await asyncio.sleep(0.8)
    _, history = await asks(hospital, "GET", HISTORY, DOC)
    assert all(m["delivered_at"] and not m["is_read"] for m in history)
    await socket.close()
    again = await hospital.http.ws_connect(hospital.url.replace("http", "ws", 1) + PAIR, headers=CARA)
    hospital.sockets.append(again)
    await again.send_json({"type": "ping"})
    assert await again.receive_json(timeout=5) == {"type": "pong"}


@pytest.mark.proves("cl-40")
async def test_a_history_is_delivered_to_the_side_that_asked(hospital: World) -> None:
    await said(hospital, DOC, **HELLO)
    for headers in (DOC, ADA):
        await asks(hospital, "GET", HISTORY, headers)
    await asyncio.sleep(0.8)
    assert [m["delivered_at"] for m in (await asks(hospital, "GET", HISTORY, CARA))[1]] == [None]
    await asyncio.sleep(0.8)
    assert (await asks(hospital, "GET", HISTORY, DOC))[1][0]["delivered_at"] is not None


@pytest.mark.proves("cl-24", "cl-39", "cl-13", "cl-15")
async def test_a_file_is_uploaded_sent_and_had(hospital: World) -> None:
    first = await said(hospital, DOC, **HELLO)
    status, file = await uploaded(hospital, DOC)
    assert (status, file["file_name"], file["file_type"]) == (201, "scan.txt", "text/plain")
    socket = await opens(hospital, PAIR, CARA)
    sent = await said(hospital, DOC, **HELLO | {"content": None, "message_type": "file", **file})
    assert (sent["content"], sent["message_type"], sent["file_name"]) == ("scan.txt", "file", "scan.txt")
    frame = await socket.receive_json(timeout=5)
    for url in (sent["file_url"], frame["file_url"]):
        async with hospital.http.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"scan")
    assert (await asks(hospital, "GET", HISTORY + "&type=file", CARA))[1][0]["id"] == sent["id"]
    assert [m["id"] for m in (await asks(hospital, "GET", HISTORY + "&type=text", CARA))[1]] == [first["id"]]
    assert [m["id"] for m in (await asks(hospital, "GET", HISTORY + "&has_attachment=true", CARA))[1]] == [sent["id"]]
    # It is sent once, and by whoever uploaded it.
    status, other = await uploaded(hospital, DOC)
    assert (await asks(hospital, "POST", "/chat/send", CARA, **ANSWER | {"file_url": other["file_url"]}))[0] == 404
    assert (await asks(hospital, "POST", "/chat/send", DOC, **HELLO | {"file_url": file["file_url"]}))[0] == 404
    # Two files of the inbox are two here.
    ids = [(await hospital.ana.asks("POST", "/v1/attachments", status=201, data=_form()))["id"] for _ in range(2)]
    path = f"/v1/conversations/{first['session_id']}/messages"
    await hospital.ana.asks("POST", path, json={"body": "", "attachment_ids": ids}, status=201)
    frame = await socket.receive_json(timeout=5)
    assert len(frame["attachments"]) == 2 and frame["file_url"] == frame["attachments"][0]["file_url"]
    await asks(hospital, "DELETE", f"/chat/message/{sent['id']}", DOC)
    gone = next(m for m in (await asks(hospital, "GET", HISTORY, CARA))[1] if m["id"] == sent["id"])
    assert (gone["content"], gone["file_url"], gone["file_name"]) == ("", None, None)
    async with hospital.http.get(sent["file_url"]) as answer:
        assert answer.status == 404


def _form() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", b"two", filename="two.txt")
    return form


@pytest.mark.proves("cl-24")
async def test_uploads_are_refused_like_everything_else(hospital: World) -> None:
    assert (await uploaded(hospital, {}))[0] == 401
    assert (await uploaded(hospital, DOC, name="run.exe", data=b"MZ"))[0] == 415
    assert (await uploaded(hospital, bearing("newcomer", "PATIENT")))[0] == 404
    assert (await uploaded(hospital, DOC, "?session_id=nothing"))[0] == 404
    async with hospital.http.post(f"{hospital.url}/chat/upload", headers=DOC, json={}) as answer:
        assert answer.status == 415 and list(await answer.json()) == ["error"]


@pytest.mark.proves("cl-24", "cl-16")
@pytest.mark.parametrize(
    ("parts", "status"),
    [
        (["location_id", "file", "caption"], 201),
        (["file", *"abcdefghij"], 201),
        (["file", *"abcdefghijk"], 400),
        (["file", "file"], 400),
        (["location_id"], 400),
    ],
)
async def test_fields_around_a_file_are_ignored_and_there_is_one_file(
    hospital: World, parts: list[str], status: int
) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name in parts:
        form.add_field(name, "scan", filename="scan.txt" if name == "file" else None)
    async with hospital.http.post(f"{hospital.url}/chat/upload", headers=DOC, data=form) as answer:
        assert answer.status == status and (status == 201 or list(await answer.json()) == ["error"])


@pytest.mark.proves("cl-24", "cl-6")
async def test_strangers_say_whose_upload_it_is(strange: World) -> None:
    assert (await uploaded(strange, {}))[0] == 400
    status, file = await uploaded(strange, {}, "?location_id=loc1&user_id=doc123")
    assert status == 201
    about = {"location_id": "loc1", "sender_user_id": "doc123", "receiver_contact_id": "pat456"}
    sent = await said(strange, {}, **about, **file)
    assert sent["file_name"] == "scan.txt" and sent["message_type"] == "file"
    status, _ = await uploaded(strange, {}, "?location_id=loc1&contact_id=pat456")
    assert status == 201


@pytest.mark.parametrize("threading", ["per_contact", "per_staff", "many"])
@pytest.mark.proves("cl-41", "cl-30", "cl-55")
async def test_every_threading_does(hospital: World, threading: str) -> None:
    await hospital.app.database.write(update_workspace, hospital.ana.actor, {"threading": threading})
    # Gus has no conversation yet, unlike Cara: per contact hers is hers with everybody.
    pair = f"location_id={GREENLEAF}&user_id=doc&contact_id=gus"
    gus, hello = bearing("gus", "PATIENT"), HELLO | {"receiver_contact_id": "gus"}
    first = await said(hospital, DOC, **hello)
    socket = await opens(hospital, f"/ws?{pair}", gus)
    answer = await said(hospital, gus, **ANSWER | {"sender_contact_id": "gus"})
    assert (answer["session_id"], answer["receiver_user_id"]) == (first["session_id"], "doc")
    assert (await socket.receive_json(timeout=5))["id"] == answer["id"]
    assert len((await asks(hospital, "GET", f"/chat/history?{pair}", DOC))[1]) == 2
    assert (await asks(hospital, "PUT", "/chat/read", DOC, message_ids=[answer["id"]]))[0] == 200
    assert (await asks(hospital, "PUT", f"/chat/session/{first['session_id']}/resolve", DOC))[0] == 200
    assert len((await asks(hospital, "GET", f"/chat/history?{pair}", gus))[1]) == 2
    later = await said(hospital, DOC, **hello)
    assert (later["session_id"] == first["session_id"]) is (threading != "many")
    other = bearing("dara", "DOCTOR")
    status, _ = await asks(hospital, "POST", "/chat/send", other, **hello | {"sender_user_id": "dara"})
    assert status == (404 if threading == "per_contact" else 201)
    turned_to = await said(hospital, gus, **ANSWER | {"sender_contact_id": "gus", "receiver_user_id": "dara"})
    assert (await said(hospital, other, **hello | {"sender_user_id": "dara"}))["session_id"] == turned_to["session_id"]


@pytest.mark.proves("cl-32")
async def test_who_has_gone_was_last_seen(hospital: World) -> None:
    socket = await opens(hospital, PAIR, DOC)
    await socket.close()
    hospital.app.server.board._leaving.clear()
    path = f"/chat/presence?location_id={GREENLEAF}&user_id=doc"
    for _ in range(40):
        status, found = await asks(hospital, "GET", path, CARA)
        if status == 200 and found["status"].startswith("last seen at "):
            break
        hospital.app.server.board._leaving.clear()
        await asyncio.sleep(0.1)
    assert found["status"].startswith("last seen at 20") and found["status"].endswith("Z")


@pytest.mark.proves("cl-36")
async def test_the_figures_count_what_was_said(hospital: World) -> None:
    await said(hospital, DOC, **HELLO)
    await said(hospital, CARA, **ANSWER)
    await follow_all(hospital.app.database)
    _, found = await asks(hospital, "GET", f"/admin/chat/analytics?location_id={GREENLEAF}&days=1", ADA)
    assert (found["total_messages"], found["active_users"], found["active_contacts"]) == (2, 1, 1)
    assert found["messages_per_day"][0]["messages"] == 2


@pytest.mark.proves("cl-14")
async def test_a_retry_is_the_same_message_and_says_what_became_of_it(hospital: World) -> None:
    first = await said(hospital, DOC, **HELLO, client_id="c-1", id="mine")
    assert first["id"] != "mine"
    await asks(hospital, "PUT", "/chat/read", CARA, message_ids=[first["id"]])
    again = await said(hospital, DOC, **HELLO, client_id="c-1")
    assert (again["id"], again["is_read"]) == (first["id"], True)
    assert (await asks(hospital, "POST", "/chat/send", DOC, **HELLO | {"content": "other"}, client_id="c-1"))[0] == 409


async def test_sessions_that_are_read_together_are_read_in_the_order_of_their_messages(hospital: World) -> None:
    said_by = []
    for patient in ("gus", "hal", "ida", "jan", "kai"):
        await said(hospital, DOC, **HELLO | {"receiver_contact_id": patient})
        answer = ANSWER | {"sender_contact_id": patient}
        said_by.append(await said(hospital, bearing(patient, "PATIENT"), **answer))
    socket = await hospital.ana.opens()
    ids = [message["id"] for message in reversed(said_by)]
    assert (await asks(hospital, "PUT", "/chat/read", DOC, message_ids=ids))[0] == 200
    read = [(await socket.hears("message.read"))["conversation_id"] for _ in said_by]
    assert read == [message["session_id"] for message in said_by]


@pytest.mark.proves("cl-48")
async def test_a_message_that_is_taken_back_while_a_side_is_away_says_nothing_when_it_comes(hospital: World) -> None:
    first = await said(hospital, DOC, **HELLO | {"content": "kanarie"})
    await hospital.app.database.write(delete_message, hospital.ana.actor, first["id"])
    socket = await hospital.http.ws_connect(hospital.url.replace("http", "ws", 1) + PAIR, headers=CARA)
    hospital.sockets.append(socket)
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=5) == {"type": "pong"}


async def test_an_event_is_encoded_once_however_many_sockets_of_a_pair_listen(
    hospital: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = [await opens(hospital, PAIR, headers) for headers in (DOC, DOC, CARA, CARA, CARA)]
    views: list[str] = []
    encode = Speech.encode

    def counted(self: Speech, recorded: Any, view: str) -> bytes | None:
        views.append(view)
        return encode(self, recorded, view)

    monkeypatch.setattr(Speech, "encode", counted)
    await said(hospital, CARA, **ANSWER)
    for socket in sockets:
        while "content" not in await socket.receive_json(timeout=5):
            pass
    assert sorted(views) == ["contact/author", "staff"]
    assert all(isinstance(c, Connection) for c in hospital.app.hub.connections)
