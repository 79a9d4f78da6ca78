"""The native socket: coming in, hearing in order, commands and their replies, resuming, being shut out."""

import asyncio
from typing import Any

import pytest

from careline.core.actor import system
from careline.features.tokens.actions import revoke_token
from tests.world import Socket, World


async def test_a_message_reaches_the_other_side_and_its_sender_gets_a_reply(world: World) -> None:
    ana, cara = await world.ana.opens(), await world.cara.opens()
    reply = await cara.does("message.send", conversation_id=world.conversation, body="Hello", client_id="k1")
    heard = (await ana.hears("message.sent"))["data"]["message"]
    assert reply["body"] == heard["body"] == "Hello"
    assert reply["id"] == heard["id"]
    assert (reply["client_id"], heard["client_id"]) == ("k1", None)
    await cara.hears_nothing()


async def test_a_retry_with_the_same_client_id_gives_the_same_message(world: World) -> None:
    ana, cara = await world.ana.opens(), await world.cara.opens()
    first = await cara.does("message.send", conversation_id=world.conversation, body="Once", client_id="k1")
    again = await cara.does("message.send", conversation_id=world.conversation, body="Once", client_id="k1")
    assert first["id"] == again["id"]
    await ana.hears("message.sent")
    await ana.hears_nothing()


async def test_a_socket_that_comes_back_hears_what_it_missed(world: World) -> None:
    since = await world.cara.was_here()
    for number in range(5):
        await world.ana.sends(world.conversation, f"while away {number}")
    back = await world.cara.opens(since=since)
    assert back.ready["reset"] is False
    heard = [(await back.hears("message.sent"))["data"]["message"]["body"] for _ in range(5)]
    assert heard == [f"while away {number}" for number in range(5)]


async def test_what_is_asked_for_before_the_past_is_read_is_answered_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = await world.cara.was_here()
    await world.ana.sends(world.conversation, "while away")
    server, past = world.app.server, world.app.server.past

    async def slow(*asked: Any) -> Any:
        await socket.send_json({"type": "message.send", "id": "7", "data": sent})
        await socket.send_json({"type": "conversation.list", "id": "8"})
        await asyncio.sleep(0.3)
        return await past(*asked)

    sent = {"conversation_id": world.conversation, "body": "I am back", "client_id": "k1"}
    monkeypatch.setattr(server, "past", slow)
    socket = await world.http.ws_connect(world.url.replace("http", "ws", 1) + "/v1/socket")
    await socket.receive_json()
    await socket.send_json({"type": "auth", "token": world.cara.token, "since": since})
    back = Socket(socket, await socket.receive_json(timeout=5))
    assert back.ready["type"] == "ready"
    assert (await back.hears())["data"]["message"]["body"] == "while away"
    answers = {frame["id"]: frame for frame in [await back.hears(), await back.hears()]}
    assert (answers["7"]["data"]["body"], answers["7"]["data"]["client_id"]) == ("I am back", "k1")
    assert answers["8"]["type"] == "reply"
    await back.hears_nothing()


async def test_whoever_is_shut_out_while_their_past_is_read_does_nothing_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = await world.cara.opens()
    server, past = world.app.server, world.app.server.past

    async def slow(*asked: Any) -> Any:
        await socket.send_json({"type": "message.send", "data": {"conversation_id": world.conversation, "body": "no"}})
        await asyncio.sleep(0.1)
        token_id = world.cara.actor.credential.removeprefix("token:")
        await world.app.database.write(revoke_token, world.ana.actor, token_id)
        return await past(*asked)

    monkeypatch.setattr(server, "past", slow)
    ana = await world.ana.opens()
    socket = await world.http.ws_connect(world.url.replace("http", "ws", 1) + "/v1/socket")
    await socket.receive_json()
    await socket.send_json({"type": "auth", "token": world.cara.token, "since": cara.ready["cursor"]})
    back = Socket(socket, {})
    assert await back.is_closed() == 4410
    assert (await ana.hears())["type"] == "token.revoked"
    await ana.hears_nothing()


async def test_a_revoked_token_closes_its_sockets_at_once(world: World) -> None:
    cara = await world.cara.opens()
    token_id = world.cara.actor.credential.removeprefix("token:")
    await world.app.database.write(revoke_token, world.ana.actor, token_id)
    assert await cara.is_closed(within=1.0) == 4410
    assert await world.cara.status_of("GET", "/v1/me") == 401


async def test_people_of_another_workspace_hear_nothing(world: World) -> None:
    eve = await world.eve.opens()
    await world.cara.sends(world.conversation, "not for Eve")
    await eve.hears_nothing()
    refused = await eve.does("message.send", conversation_id=world.conversation, body="intruding")
    assert refused["error"]["code"] == "not_found"


async def test_events_of_the_whole_log_are_gapless(world: World) -> None:
    for number in range(20):
        await world.cara.sends(world.conversation, str(number))
    facts = await world.app.database.read(world.app.journal.read, system("greenleaf"), 0, 1000)
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))


async def test_a_contact_who_says_their_name_is_called_by_it_at_once(world: World) -> None:
    ana, cara = await world.ana.opens(), await world.cara.opens()
    await cara.does("me.update", name="Cara Whitfield")
    await cara.does("message.send", conversation_id=world.conversation, body="It is me")
    assert (await ana.hears("message.sent"))["data"]["message"]["sender_name"] == "Cara Whitfield"
    assert (await world.cara.asks("GET", "/v1/me"))["name"] == "Cara Whitfield"


async def test_the_feed_gives_its_author_the_client_id(world: World) -> None:
    since = (await world.cara.asks("GET", "/v1/events"))["cursor"]
    await world.cara.sends(world.conversation, "mine", client_id="k1")
    (mine,) = (await world.cara.asks("GET", f"/v1/events?since={since}"))["items"]
    assert mine["data"]["message"]["client_id"] == "k1"
