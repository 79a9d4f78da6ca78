"""One message, every wire: whoever says it and however, all of them hear it at once, each in its own words.

A wire takes part by its entry in `PARTS`: what it is set up with, and its clients. All of them are in one conversation,
Cara's with Greenleaf, where Doc works: on every threading there is one that all wires mean.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import aiohttp
import pytest
from msgspec import Struct, structs

from careline.core.actor import system
from careline.features.conversations.actions import conversation_for
from careline.features.messages.actions import list_messages
from careline.features.messages.rows import Message
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.features.workspaces.actions import update_workspace
from careline.partners import Careforall, Clinic, Issuer, Location, Visitor
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.shapes import rfc3339
from careline.wiring import LANGUAGES
from tests.house.test_docs_run import holds
from tests.wires.careforall import conftest as careforall
from tests.wires.careplus import conftest as careplus
from tests.wires.clinic import conftest as clinic
from tests.wires.location import conftest as location
from tests.world import GREENLEAF, Person, World, stage

PATIENCE, QUIET = 5.0, 0.4
DOCTOR = "doc"
Socket = aiohttp.ClientWebSocketResponse
Frames = list[dict[str, Any]]


class Place(Struct):
    """Where they all are."""

    world: World
    conversation_id: str


class Client(Struct, frozen=True):
    """`opens` a socket, `says` a text through its wire, and `hears` exactly these frames of a message, which may have
    been its own. What is merged in memory for a moment has no place in the order: frames that it `skips`. Whoever
    speaks through one that `reads` has read what was said, which is heard in between.
    """

    name: str
    opens: Callable[[Place], Awaitable[Socket]]
    says: Callable[[Place, Socket, str], Awaitable[object]]
    hears: Callable[[Message, bool], Frames]
    skips: frozenset[str] = frozenset()
    reads: bool = False


class Part(Struct, frozen=True):
    """One wire: its settings, the issuers of its tokens, its clients."""

    clients: list[Client]
    settings: dict[str, Any] = {}
    issuers: Callable[[], list[Issuer]] = list


# The wires -----------------------------------------------------------------------------------------------------------


async def connects(place: Place, path: str, headers: dict[str, str] | None = None) -> Socket:
    url = place.world.url.replace("http", "ws", 1) + path
    socket: Socket = await place.world.http.ws_connect(url, headers=headers)
    place.world.sockets.append(socket)
    return socket


async def posts(place: Place, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    async with place.world.http.post(place.world.url + path, headers=headers, json=body) as answer:
        assert answer.status in (200, 201), await answer.text()


def native(name: str, who: Callable[[World], Person]) -> Client:
    async def opens(place: Place) -> Socket:
        return (await who(place.world).opens()).socket

    async def says(place: Place, socket: Socket, body: str) -> None:
        path = f"/v1/conversations/{place.conversation_id}/messages"
        await posts(place, path, who(place.world).headers, {"body": body})

    def hears(message: Message, mine: bool) -> Frames:
        said = {
            "id": message.id,
            "conversation_id": message.conversation_id,
            "sender_kind": message.sender_kind,
            "sender_id": None if name == "widget" and message.sender_kind == "staff" else message.sender_id,
            "sender_name": message.sender_name,
            "body": message.body,
        }
        frame = {"type": "message.sent", "conversation_id": message.conversation_id, "cursor": "…"}
        return [{**frame, "data": {"message": said}}]

    return Client(f"native/{name}", opens, says, hears, frozenset({"presence", "message.delivered"}))


def on_careforall(user_id: str, role: str) -> Client:
    async def opens(place: Place) -> Socket:
        bearer = careforall.token(user_id, role)
        return await connects(place, f"/ws/conversations/conv_{place.conversation_id}?token={bearer}")

    async def says(place: Place, socket: Socket, body: str) -> None:
        await socket.send_json({"type": "message", "content": body})

    def hears(message: Message, mine: bool) -> Frames:
        return [
            {
                "type": "message_sent" if mine else "message_received",
                "messageId": f"msg_{message.id}",
                "conversationId": f"conv_{message.conversation_id}",
                "senderId": message.sender_id,
                "senderRole": "USER" if message.sender_kind == "contact" else "ADMIN",
                "content": message.body,
                "messageType": "TEXT",
                "createdAt": rfc3339(message.created_at),
            }
        ]

    return Client(f"careforall/{user_id}", opens, says, hears)


def on_location(name: str, query: Callable[[World], str], headers: Callable[[World], dict[str, str]]) -> Client:
    pair = {"location_id": GREENLEAF, "contact_id": "cara"}

    async def opens(place: Place) -> Socket:
        return await connects(place, f"/ws?locationID={GREENLEAF}&{query(place.world)}")

    async def says(place: Place, socket: Socket, body: str) -> None:
        await posts(place, "/location-contact-chat/messages", headers(place.world), {**pair, "content": body})

    def hears(message: Message, mine: bool) -> Frames:
        return [{"type": "refetch", **pair}]

    return Client(f"location/{name}", opens, says, hears)


def on_careplus(name: str, bearer: Callable[[World], Awaitable[str]]) -> Client:
    async def opens(place: Place) -> Socket:
        return await connects(place, f"/api/v1/chat/ws?token={await bearer(place.world)}")

    async def says(place: Place, socket: Socket, body: str) -> None:
        words = {"conversation_id": place.conversation_id, "body": body}
        await socket.send_json({"type": "send_message", "data": words})

    def hears(message: Message, mine: bool) -> Frames:
        named = message.sender_name not in ("", message.sender_id)
        said = {
            "id": message.id,
            "conversation_id": message.conversation_id,
            "sender_type": "customer" if message.sender_kind == "contact" else "user",
            "sender_id": message.sender_id,
            **({"sender_name": message.sender_name} if named else {}),
            "body": message.body,
            "created_at": rfc3339(message.created_at),
            "updated_at": rfc3339(message.created_at),
        }
        return [{"type": "new_message", "data": said}]

    return Client(f"careplus/{name}", opens, says, hears)


async def pharmacist(world: World) -> str:
    return careplus.token("pia", "pharmacist")


async def customer(world: World) -> str:
    return await careplus.customers(world, world.cara)


def on_clinic(user_id: str, role: str) -> Client:
    async def opens(place: Place) -> Socket:
        path = f"/ws?location_id={GREENLEAF}&user_id={DOCTOR}&contact_id=cara"
        return await connects(place, path, clinic.bearing(user_id, role))

    async def says(place: Place, socket: Socket, body: str) -> None:
        await socket.send_json({"content": body})

    def hears(message: Message, mine: bool) -> Frames:
        by_contact = message.sender_kind == "contact"
        nothing = dict.fromkeys(
            ("delivered_at", "read_at", "file_url", "file_name", "file_type", "reply_to_id", "edited_at", "deleted_at")
        )
        return [
            {
                **nothing,
                "id": message.id,
                "location_id": GREENLEAF,
                "session_id": message.conversation_id,
                "sender_user_id": None if by_contact else message.sender_id,
                "receiver_user_id": DOCTOR if by_contact else None,
                "sender_contact_id": message.sender_id if by_contact else None,
                "receiver_contact_id": None if by_contact else "cara",
                "content": message.body,
                "sent_at": rfc3339(message.created_at),
                "is_read": False,
                "is_pinned": False,
                "message_type": "text",
                "reactions": [],
            }
        ]

    return Client(f"clinic/{user_id}", opens, says, hears, frozenset({"delivered"}))


class Asking:
    """What a client without a socket has instead: it asks for the thread until there is more."""

    def __init__(self, place: Place, token: str) -> None:
        self._place = place
        self.headers = {"X-Chat-Token": token}
        self._heard = 0

    async def receive_json(self, *, timeout: float) -> dict[str, Any]:
        """The next message, but for how far others have it. Raises `TimeoutError`."""
        url = f"{self._place.world.url}/api/chat/{self._place.conversation_id}/messages"
        async with asyncio.timeout(timeout):
            while True:
                async with self._place.world.http.get(url, headers=self.headers) as answer:
                    messages: list[dict[str, Any]] = (await answer.json())["messages"]
                if len(messages) > self._heard:
                    self._heard += 1
                    message = messages[self._heard - 1]
                    return {key: message[key] for key in message if key not in ("delivered_at", "read_at")}
                await asyncio.sleep(0.05)


def on_visitor(who: Callable[[World], Person]) -> Client:
    async def opens(place: Place) -> Socket:
        write = place.world.app.database.write
        issued = await write(issue_token, system(GREENLEAF), who(place.world).actor.id, bare=True)
        return cast(Socket, Asking(place, issued.secret))

    async def says(place: Place, socket: Socket, body: str) -> None:
        path = f"/api/chat/{place.conversation_id}/messages"
        await posts(place, path, cast(Asking, socket).headers, {"message": body})

    def hears(message: Message, mine: bool) -> Frames:
        by_contact = message.sender_kind == "contact"
        return [
            {
                "id": message.id,
                "sender_type": "visitor" if by_contact else "admin",
                "sender_label": message.sender_name or None,
                "message": message.body,
                "created_at": rfc3339(message.created_at),
                "attachments": [],
            }
        ]

    return Client("visitor/cara", opens, says, hears, reads=True)


PARTS = {
    "native": Part([native("inbox", lambda world: world.ana), native("widget", lambda world: world.cara)]),
    "careforall": Part(
        [on_careforall("cara", "USER"), on_careforall("ada", "ADMIN")],
        {"careforall": Careforall(workspace=GREENLEAF)},
        lambda: [careforall.platform_issuer()],
    ),
    "careplus": Part(
        [on_careplus("pia", pharmacist), on_careplus("cara", customer)],
        {"careplus": careplus.SETTINGS},
        lambda: [careplus.ISSUER],
    ),
    "location": Part(
        [
            on_location(
                "lea",
                lambda world: f"token={location.token('lea')}",
                lambda world: {"Authorization": f"Bearer {location.token('lea')}"},
            ),
            on_location(
                "cara",
                lambda world: f"chat_token={world.cara.token}",
                lambda world: {CHAT_TOKEN: world.cara.token},
            ),
        ],
        {"location": Location(on=True, issuers=["crm"])},
        lambda: [location.CRM],
    ),
    "visitor": Part([on_visitor(lambda world: world.cara)], {"visitor": Visitor(workspace=GREENLEAF)}),
    # A doctor who sees all of the location: where a patient has one session, others began it.
    "clinic": Part(
        [on_clinic(DOCTOR, "DOCTOR"), on_clinic("cara", "PATIENT")],
        {"clinic": Clinic(on=True, issuers=["ehr"])},
        lambda: [structs.replace(clinic.ISSUER, roles={"DOCTOR": "all", "PATIENT": "contact"})],
    ),
}
CLIENTS = [client for part in PARTS.values() for client in part.clients]

# The test ------------------------------------------------------------------------------------------------------------


def test_every_wire_takes_part() -> None:
    assert PARTS.keys() == {"native", *LANGUAGES}


@pytest.fixture(params=["per_contact", "per_staff", "many"])
async def place(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Place]:
    settings = {name: value for part in PARTS.values() for name, value in part.settings.items()}
    issuers = [issuer for part in PARTS.values() for issuer in part.issuers()]
    async with stage(database, issuers=issuers, **settings) as world:
        write = world.app.database.write
        # Where a reply makes a conversation wait, as visitor would have it, its status is heard in between as well.
        await write(update_workspace, world.ana.actor, {"threading": request.param, "staff_reply_status": "open"})
        await write(add_staff, system(GREENLEAF), "Doc", staff_id=DOCTOR)
        found = await write(conversation_for, system(GREENLEAF), "cara", DOCTOR)
        yield Place(world, found.id)


async def test_what_is_said_through_one_wire_is_heard_through_all_of_them(place: Place) -> None:
    sockets = {client.name: await client.opens(place) for client in CLIENTS}
    await all_hear_no_more(sockets, greeted=True)
    silent = [client for client in CLIENTS if client.reads]
    loud = [client for client in CLIENTS if not client.reads]
    for number, speaker in enumerate([*loud, *reversed(loud), *silent]):
        text = f"{number}: {speaker.name} says something"
        await speaker.says(place, sockets[speaker.name], text)
        message = await stored(place, text)
        for client in CLIENTS:
            for expected in client.hears(message, client is speaker):
                heard = await hear(client, sockets[client.name], PATIENCE)
                while speaker.reads and heard is not None and heard.keys() != expected.keys():
                    heard = await hear(client, sockets[client.name], PATIENCE)
                assert heard is not None, f"{client.name} heard nothing of what {speaker.name} said"
                same = heard.keys() == expected.keys() and holds(expected, heard)
                assert same, f"{client.name} heard of {speaker.name}\n  {heard}\ninstead of\n  {expected}"
        if not speaker.reads:
            continue
        await all_hear_no_more(sockets, greeted=True)
    await all_hear_no_more(sockets)


async def stored(place: Place, text: str) -> Message:
    """The newest message, as soon as it is this one."""
    world = place.world
    async with asyncio.timeout(PATIENCE):
        while True:
            page = await world.app.database.read(list_messages, world.ana.actor, place.conversation_id, limit=1)
            if page.items and page.items[0].body == text:
                newest: Message = page.items[0]
                return newest
            await asyncio.sleep(0.01)


async def hear(client: Client, socket: Socket, within: float) -> dict[str, Any] | None:
    """The next frame that is not skipped; None where there is none in time."""
    while True:
        try:
            frame: dict[str, Any] = await socket.receive_json(timeout=within)
        except TimeoutError:
            return None
        if frame.get("type") not in client.skips:
            return frame


async def all_hear_no_more(sockets: dict[str, Socket], *, greeted: bool = False) -> None:
    """Nothing but, where they have just come, greetings and who else has."""

    async def hears_no_more(client: Client) -> None:
        while (frame := await hear(client, sockets[client.name], QUIET)) is not None:
            assert greeted, f"{client.name} heard {frame}"

    await asyncio.gather(*map(hears_no_more, CLIENTS))
