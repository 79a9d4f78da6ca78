"""location beside the native wire: one store, two languages, on every threading."""

import asyncio
import logging
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from msgspec import structs

from careline.core.actor import system
from careline.core.errors import Unavailable
from careline.features.conversations.actions import add_participant, conversation_for, update_conversation
from careline.features.messages.changes import edit_message
from careline.features.people.staff import add_staff
from careline.features.workspaces.actions import update_workspace
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.location.routes import BASE, TABLE
from tests.made import picture, uploads
from tests.wires.location.conftest import CRM, OLD, ON, token
from tests.wires.location.test_socket import opens
from tests.wires.theatre import signed
from tests.world import GREENLEAF, HILLSIDE, Person, World, stage

PAIR = {"location_id": GREENLEAF, "contact_id": "cara"}
ASKED = {"locationID": GREENLEAF, "contactID": "cara"}


def bears(bearer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer}"}


async def asks(
    world: World, who: str | Person, method: str, path: str, status: int = 200, **more: Any
) -> dict[str, Any]:
    headers = {CHAT_TOKEN: who.token} if isinstance(who, Person) else bears(who)
    headers |= more.pop("headers", {})
    async with world.http.request(method, world.url + BASE + path, headers=headers, **more) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == status, body
        return body


async def says(world: World, who: str | Person, content: str, status: int = 200, **more: Any) -> dict[str, Any]:
    body = {**PAIR, "content": content, **more}
    said = (await asks(world, who, "POST", "/messages", status, json=body))["message"]
    return said if status == 200 else {}


async def history(world: World, who: str | Person, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await asks(world, who, "GET", "/messages", params={**ASKED, **asked}))["messages"]
    return found


@pytest.mark.proves("lo-47", "lo-32")
@pytest.mark.parametrize("threading", ["per_contact", "per_staff", "many"])
async def test_what_is_said_here_is_heard_there_on_every_threading(place: World, threading: str) -> None:
    await place.app.database.write(update_workspace, place.ana.actor, {"threading": threading})
    inbox, theirs, lea = await place.ana.opens(), await place.cara.opens(), token("lea")
    said = await says(place, lea, "from the location")
    for socket in (inbox, theirs):
        heard = (await socket.hears("message.sent"))["data"]["message"]
        assert (heard["id"], heard["body"], heard["sender_name"]) == (said["id"], "from the location", "Lea")
    answer = await says(place, place.cara, "from the contact")
    heard = (await inbox.hears("message.sent"))["data"]["message"]
    assert (heard["id"], heard["conversation_id"]) == (
        answer["id"],
        place.conversation,
    )
    native = await inbox.does("message.send", conversation_id=place.conversation, body="from the inbox")
    expected = [native["id"], answer["id"], said["id"]]
    assert [m["id"] for m in await history(place, lea)] == expected
    assert [m["id"] for m in await history(place, place.cara)] == expected


@pytest.mark.proves("lo-32")
async def test_with_many_threads_it_is_the_newest_open_one_or_a_new_one(place: World) -> None:
    write, lea = place.app.database.write, token("lea")
    await write(update_workspace, place.ana.actor, {"threading": "many"})
    await says(place, lea, "in the first")
    second = await write(conversation_for, place.ana.actor, "cara", fresh=True)
    await says(place, place.cara, "in the second")
    assert [m["content"] for m in await history(place, lea)] == ["in the second"]
    for conversation_id in (second.id, place.conversation):
        await write(update_conversation, place.ana.actor, conversation_id, status="closed")
    assert [m["content"] for m in await history(place, lea)] == ["in the second"]
    await says(place, lea, "in a third")
    assert [m["content"] for m in await history(place, place.cara)] == ["in a third"]


@pytest.mark.proves("lo-5")
async def test_staff_who_only_take_part_see_and_write_in_what_is_theirs(place: World) -> None:
    hal = token("hal", "helper")
    await place.cara.sends(place.conversation, "to the location")
    assert await history(place, hal) == []
    await says(place, hal, "I am not in it", 404)
    await place.app.database.write(add_participant, place.ana.actor, place.conversation, "staff", "hal")
    await says(place, hal, "now I am")
    assert [m["content"] for m in await history(place, hal)] == ["now I am", "to the location"]


@pytest.mark.proves("lo-45")
async def test_a_page_of_messages_is_delivered_and_a_refetch_is_not(place: World) -> None:
    inbox, socket = await place.ana.opens(), await opens(place, f"?chat_token={place.cara.token}")
    said = await place.ana.sends(place.conversation, "are you there?")
    await inbox.hears("message.sent")
    assert (await socket.receive_json(timeout=5))["type"] == "refetch"
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=5) == {"type": "pong"}
    await inbox.hears_nothing(0.8)
    await history(place, place.cara)
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said.id, "cara")


@pytest.mark.proves("lo-17", "lo-50")
async def test_notes_appear_nowhere_and_everything_else_does(place: World) -> None:
    lea = token("lea")
    note = await place.ana.sends(place.conversation, "between us", kind="note")
    message = await place.ana.sends(place.conversation, "helo")
    await place.ana.sends(place.conversation, "Ana joined", kind="system")
    await place.cara.sends(place.conversation, "scan.pdf", kind="file", metadata='{"url":"https://files.example/7"}')
    edited = await place.app.database.write(edit_message, place.ana.actor, message.id, "hello")
    shown = await history(place, lea)
    assert [(m["content"], m["content_type"], m["sender_type"]) for m in shown] == [
        ("scan.pdf", "TEXT", "CONTACT"),
        ("Ana joined", "TEXT", "LOCATION"),
        ("hello", "TEXT", "LOCATION"),
    ]
    assert edited.edited_at is not None and shown[2]["updated_at"] >= shown[2]["created_at"]
    await asks(place, lea, "DELETE", f"/messages/{note.id}", 404)


@pytest.mark.proves("lo-20")
async def test_uploads_of_ours_are_attached_by_their_address(place: World) -> None:
    made = await uploads(place.cara, picture(), "skin.png")
    link = await place.cara.asks("GET", f"/v1/attachments/{made['id']}/link", status=200)
    for url in (link["url"], f"{place.url}/v1/attachments/{made['id']}/content"):
        await says(place, token("lea"), "mine now", 404, attachments=[{"file_name": "a.png", "file_url": url}])
    said = await says(place, place.cara, "look", attachments=[{"file_name": "skin.png", "file_url": link["url"]}])
    (attached,) = said["attachments"]
    assert (attached["id"], attached["file_name"], attached["mime_type"]) == (made["id"], "skin.png", "image/png")
    for shown in (attached, (await history(place, token("lea")))[0]["attachments"][0]):
        async with place.http.get(shown["file_url"]) as answer:
            assert answer.status == 200 and len(await answer.read()) == shown["size"] == made["size"]
    again = [{"file_name": "a.png", "file_url": f"{place.url}/v1/attachments/{made['id']}/content"}]
    await says(place, place.cara, "twice", 404, attachments=again)
    theirs = await uploads(place.fay, picture(), "fay.png")
    foreign = (await place.fay.asks("GET", f"/v1/attachments/{theirs['id']}/link", status=200))["url"]
    await says(place, place.cara, "hers", 404, attachments=[{"file_name": "a.png", "file_url": foreign}])


@pytest.mark.proves("lo-16", "lo-19")
async def test_a_page_that_is_asked_for_again_says_what_is_so_then(place: World) -> None:
    lea = token("lea")
    await says(place, lea, "look")
    for _ in range(3):
        assert "read_at" not in (await history(place, lea))[0]
    await place.cara.asks("POST", f"/v1/conversations/{place.conversation}/read", status=200)
    for _ in range(3):
        assert "read_at" in (await history(place, lea))[0]
    made = await uploads(place.cara, picture(), "skin.png")
    await place.cara.sends(place.conversation, "here", attachment_ids=(made["id"],))
    addresses = set()
    for _ in range(3):
        addresses.add((await history(place, lea))[0]["attachments"][0]["file_url"])
        await asyncio.sleep(0.005)  # each is good for five minutes from its answer
    assert len(addresses) == 3


@pytest.mark.proves("lo-19")
async def test_files_elsewhere_are_the_workspaces_to_allow(place: World) -> None:
    await place.app.database.write(update_workspace, place.ana.actor, {"https_references": False})
    file = {"file_name": "a.pdf", "file_url": "https://cdn.example/a.pdf"}
    await says(place, token("lea"), "look", 403, attachments=[file])


@pytest.mark.proves("lo-19", "lo-14")
async def test_a_location_made_by_the_issuer_takes_what_the_original_document_sends(database: str) -> None:
    crm = structs.replace(CRM, create=["people", "workspaces"], https_references=True)
    async with stage(database, location=structs.replace(ON, issuers=["crm"]), issuers=[crm]) as world:
        body: dict[str, Any] = {
            "location_id": "6f1c2f9e-6a3e-4a55-9d0b-0d1c4a4b0f10",
            "contact_id": "0b0f7c53-0e5e-4b4e-8a52-2b7f5c1f9a77",
            "content": "Hi from the desktop UI",
            "content_type": "TEXT",
            "sender_name": "Dr. Smith",
            "attachments": [
                {
                    "file_name": "report.pdf",
                    "file_url": "https://cdn.example/report.pdf",
                    "mime_type": "application/pdf",
                    "size": 123456,
                }
            ],
        }
        sue = token("sue", locations=body["location_id"])
        said = (await asks(world, sue, "POST", "/messages", json=body))["message"]
        assert {**said, **body, "attachments": [{**body["attachments"][0], "id": said["attachments"][0]["id"]}]} == said
        assert (said["sender_type"], said["read_by_contact"]) == ("LOCATION", False)


@pytest.mark.proves("lo-4", "lo-2")
async def test_our_records_say_where_somebody_works_whose_token_does_not(place: World) -> None:
    old = signed({"sub": "ken", "role": ""}, by=OLD.secret, algorithm="HS256")
    assert "message" in await asks(place, old, "GET", "/messages", 403, params=ASKED)
    await asks(place, old, "DELETE", "/messages/x", 403)
    await place.app.database.write(add_staff, system(GREENLEAF), "Ken", staff_id="ken")
    said = await says(place, old, "I work here")
    assert said["sender_name"] == "Ken"
    await asks(place, old, "GET", "/messages", 403, params={"locationID": HILLSIDE, "contactID": "fay"})
    await asks(place, old, "DELETE", f"/messages/{said['id']}")
    socket = await opens(place, f"?token={old}")
    await place.cara.sends(place.conversation, "hello")
    assert (await socket.receive_json(timeout=5))["contact_id"] == "cara"
    # He does not vouch for contacts: who is not known is not found.
    await asks(place, old, "GET", "/messages", 404, params={**ASKED, "contactID": "gus"})
    await asks(place, old, "GET", "/tokens", 404, params={**ASKED, "contactID": "gus"})
    for path, more in (("/messages", {"content": "x"}), ("/messages/read", {}), ("/tokens", {})):
        await asks(place, old, "POST", path, 404, json={**PAIR, "contact_id": "gus", **more})


@pytest.mark.proves("lo-2")
async def test_where_no_issuer_is_named_all_of_them_count(database: str) -> None:
    async with stage(database, location=structs.replace(ON, issuers=[]), issuers=[CRM]) as world:
        await asks(world, token("lea"), "GET", "/messages", params=ASKED)
        await asks(world, world.ana.token, "GET", "/messages", 401, params=ASKED)


@pytest.mark.proves("lo-8")
async def test_a_contact_who_is_not_known_here_is_looked_for_nowhere_else(place: World) -> None:
    old = signed({"sub": "ken", "role": ""}, by=OLD.secret, algorithm="HS256")
    await place.app.database.write(add_staff, system(GREENLEAF), "Ken", staff_id="ken")
    await asks(place, old, "GET", "/messages/unread-count", 404, params={**ASKED, "contactID": "fay"})


@pytest.mark.proves("lo-2", "lo-3")
async def test_only_the_issuers_that_are_named_count(database: str) -> None:
    other = structs.replace(CRM, name="other", issuer="https://other.example")
    wanted = structs.replace(ON, issuers=["crm"])
    foreign = token("lea", iss="https://other.example")
    async with stage(database, location=wanted, issuers=[other, CRM]) as world:
        await asks(world, token("lea"), "GET", "/messages", params=ASKED)
        await asks(world, foreign, "GET", "/messages", 401, params=ASKED)
        await asks(world, world.ana.token, "GET", "/messages", 401, params=ASKED)
        await asks(world, token("ana"), "GET", "/messages", 403, params=ASKED)  # she has an account of ours
        await asks(world, token("lea", locations=[7]), "GET", "/messages", 401, params=ASKED)
        await asks(world, token("lea", locations=["two words"]), "DELETE", "/messages/x", 401)
        await asks(world, token("lea", locations=[]), "DELETE", "/messages/x", 403)


@pytest.mark.proves("lo-7")
async def test_a_chat_token_counts_before_a_bearer(place: World) -> None:
    said = await says(place, place.cara, "from Cara", headers=bears(token("lea")))
    assert said["sender_type"] == "CONTACT"


@pytest.mark.proves("lo-6")
async def test_the_value_of_a_token_is_in_no_list_and_lets_in_until_it_ends(place: World) -> None:
    lea = token("lea")
    issued = await asks(place, lea, "POST", "/tokens", json=PAIR)
    listed = await asks(place, lea, "GET", "/tokens", params=ASKED)
    assert issued["token"] not in str(listed) and listed["tokens"][0]["id"] == issued["id"]
    theirs = {CHAT_TOKEN: issued["token"]}
    async with place.http.get(f"{place.url}{BASE}/messages", params=ASKED, headers=theirs) as answer:
        assert answer.status == 200
    await asks(place, lea, "POST", f"/tokens/{issued['id']}/invalidate")
    async with place.http.get(f"{place.url}{BASE}/messages", params=ASKED, headers=theirs) as answer:
        assert answer.status == 401
    await place.app.server.credentials.drain()
    used = (await asks(place, lea, "GET", "/tokens", params=ASKED))["tokens"][0]
    assert used["last_used_at"] >= used["created_at"] and used["is_active"] is False


@pytest.mark.proves("lo-13")
async def test_pages_of_other_sites_must_be_listed(place: World) -> None:
    lea, url = token("lea"), f"{place.url}{BASE}/messages"
    for origin, status in (("https://crm.example", 200), ("https://evil.example", 403), ("null", 403)):
        for who in (lea, place.cara):
            await asks(place, who, "GET", "/messages", status, params=ASKED, headers={"Origin": origin})
    for endpoint in TABLE:
        asked = {"Origin": "https://crm.example", "Access-Control-Request-Method": endpoint.method}
        path = place.url + endpoint.path.replace("{", "").replace("}", "")
        async with place.http.options(path, headers=asked) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == "https://crm.example"
            assert endpoint.method in answer.headers["Access-Control-Allow-Methods"]
            assert CHAT_TOKEN in answer.headers["Access-Control-Allow-Headers"]
    async with place.http.options(url, headers={"Origin": "null", "Access-Control-Request-Method": "GET"}) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.proves("lo-12")
async def test_what_is_no_json_is_too_fast_or_our_fault_is_said_in_the_wires_words(database: str) -> None:
    async with stage(database, location=ON, issuers=[CRM], limit_send_contact="1/min") as world:
        await says(world, world.cara, "one")
        await says(world, world.cara, "two", 429)
        headers = {CHAT_TOKEN: world.cara.token, "Content-Type": "text/plain"}
        async with world.http.post(f"{world.url}{BASE}/messages", headers=headers, data="x") as answer:
            assert answer.status == 415 and (await answer.json()).keys() == {"message"}
        with mock.patch.object(world.app.database, "read", side_effect=Unavailable()):
            await asks(world, world.cara, "GET", "/messages", 503, params=ASKED)
        with mock.patch.object(world.app.database, "read", side_effect=ZeroDivisionError("secret")):
            failed = await asks(world, world.cara, "GET", "/messages", 500, params=ASKED)
            assert "secret" not in failed["message"]


@pytest.mark.proves("lo-46")
async def test_no_token_reaches_the_log(place: World, caplog: pytest.LogCaptureFixture) -> None:
    lea = token("lea")
    with caplog.at_level(logging.DEBUG):
        await opens(place, f"?locationID={GREENLEAF}&token={lea}")
        await opens(place, f"?chat_token={place.cara.token}")
        await history(place, lea)
    assert any(record.name.startswith("careline") for record in caplog.records)
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert lea not in written and place.cara.token not in written


async def test_without_being_set_up_the_wire_is_not_there(world: World) -> None:
    assert await world.cara.status_of("GET", f"{BASE}/messages") == 404
    assert await world.cara.status_of("GET", "/ws") == 404


def test_every_route_of_the_wire_stands_in_a_play() -> None:
    plays = "".join(file.read_text() for file in Path(__file__).parent.glob("*.play"))
    for endpoint in TABLE:
        begin, _, end = endpoint.path.partition("{")
        end = end.partition("}")[2]
        assert any(f" {endpoint.method} {begin}" in line and end in line for line in plays.splitlines()), endpoint.path
