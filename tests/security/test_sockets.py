"""What a socket must stand (SECURITY.md B): who may open one, how it ends, and that nothing it hears harms others."""

import asyncio
import os
from pathlib import Path

import aiohttp
import msgspec
import pytest

from careline.features.tokens.once import issue_ticket
from careline.features.workspaces.actions import update_workspace
from careline.wires import frames
from careline.wires import socket as sockets
from careline.wires.native import socket as native
from tests.security.places import place
from tests.security.raw import RawSocket, exchange, handshake, knock, masked
from tests.world import World

OURS = "https://shop.example"


async def listed(world: World, *origins: str) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"origins": list(origins)})
    await world.app.server.origins.load(world.app.database)


FOREIGN = ["null", "https://shop.example.evil.example", "https://evil-shop.example", "https://a.shop.example", "http://shop.example",
           "https://shop.example:8443", "https://shop.example/", "https://shop.example@evil.example", "file://",
           "https://shop.exampl\u0065\u0301", "HTTPS://", "chrome-extension://abc"]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_page_from_elsewhere_opens_no_socket(here: World, origin: str) -> None:
    await listed(here, OURS)
    answer = await knock(here.url, "/v1/socket", "Origin: " + origin.encode().decode("latin-1"))
    assert (answer.status, answer.code) == (403, "origin_not_allowed")


async def test_a_listed_page_opens_a_socket_to_its_own_workspace_only(here: World) -> None:
    await listed(here, OURS)
    ours = await RawSocket.opens(here.url, "/v1/socket", f"Origin: {OURS}")
    await ours.enters(here.cara.token)
    theirs = await RawSocket.opens(here.url, "/v1/socket", f"Origin: {OURS}")
    await theirs.frame()
    await theirs.says({"type": "auth", "token": here.fay.token})
    assert await theirs.close_code() == 4403


async def test_a_cookie_alone_opens_nothing(here: World) -> None:
    session = await signed_in(here)
    socket = await RawSocket.opens(here.url, "/v1/socket", f"Cookie: careline_session={session}")
    await socket.frame()
    await socket.says({"type": "message.send", "data": {}})
    assert await socket.close_code() == 4401


async def signed_in(world: World) -> str:
    body = {"email": "ana@greenleaf.example", "password": "correct horse battery"}
    async with world.http.post(world.url + "/v1/session", json=body) as answer:
        return str((await answer.json())["refresh_token"])


@pytest.mark.parametrize("query", ["token=clc_x", "access_token=x", "ticket=clt_x", "since=1"])
async def test_a_socket_address_takes_no_query(here: World, query: str) -> None:
    answer = await knock(here.url, f"/v1/socket?{query}")
    assert (answer.status, answer.code) == (400, "token_in_url")


BAD_HANDSHAKES = ["Sec-WebSocket-Key: short", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: " + "A" * 400]


@pytest.mark.parametrize("header", BAD_HANDSHAKES)
async def test_a_handshake_that_is_none_is_refused(here: World, header: str) -> None:
    name = header.partition(":")[0]
    lines = [line for line in handshake(here.url).decode().split("\r\n") if not line.startswith(name)]
    answer = await exchange(here.url, "\r\n".join([*lines[:-2], header, "", ""]).encode())
    assert (answer.status, answer.closed) == (400, True)


async def test_who_does_not_say_who_they_are_hears_hello_and_is_gone(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "AUTH_MS", 300)
    socket = await RawSocket.opens(here.url)
    assert await socket.frame() == (frames.TEXT, b'{"type":"hello"}')
    await here.ana.sends(here.conversation, "canary")
    opcode, payload = await socket.frame()
    assert (opcode, payload[:2]) == (frames.CLOSE, (4408).to_bytes(2))


def test_five_seconds_to_say_who_one_is_and_fifteen_to_finish_a_message() -> None:
    assert (sockets.AUTH_MS, sockets.HALF_MESSAGE_MS) == (5_000, 15_000)


async def test_sockets_of_one_address_are_counted_before_the_upgrade(tmp_path: Path) -> None:
    async with place(tmp_path, sockets_unauthenticated=3, sockets_per_address=5) as world:
        strangers = [await RawSocket.opens(world.url) for _ in range(3)]
        answer = await knock(world.url)
        assert (answer.status, answer.header("Retry-After")) == (429, "5")
        for stranger in strangers:
            await stranger.enters(world.cara.token)
        for _ in range(2):
            await (await RawSocket.opens(world.url)).enters(world.dev.token)
        assert (await knock(world.url)).status == 429
        strangers[0].gone()
        await asyncio.sleep(0.1)
        await (await RawSocket.opens(world.url)).enters(world.cara.token)


async def test_one_person_has_so_many_sockets(tmp_path: Path) -> None:
    async with place(tmp_path, sockets_per_contact=2, sockets_per_staff=3) as world:
        for person, most in ((world.cara, 2), (world.ana, 3)):
            for _ in range(most):
                await person.opens()
            more = await RawSocket.opens(world.url)
            await more.frame()
            await more.says({"type": "auth", "token": person.token})
            assert await more.close_code() == 4429
        await world.dev.opens()


async def test_wrong_credentials_count_whatever_door_they_come_by(tmp_path: Path) -> None:
    async with place(tmp_path, limit_sign_in_address="6/h") as world:
        for door in range(6):
            if door % 2:
                assert await guessing(world) == 4401
            else:
                assert (
                    await world.cara.status_of("GET", "/v1/me", headers={"Authorization": f"Bearer clc_{door}"}) == 401
                )
        assert await guessing(world) == 4429
        assert await world.cara.status_of("GET", "/v1/me", headers={"Authorization": "Bearer clc_x"}) == 429
        body = {"email": "ana@greenleaf.example", "password": "correct horse battery"}
        assert await world.cara.status_of("POST", "/v1/session", json=body) == 429
        assert await world.cara.status_of("GET", "/v1/me") == 200  # who is known is not kept out by a neighbour
        await world.cara.opens()


async def guessing(world: World) -> int:
    socket = await RawSocket.opens(world.url)
    await socket.frame()
    await socket.says({"type": "auth", "token": "clc_" + os.urandom(8).hex()})
    return await socket.close_code()


STRANGE_INTRODUCTIONS = [
    b"", b"{}", b"[]", b"null", b'{"type":"auth"}', b'{"type":"auth","token":"a","ticket":"b"}', b"[" * 60_000,
    b'{"type":"auth","token":null}', b'{"type":"auth","token":1}', b'{"type":"auth","token":"a","x":1}',
    b'{"type":"ping"}', b'{"type":"auth","token":"\\ud800"}',
]  # fmt: skip


@pytest.mark.parametrize("frame", STRANGE_INTRODUCTIONS, ids=range(len(STRANGE_INTRODUCTIONS)))
async def test_a_strange_introduction_ends_the_socket(here: World, frame: bytes) -> None:
    socket = await RawSocket.opens(here.url)
    await socket.frame()
    socket.writer.write(masked(0x81, frame))
    assert await socket.close_code() == 4401


BAD_MESSAGES = [
    b"", b"x", b"null", b"[]", b"[null]", b'{"type":null}', b'{"type":"no.such"}', b'{"type":"message.send"}',
    b'{"type":"message.send","data":null}', b'{"type":"message.send","data":[null]}', b'{"type":"ping","x":1}',
    b'{"type":"me.get","data":{"__proto__":1}}', b'{"type":"me.get","__proto__":{}}', b'{"type":"session.create"}',
    b'{"type":"me.get","id":1}', b'{"type":"me.get","id":{}}', b'{"type":"me.get","data":{"a":1,"a":1}}',
    b'{"type":"me.get","type":"me.get"}', b"[" * 60_000,
    b'{"type":"receipt.read","data":{"conversation_id":"x","message_ids":[null]}}',
    b'{"type":"message.send","data":{"conversation_id":["x"],"body":"b"}}',
]  # fmt: skip


@pytest.mark.parametrize("frame", BAD_MESSAGES, ids=range(len(BAD_MESSAGES)))
async def test_a_bad_message_is_answered_and_five_in_a_row_end_the_socket(here: World, frame: bytes) -> None:
    socket = await RawSocket.opens(here.url)
    await socket.enters(here.cara.token)
    for _ in range(4):
        socket.writer.write(masked(0x81, frame))
        opcode, payload = await socket.frame()
        assert opcode == frames.TEXT and msgspec.json.decode(payload)["type"] == "error", payload
    await socket.says({"type": "me.get", "id": "1"})
    assert b'"reply"' in (await socket.frame())[1]
    for _ in range(5):
        socket.writer.write(masked(0x81, frame))
    assert await socket.close_code() == 4400


async def test_a_frame_that_breaks_the_protocol_ends_with_its_code(here: World) -> None:
    cases = {1002: masked(0x81, b"x", mask=False), 1003: masked(0x82, b"x"), 1007: masked(0x81, b"\xff"),
             1008: masked(0x01, b"") + masked(0x00, b"") * 64, 1009: masked(0x81, b"", size=1 << 63),
             4429: masked(0x89, b"") * 21}  # fmt: skip
    for code, data in cases.items():
        socket = await RawSocket.opens(here.url)
        await socket.enters(here.cara.token)
        socket.writer.write(data)
        assert await socket.close_code() == code


async def test_a_message_that_is_never_finished_ends_the_socket(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HALF_MESSAGE_MS", 300)
    for data in (masked(0x01, b"half"), masked(0x81, b"half of it", size=50)):
        socket = await RawSocket.opens(here.url)
        await socket.enters(here.cara.token)
        socket.writer.write(data)
        assert await socket.close_code() == 4408


async def test_compression_is_never_agreed_to(here: World) -> None:
    async with here.http.ws_connect(here.url.replace("http", "ws", 1) + "/v1/socket", compress=15) as socket:
        assert socket.compress == 0
        assert "Sec-WebSocket-Extensions" not in socket._response.headers


@pytest.mark.parametrize("command", ["me.get", "ping", "auth"])
async def test_a_flood_is_warned_and_then_ended(tmp_path: Path, command: str) -> None:
    async with place(tmp_path, limit_commands="10/10s") as world:
        socket = await RawSocket.opens(world.url)
        await socket.enters(world.cara.token)
        said: dict[str, str] = {"type": command} | ({"token": world.cara.token} if command == "auth" else {})
        kinds: list[str] = []
        for _ in range(100):
            await socket.says(said)
            opcode, payload = await socket.frame()
            if opcode == frames.CLOSE:
                break
            kinds.append(msgspec.json.decode(payload)["type"])
        assert int.from_bytes(payload[:2]) == 4429
        assert kinds.count("error") == native.FLOODED
        other = await world.dev.opens()
        assert (await other.does("me.get"))["id"] == "dev"


async def test_a_flood_long_ago_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "FLOOD_MS", 50)
    async with place(tmp_path, limit_commands="1/h") as world:
        cara = await world.cara.opens()
        for _ in range(native.FLOODED + 3):
            await cara.does("me.get")
            await asyncio.sleep(0.06)
        await cara.hears_nothing()


async def test_who_asks_and_takes_no_answer_is_hung_up(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "UNREAD_BYTES", 100_000)
    for number in range(100):
        await here.ana.sends(here.conversation, f"{number}" + "x" * 7_000)
    socket = await RawSocket.opens(here.url)
    await socket.enters(here.cara.token)
    asked = {"type": "message.list", "data": {"conversation_id": here.conversation, "limit": 100}}
    for _ in range(40):
        await socket.says(asked)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not any(open_.authenticated for open_ in here.app.server.sockets.open):
            break
    assert not any(open_.authenticated for open_ in here.app.server.sockets.open)


async def test_a_ticket_opens_one_socket_however_many_try(here: World) -> None:
    ticket = await here.cara.asks("POST", "/v1/tickets", status=201)
    found = await asyncio.gather(*(by_ticket(here, ticket["ticket"]) for _ in range(30)))
    assert sorted(map(str, found)) == ["4401"] * 29 + ["ready"]


async def by_ticket(world: World, ticket: str, *headers: str) -> object:
    socket = await RawSocket.opens(world.url, "/v1/socket", *headers)
    await socket.frame()
    await socket.says({"type": "auth", "ticket": ticket})
    opcode, payload = await socket.frame()
    if opcode == frames.CLOSE:
        return int.from_bytes(payload[:2])
    return msgspec.json.decode(payload)["type"]


async def test_a_ticket_is_for_the_origin_and_the_half_minute_it_was_made_for(here: World) -> None:
    await listed(here, OURS)
    issued = await here.app.database.write(issue_ticket, here.cara.actor, OURS)
    assert await by_ticket(here, issued.ticket) == 4401
    assert await by_ticket(here, issued.ticket, f"Origin: {OURS}") == 4401  # the wrong try used it up
    issued = await here.app.database.write(issue_ticket, here.cara.actor, OURS)
    assert await by_ticket(here, issued.ticket, f"Origin: {OURS}") == "ready"
    issued = await here.app.database.write(issue_ticket, here.cara.actor, "")
    here.app.database.clock._latest = issued.expires_at
    assert await by_ticket(here, issued.ticket) == 4401
    assert len(issued.ticket) > 40


async def test_a_socket_ends_when_its_credential_does(here: World) -> None:
    ana = await here.ana.opens()
    (open_,) = here.app.server.sockets.open
    assert open_.expires_at is not None
    open_.expires_at = here.app.database.clock() + 200
    assert await ana.is_closed(within=2.5) == 4401


async def test_a_fresh_token_keeps_a_socket_open_for_the_same_person_only(here: World) -> None:
    async with here.http.post(
        here.url + "/v1/session/refresh", json={"refresh_token": await signed_in(here)}
    ) as answer:
        fresh = (await answer.json())["access_token"]
    ana = await here.ana.opens()
    await ana.says({"type": "auth", "token": fresh})
    assert (await ana.hears("renewed"))["expires_at"] > 0
    await ana.says({"type": "auth", "token": here.ben.token})
    assert await ana.is_closed() == 4403


async def test_a_stopping_server_takes_no_command_it_might_lose(here: World) -> None:
    cara = await here.cara.opens()
    here.app.server.draining = True
    await cara.says({"type": "message.send", "id": "1", "data": {"conversation_id": here.conversation, "body": "late"}})
    assert await cara.is_closed() == 1012
    assert (await knock(here.url)).status == 503
    here.app.server.draining = False
    page = await here.ana.asks("GET", f"/v1/conversations/{here.conversation}/messages", status=200)
    assert page["items"] == []


async def test_nobody_types_or_reads_where_they_may_not_be(here: World) -> None:
    note = await here.ana.sends(here.conversation, "between us", kind="note")
    elsewhere = await here.dev.sends(here.dev_conversation, "other")
    cara = await here.cara.opens()
    for data in (
        {"up_to": note.id},
        {"message_ids": [note.id]},
        {"up_to": elsewhere.id},
        {"message_ids": [elsewhere.id]},
    ):
        for command in ("receipt.read", "receipt.deliver"):
            if command == "receipt.deliver" and "message_ids" in data:
                continue
            refused = await cara.does(command, conversation_id=here.conversation, **data)
            assert refused["error"]["code"] == "not_found", (command, data)
    refused = await cara.does("typing.set", conversation_id=here.dev_conversation, typing=True)
    assert refused["error"]["code"] == "not_found"


async def test_typing_is_told_as_often_as_is_useful(here: World) -> None:
    ana, cara = await here.ana.opens(), await here.cara.opens()
    for _ in range(20):
        await cara.does("typing.set", conversation_id=here.conversation, typing=True)
    heard = 0
    try:
        while True:
            await ana.hears("typing", within=0.3)
            heard += 1
    except TimeoutError:
        assert heard == 1


async def test_the_client_library_still_gets_in(here: World) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(here.url + "/v1/socket") as socket:
        assert (await socket.receive_json())["type"] == "hello"
