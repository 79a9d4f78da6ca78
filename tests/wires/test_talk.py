"""The socket of foreign wires, spoken by a toy: what wires ask of it that careforall does not."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, ClassVar

import aiohttp
import msgspec
import pytest
from aiohttp import web
from msgspec import structs

from careline import wiring
from careline.core.actor import Actor, system
from careline.core.clock import Clock
from careline.core.errors import Refused, Unauthenticated
from careline.core.events import Recorded, Signal
from careline.features.messages.events import MessageSent
from careline.live.connection import Connection, Held
from careline.wires.endpoints import Dialect, Error, Language
from careline.wires.frames import text
from careline.wires.gate import Gate
from careline.wires.http import Route
from careline.wires.problems import Problems
from careline.wires.talk import FLOOD_MS, FLOODED, WireTalk, opening
from tests.world import PATIENCE, World, stage

REFUSALS = Problems("location")  # which has a part of the shared address


class Speech:
    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        if not isinstance(recorded.event, MessageSent) or recorded.about is None:
            return None
        return text(msgspec.json.encode({"in": recorded.workspace_id, "body": recorded.about.body}))

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        return None


class Before(WireTalk):
    """Of a person, refused before the upgrade; what was missed comes first."""

    wire, path, speech = "toy", "/toy/before", Speech()
    before: ClassVar[bool] = True

    async def who(self) -> Actor:
        return await self.server.identify(self.call.query.get("token", ""), self.call.address)

    async def enter(self, connection: Connection) -> list[Held]:
        connection.seq -= 1
        return [(text(b'{"missed":true}'), connection.seq + 1, None)]

    def welcome(self, connection: Connection) -> None:
        self.say({"welcome": connection.actor.id})

    def take(self, kind: str, message: bytes) -> None:
        self.say({"took": kind})

    def tell(self, refused: Refused) -> None:
        self.say({"error": refused.code})


class First(Before):
    """The token is the first frame."""

    path = "/toy/first"
    before = False

    async def who(self) -> Actor:
        said = await self.first_message()
        return await self.server.identify(msgspec.json.decode(said, type=dict[str, str])["token"], self.call.address)


class Everywhere(Before):
    """Nobody in particular, who hears about every workspace."""

    path = "/toy/everywhere"

    async def who(self) -> Actor:
        await self.server.follow_all()
        return system()

    async def enter(self, connection: Connection) -> list[Held]:
        return []


class Onlooker(Before):
    """Nobody in particular, bound to one conversation."""

    path = "/toy/onlooker"

    async def who(self) -> Actor:
        await self.server.follow("greenleaf")
        return system("greenleaf")

    async def where(self, actor: Actor) -> str:
        return self.call.query["conversation"]

    async def enter(self, connection: Connection) -> list[Held]:
        return []


async def nobody_comes(call: Any) -> Actor:
    raise Unauthenticated()


@pytest.fixture
async def toy(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async def shared(call: Any) -> web.StreamResponse:
        return web.Response(text="toy")

    routes = [
        Route("GET", talk.path, opening(talk), REFUSALS, cors=False) for talk in (Before, First, Everywhere, Onlooker)
    ]
    dialect = Dialect("Toy", REFUSALS, Error, nobody_comes)
    language = Language(dialect, [], lambda settings: True, lambda settings: routes, shared)
    monkeypatch.setitem(wiring.LANGUAGES, "location", language)
    async with stage(database) as world:
        yield world


async def opens(world: World, path: str) -> aiohttp.ClientWebSocketResponse:
    socket: aiohttp.ClientWebSocketResponse = await world.http.ws_connect(world.url.replace("http", "ws", 1) + path)
    world.sockets.append(socket)
    return socket


async def test_whoever_may_not_come_in_is_told_so_before_there_is_a_socket(toy: World) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await opens(toy, "/toy/before?token=wrong")
    assert refused.value.status == 401


async def test_what_was_missed_comes_after_the_welcome_and_before_anything_new(toy: World) -> None:
    socket = await opens(toy, f"/toy/before?token={toy.cara.token}")
    await toy.ana.sends(toy.conversation, "new")
    heard = [await socket.receive_json(timeout=5) for _ in range(3)]
    assert heard == [{"welcome": "cara"}, {"missed": True}, {"in": "greenleaf", "body": "new"}]


async def test_what_a_person_was_sent_of_any_conversation_is_delivered_with_their_next_frame(toy: World) -> None:
    inbox, socket = await toy.ana.opens(), await opens(toy, f"/toy/before?token={toy.cara.token}")
    assert [await socket.receive_json(timeout=5) for _ in range(2)]
    said = await toy.ana.sends(toy.conversation, "are you there?")
    await socket.receive_json(timeout=5)
    await inbox.hears("message.sent")
    await inbox.hears_nothing(0.7)
    await socket.send_json({"type": "anything"})
    assert await socket.receive_json(timeout=5) == {"took": "anything"}
    delivered = (await inbox.hears("message.delivered"))["data"]
    assert (delivered["up_to"], delivered["reader"]["id"]) == (said.id, "cara")


async def test_what_comes_within_half_a_second_is_delivered_together_and_ones_own_words_are_not(toy: World) -> None:
    inbox, socket = await toy.ana.opens(), await opens(toy, f"/toy/before?token={toy.cara.token}")
    assert [await socket.receive_json(timeout=5) for _ in range(2)]
    for number in range(3):
        said = await toy.ana.sends(toy.conversation, f"number {number}")
        assert (await socket.receive_json(timeout=5))["body"] == said.body
        await socket.send_json({"type": "anything"})
        assert await socket.receive_json(timeout=5) == {"took": "anything"}
        await inbox.hears("message.sent")
    assert (await inbox.hears("message.delivered"))["data"]["up_to"] == said.id
    await toy.cara.sends(toy.conversation, "I am here")
    await inbox.hears("message.sent")
    assert (await socket.receive_json(timeout=5))["body"] == "I am here"
    await socket.send_json({"type": "anything"})
    await inbox.hears_nothing(0.7)


async def test_a_token_may_come_as_the_first_frame_and_the_rest_waits_for_it(toy: World) -> None:
    socket = await opens(toy, "/toy/first")
    await socket.send_json({"token": toy.cara.token})
    await socket.send_json({"type": "early"})
    heard = [await socket.receive_json(timeout=5) for _ in range(3)]
    assert heard == [{"welcome": "cara"}, {"missed": True}, {"took": "early"}]
    wrong = await opens(toy, "/toy/first")
    await wrong.send_json({"token": "wrong"})
    assert await wrong.receive_json(timeout=5) == {"error": "unauthenticated"}
    await wrong.receive(timeout=5)
    assert wrong.close_code == 4401


async def test_who_is_nobody_in_particular_hears_about_every_workspace(toy: World) -> None:
    socket = await opens(toy, "/toy/everywhere")
    assert await socket.receive_json(timeout=5) == {"welcome": "careline"}
    await toy.cara.sends(toy.conversation, "here")
    await toy.fay.sends(toy.fay_conversation, "there")
    heard = [await socket.receive_json(timeout=5) for _ in range(2)]
    assert sorted(h["in"] for h in heard) == ["greenleaf", "hillside"]
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=5) == {"took": "ping"}
    await socket.close()


async def test_who_is_nobody_in_particular_hears_one_conversation_and_has_received_nothing(toy: World) -> None:
    inbox, socket = await toy.ana.opens(), await opens(toy, f"/toy/onlooker?conversation={toy.conversation}")
    assert await socket.receive_json(timeout=5) == {"welcome": "careline"}
    await toy.dev.sends(toy.dev_conversation, "elsewhere")
    await toy.cara.sends(toy.conversation, "here")
    assert await socket.receive_json(timeout=5) == {"in": "greenleaf", "body": "here"}
    assert [(await inbox.hears("message.sent"))["type"] for _ in range(2)]
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=5) == {"took": "ping"}
    await inbox.hears_nothing(0.8)


async def test_the_shared_address_is_there_where_one_of_its_wires_is(toy: World) -> None:
    for query, status in (("", 200), ("?locationID=loc1", 200), ("?location_id=loc1", 404)):
        async with toy.http.get(toy.url + "/ws" + query) as answer:
            assert answer.status == status


async def test_floods_are_forgotten_also_while_the_wall_clock_stands_still(
    toy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, began = toy.app.server, Clock.monotonic_ms()
    server.gate = Gate(structs.replace(server.settings, limit_commands="1/d"), server.clock)
    socket = await opens(toy, f"/toy/before?token={toy.cara.token}")
    assert [await socket.receive_json() for _ in range(2)] == [{"welcome": "cara"}, {"missed": True}]
    server.clock._latest += 7_200_000
    errors = 0
    for number in range(FLOODED + 3):
        monkeypatch.setattr(Clock, "monotonic_ms", partial(int, began + number * (FLOOD_MS + 1)))
        await socket.send_str('{"type":"x"}')
        errors += await socket.receive_json(timeout=PATIENCE) == {"error": "too_many"}
    assert errors == FLOODED + 2
