"""visitor beside the native wire: one store, two languages."""

import asyncio
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from careline.core.actor import Actor, system
from careline.features.messages.changes import delete_message, edit_message
from careline.features.messages.rows import Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.people.actions import block_contact
from careline.features.tokens.actions import issue_token, revoke_tokens_of
from careline.features.tokens.rules import digest
from careline.features.workspaces.actions import find_workspace, update_workspace
from careline.partners import Visitor
from careline.wires.documents import openapi
from careline.wires.visitor import shapes, site
from careline.wires.visitor.routes import LANGUAGE, TABLE
from tests.security.test_tokens import whole
from tests.wires.visitor.conftest import SITE, Guest, asks, begins
from tests.world import GREENLEAF, HILLSIDE, World, stage


async def detail(world: World, chat_id: str) -> dict[str, Any]:
    status, told, _ = await asks(world, "GET", f"/api/admin/chats/{chat_id}", world.ana.headers)
    assert status == 200, told
    found: dict[str, Any] = told
    return found


async def contact_of(guest: Guest) -> str:
    conversation = await guest.world.ana.asks("GET", f"/v1/conversations/{guest.chat_id}", status=200)
    return str(next(p["id"] for p in conversation["participants"] if p["kind"] == "contact"))


@pytest.mark.proves("vi-50", "vi-2")
async def test_what_is_said_here_is_heard_there_and_the_other_way_round(shop: World) -> None:
    inbox = await shop.ana.opens()
    vera = await begins(shop, source_page="https://site.example/prices", visitor_name="Vera")
    started = (await inbox.hears("conversation.started"))["data"]["conversation"]
    assert (started["id"], started["metadata"]) == (vera.chat_id, {"page": "https://site.example/prices"})
    await vera.says("from the site")
    heard = (await inbox.hears("message.sent"))["data"]["message"]
    assert (heard["body"], heard["sender_name"]) == ("from the site", "Vera")
    said = await inbox.does("message.send", conversation_id=vera.chat_id, body="from the inbox")
    (answer,) = [m for m in await vera.reads() if m["sender_type"] == "admin"]
    assert (answer["id"], answer["sender_label"], answer["message"]) == (said["id"], "Ana", "from the inbox")
    while (await inbox.hears("message.delivered"))["data"]["up_to"] != said["id"]:
        pass  # she has her own words as well, which may be told first
    (answer,) = [m for m in await vera.reads() if m["sender_type"] == "admin"]
    assert answer["delivered_at"] is not None and answer["read_at"] is None
    assert (await shop.ana.asks("GET", f"/v1/conversations/{vera.chat_id}"))["status"] == "pending"


@pytest.mark.proves("vi-50")
async def test_what_was_begun_natively_is_a_chat_here(shop: World) -> None:
    begun = await shop.cara.asks("POST", "/v1/visitors", json={"workspace_id": GREENLEAF, "page": "/sun"}, status=201)
    chat = (await detail(shop, begun["conversation"]["id"]))["chat"]
    assert (chat["source_page"], chat["status"]) == ("/sun", "open")


@pytest.mark.proves("vi-25", "vi-22")
async def test_deleted_messages_are_left_out_and_notes_appear_nowhere(shop: World) -> None:
    vera, database = await begins(shop), shop.app.database
    first, second = [m["id"] for m in (await vera.says("one"), await vera.says("two"))[-1]]
    await shop.ana.sends(vera.chat_id, "for our eyes only", kind="note")
    boss = system(GREENLEAF)
    sending = Sending(Actor(GREENLEAF, "staff", "ana", "Ana", "admin", "all"), vera.chat_id, "moved", "system")
    await database.write_many(send_messages, boss, [sending])
    answer = await shop.ana.sends(vera.chat_id, "an answr")
    await database.write(edit_message, shop.ana.actor, answer.id, "an answer")
    await database.write(delete_message, shop.ana.actor, first)
    for seen in (await vera.reads(), (await detail(shop, vera.chat_id))["messages"]):
        assert [(m["sender_type"], m["message"]) for m in seen] == [
            ("visitor", "two"), ("admin", "moved"), ("admin", "an answer"),
        ]  # fmt: skip
    # What follows a deleted message is known still.
    status, told, _ = await vera.asks("GET", f"/api/chat/{vera.chat_id}/messages?after={first}")
    assert (status, told["messages"][0]["id"]) == (200, second)
    await database.write(delete_message, shop.ana.actor, answer.id)
    chat = (await detail(shop, vera.chat_id))["chat"]
    assert chat["last_message"] == "moved"
    await database.write(delete_message, shop.ana.actor, second)
    vera = await begins(shop)
    (only,) = await vera.says("nothing else")
    await database.write(delete_message, shop.ana.actor, only["id"])
    chat = (await detail(shop, vera.chat_id))["chat"]
    assert chat["last_message"] is chat["last_message_at"] is None


@pytest.mark.proves("vi-31")
async def test_the_newest_500_are_shown_and_what_follows_a_message(shop: World) -> None:
    vera, database = await begins(shop), shop.app.database
    ana = shop.ana.actor
    sendings = [Sending(ana, vera.chat_id, str(n)) for n in range(1_100)]
    results = await database.write_many(send_messages, system(GREENLEAF), sendings)
    sent = [result.message.id for result in results if isinstance(result, Sent)]
    assert [m["message"] for m in await vera.reads()] == [str(n) for n in range(600, 1_100)]
    for id_ in (*sent[2:600:2], *sent[602:700]):
        await database.write(delete_message, ana, id_)
    kept = [n for n in range(1_100) if not ((2 <= n < 600 and n % 2 == 0) or 602 <= n < 700)]
    assert [m["message"] for m in await vera.reads()] == [str(n) for n in kept[-500:]]
    _, told, _ = await vera.asks("GET", f"/api/chat/{vera.chat_id}/messages?after={sent[0]}")
    assert [m["message"] for m in told["messages"]] == [str(n) for n in kept[1:501]]
    _, told, _ = await vera.asks("GET", f"/api/chat/{vera.chat_id}/messages?after={sent[-1]}")
    assert told["messages"] == []


@pytest.mark.proves("vi-24", "vi-40")
async def test_a_message_says_when_the_other_side_first_got_and_read_it(shop: World) -> None:
    vera = await begins(shop)
    await vera.says("one")
    assert (await detail(shop, vera.chat_id))["messages"][0]["read_at"] is not None
    await vera.says("two")
    one, two = await vera.reads()
    assert one["read_at"] is not None and two["read_at"] is two["delivered_at"] is None
    listed = await shop.ana.asks("GET", "/v1/conversations", status=200)
    assert next(c for c in listed["items"] if c["id"] == vera.chat_id)["unread_count"] == 1
    # Whoever answers has read it as well.
    await asks(shop, "POST", f"/api/admin/chats/{vera.chat_id}/messages", shop.ana.headers, json={"message": "x"})
    assert (await vera.reads())[1]["read_at"] is not None
    first = (await vera.reads())[0]
    assert first["read_at"] == one["read_at"]


@pytest.mark.proves("vi-50")
@pytest.mark.parametrize("threading", ["per_contact", "per_staff", "many"])
async def test_every_threading_will_do(shop: World, threading: str) -> None:
    await shop.app.database.write(update_workspace, shop.ana.actor, {"threading": threading})
    vera, otis = await begins(shop), await begins(shop)
    assert vera.chat_id != otis.chat_id
    await vera.says("hello")
    assert await otis.reads() == [] and len(await vera.reads()) == 1
    assert (await detail(shop, vera.chat_id))["chat"]["unread_count"] == 0


@pytest.mark.proves("vi-1")
async def test_the_token_has_256_bits_and_is_kept_as_a_digest(tmp_path: Path) -> None:
    async with stage(tmp_path / "careline.db", visitor=SITE) as world:
        vera = await begins(world)
        assert re.fullmatch(r"[0-9a-f]{64}", vera.token)
        stored = whole(tmp_path)
        assert digest(vera.token).encode() in stored and vera.token.encode() not in stored
        # It is a contact's token like any other, natively too.
        headers = {"Authorization": f"Bearer {vera.token}"}
        assert (await asks(world, "GET", f"/v1/conversations/{vera.chat_id}", headers))[0] == 200


@pytest.mark.proves("vi-6", "vi-14")
async def test_a_token_that_was_revoked_is_401_at_once_and_a_blocked_visitor_is_refused(shop: World) -> None:
    vera, otis = await begins(shop), await begins(shop)
    await vera.says("hello")
    boss = system(GREENLEAF)
    await shop.app.database.write(revoke_tokens_of, boss, await contact_of(vera))
    path = f"/api/chat/{vera.chat_id}"
    for method, more in (("GET", "/messages"), ("POST", "/messages"), ("PATCH", "")):
        sent = {} if method == "GET" else {"json": {"message": "x"}}
        status, told, _ = await vera.asks(method, path + more, **sent)
        assert (status, list(told)) == (401, ["error"]), method
    await shop.app.database.write(block_contact, shop.ana.actor, await contact_of(otis))
    status, told, _ = await otis.asks("POST", f"/api/chat/{otis.chat_id}/messages", json={"message": "x"})
    assert (status, list(told)) == (403, ["error"])


@pytest.mark.proves("vi-14")
async def test_a_token_of_elsewhere_is_none_here(shop: World) -> None:
    issued = await shop.app.database.write(issue_token, system(HILLSIDE), "fay", bare=True)
    fay = Guest(shop, shop.fay_conversation, issued.secret)
    for method, path in (("GET", "/messages"), ("POST", "/messages"), ("PATCH", "")):
        status, told, _ = await fay.asks(method, f"/api/chat/{fay.chat_id}{path}")
        assert (status, list(told)) == (401, ["error"]), method


@pytest.mark.proves("vi-5")
async def test_no_token_reaches_the_log(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        vera = await begins(shop)
        await asks(shop, "GET", f"/api/chat/{vera.chat_id}/messages?chat_token={vera.token}", {})
        await asks(shop, "GET", f"/api/chat/files/x?chat_token={vera.token}", {})
        await asks(shop, "POST", f"/api/chat/{vera.chat_id}/messages?chat_token={vera.token}", {})
        await vera.says("hello", headers={"X-Chat-Token": vera.token})
        await asyncio.sleep(0.05)
    assert any(record.name.startswith("careline") for record in caplog.records)
    assert vera.token not in " ".join(str(vars(record)) for record in caplog.records)


@pytest.mark.proves("vi-12")
async def test_pages_of_other_sites_must_be_listed(database: str, tmp_path: Path) -> None:
    wanted = {"visitor": SITE, "origins": ["https://site.example"], "files": str(tmp_path / "files")}
    async with stage(database, **wanted) as world:
        vera = await begins(world)
        for origin, expected in (("https://site.example", 200), ("https://evil.example", 403), ("null", 403)):
            of_visitor = {"X-Chat-Token": vera.token, "Origin": origin}
            of_admin = {**world.ana.headers, "Origin": origin}
            status, _, headers = await asks(world, "GET", f"/api/chat/{vera.chat_id}/messages", of_visitor)
            assert status == expected
            assert headers.get("Access-Control-Allow-Origin") == (origin if expected == 200 else None)
            assert (await asks(world, "GET", "/api/admin/chats", of_admin))[0] == expected
            started, _, _ = await asks(world, "POST", "/api/chat/start", {"Origin": origin})
            assert started == (201 if expected == 200 else 403)
        for path, method in ((f"/api/chat/{vera.chat_id}/messages", "POST"), ("/api/chat/start", "POST"),
                             (f"/api/chat/{vera.chat_id}", "PATCH"), ("/api/chat/files/x", "GET")):  # fmt: skip
            asked = {"Origin": "https://site.example", "Access-Control-Request-Method": method}
            status, _, headers = await asks(world, "OPTIONS", path, asked)
            assert (status, headers["Access-Control-Allow-Origin"]) == (204, "https://site.example")
            assert method in headers["Access-Control-Allow-Methods"]
            assert "X-Chat-Token" in headers["Access-Control-Allow-Headers"]
            assert "Access-Control-Allow-Credentials" not in headers
            status, _, headers = await asks(world, "OPTIONS", path, {**asked, "Origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in headers
        # A wrong token is 401 from wherever it comes: only that makes a client begin anew.
        wrong = {"X-Chat-Token": "0" * 64, "Origin": "https://evil.example"}
        assert (await asks(world, "GET", f"/api/chat/{vera.chat_id}/messages", wrong))[0] == 401


@pytest.mark.proves("vi-28")
async def test_the_status_rules_are_set_where_there_are_none_and_kept_where_somebody_chose(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db", visitor=SITE) as world:
        database, boss = world.app.database, system(GREENLEAF)
        before = await database.read(find_workspace, boss, GREENLEAF)
        assert before is not None and before.staff_reply_status is None
        await site.prepare(world.app.server)
        after = await database.read(find_workspace, boss, GREENLEAF)
        assert after is not None
        assert (after.staff_reply_status, after.contact_message_status) == ("pending", "open")
        assert structs.replace(after, staff_reply_status=None, updated_at=before.updated_at) == before
        await database.write(update_workspace, boss, {"staff_reply_status": "closed"})
        head = await database.read(world.app.journal.head, boss)
        await begins(world)
        chosen = await database.read(find_workspace, boss, GREENLEAF)
        assert chosen is not None and chosen.staff_reply_status == "closed"
        assert await database.read(world.app.journal.head, boss) > head
    async with stage(tmp_path / "d.db", visitor=Visitor(workspace="nowhere")) as world:
        status, told, _ = await asks(world, "POST", "/api/chat/start", {})
        assert (status, told) == (404, {"error": "There is no such site."})


async def test_without_a_workspace_the_wire_is_not_there(world: World) -> None:
    for path in ("/api/chat/start", "/api/admin/chats", "/admin666", "/admin666/login"):
        assert (await asks(world, "GET", path, {}))[0] == 404


@pytest.mark.proves("vi-27")
async def test_what_is_archived_is_closed_here(shop: World) -> None:
    vera = await begins(shop)
    await shop.ana.asks("PATCH", f"/v1/conversations/{vera.chat_id}", json={"status": "archived"}, status=200)
    _, told, _ = await asks(shop, "GET", "/api/admin/chats?status=closed", shop.ana.headers)
    assert [(c["id"], c["status"]) for c in told["chats"]] == [(vera.chat_id, "closed")]
    await asks(shop, "PATCH", f"/api/admin/chats/{vera.chat_id}", shop.ana.headers, json={"status": "closed"})
    assert (await shop.ana.asks("GET", f"/v1/conversations/{vera.chat_id}"))["status"] == "archived"


@pytest.mark.proves("vi-21")
@pytest.mark.parametrize(
    ("text", "whole_day", "expected"),
    [
        ("2026-11-21", False, 1_795_219_200_000),
        ("2026-11-21", True, 1_795_305_600_000),
        ("2026-11-21T08:30:00Z", True, 1_795_249_800_000),
        ("2026-11-21T09:30:00+01:00", False, 1_795_249_800_000),
        ("", True, None),
    ],
)
def test_dates_and_times_are_taken(text: str, whole_day: bool, expected: int | None) -> None:
    assert shapes.moment(text, "from", whole_day=whole_day) == expected


def test_every_route_of_the_wire_stands_in_a_play() -> None:
    plays = "".join(file.read_text() for file in Path(__file__).parent.glob("*.play"))
    for endpoint in TABLE:
        begin, _, end = re.sub(r"{\w+}", "{}", endpoint.path).partition("{}")
        assert any(f" {endpoint.method} {begin}" in line and end in line for line in plays.splitlines()), endpoint.path


@pytest.mark.proves("vi-50")
def test_every_route_is_described_from_the_table() -> None:
    document = openapi(LANGUAGE, "https://chat.example")
    assert {(m.upper(), path) for path, methods in document["paths"].items() for m in methods} == {
        (endpoint.method, endpoint.path) for endpoint in TABLE
    }
