"""The cast and their stage: Greenleaf Pharmacy with staff Ana and Ben and contacts Cara and Dev, on a real server.

Eve works at Hillside, another workspace of the same server, where Fay is a contact: they see nothing of Greenleaf.
Everybody acts through real sockets on a real store; `world` runs once on each engine.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import argon2
import msgspec

from careline.app import App
from careline.core.actor import Actor, system
from careline.features.conversations.actions import conversation_for
from careline.features.messages.rows import Message, MessageKind, Sending
from careline.features.people.accounts import add_account
from careline.features.people.actions import add_contact
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.features.tokens.sessions import start_session
from careline.features.workspaces.actions import add_workspace
from careline.settings import Settings
from careline.store.database import Tx
from careline.wires.credentials import Passwords
from careline.work.runner import LEASE

GREENLEAF, HILLSIDE = "greenleaf", "hillside"
PASSWORD = "correct horse battery"
PATIENCE = 5.0

# Generous: limits have tests of their own, everything else should not meet them.
LIMITS: dict[str, Any] = {
    "limit_send_contact": "10000/s",
    "limit_send_staff": "10000/s",
    "limit_read": "10000/s",
    "limit_commands": "10000/s",
    "limit_upload": "10000/s",
    "limit_visits": "10000/s",
    "limit_visits_day": "10000/s",
    "limit_visits_workspace": "10000/s",
    "limit_visitor_start": "10000/s",
    "limit_visitor_send": "10000/s",
    "limit_visitor_upload": "10000/s",
    "limit_codes_phone": "10000/s",
    "limit_codes_phone_day": "10000/s",
    "limit_codes_address": "10000/s",
    "limit_codes_workspace": "10000/s",
    "limit_sign_in_account": "10000/s",
    "limit_sign_in_address": "10000/s",
    "sockets_per_address": 10_000,
    "sockets_per_contact": 1_000,
    "sockets_per_staff": 1_000,
    "sockets_unauthenticated": 10_000,
}


class Socket:
    """A person's native socket: `hears` what is said, `does` commands."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, ready: dict[str, Any]) -> None:
        self.socket = socket
        self.ready = ready
        self._next = 0

    async def says(self, frame: Any) -> None:
        await self.socket.send_str(msgspec.json.encode(frame).decode())

    async def hears(self, type_: str | None = None, within: float = PATIENCE) -> dict[str, Any]:
        """The next frame, or the next of a type; presence is skipped unless it is asked for."""
        async with asyncio.timeout(within):
            while True:
                got = await self.socket.receive()
                if got.type != aiohttp.WSMsgType.TEXT:
                    raise AssertionError(f"the socket ended with {self.socket.close_code} while waiting for {type_}")
                frame: dict[str, Any] = msgspec.json.decode(got.data)
                if frame["type"] == (type_ or frame["type"]) and (type_ == "presence" or frame["type"] != "presence"):
                    return frame

    async def hears_nothing(self, for_: float = 0.2) -> None:
        try:
            frame = await self.hears(within=for_)
        except TimeoutError:
            return
        raise AssertionError(f"heard {frame}")

    async def does(self, command: str, **data: Any) -> Any:
        """Run a command and return its reply's data; an error frame is returned whole."""
        self._next += 1
        await self.says({"type": command, "id": str(self._next), "data": data})
        while True:
            frame = await self.hears()
            if frame.get("id") == str(self._next):
                return frame["data"] if frame["type"] == "reply" else frame

    async def is_closed(self, within: float = PATIENCE) -> int:
        """The code with which the server closed, after whatever it still said."""
        async with asyncio.timeout(within):
            while (await self.socket.receive()).type == aiohttp.WSMsgType.TEXT:
                pass
        return self.socket.close_code or 0

    async def close(self) -> None:
        await self.socket.close()


class Person:
    """Somebody of the cast, with what lets them in."""

    def __init__(self, world: "World", actor: Actor, token: str) -> None:
        self.world = world
        self.actor = actor
        self.id = actor.id
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def asks(self, method: str, path: str, *, status: int | None = None, **more: Any) -> Any:
        """One request; the answer's JSON, and with `status` the certainty that it was that."""
        headers = {**self.headers, **more.pop("headers", {})}
        async with self.world.http.request(method, self.world.url + path, headers=headers, **more) as answer:
            body = await answer.read()
            if status is not None:
                assert answer.status == status, f"{method} {path}: {answer.status} {body[:500]!r}"
            return msgspec.json.decode(body) if body else None

    async def status_of(self, method: str, path: str, **more: Any) -> int:
        headers = {**self.headers, **more.pop("headers", {})}
        async with self.world.http.request(method, self.world.url + path, headers=headers, **more) as answer:
            await answer.read()
            return answer.status

    async def was_here(self) -> str:
        """They came and went again: the place in the stream from which on they miss what is said."""
        socket = await self.opens()
        await socket.close()
        return str(socket.ready["cursor"])

    async def opens(self, *, since: str | None = None, token: str | None = None) -> Socket:
        """A native socket, authenticated with the first frame."""
        url = self.world.url.replace("http", "ws", 1) + "/v1/socket"
        socket = await self.world.http.ws_connect(url)
        self.world.sockets.append(socket)
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"
        auth = {"type": "auth", "token": token or self.token} | ({"since": since} if since else {})
        await socket.send_json(auth)
        return Socket(socket, await socket.receive_json(timeout=PATIENCE))

    async def sends(self, conversation_id: str, body: str, *, kind: MessageKind = "text", **more: Any) -> Message:
        """Send a message as every wire does: with the others that wait, and on PostgreSQL without a lock."""
        sent = await self.world.app.server.send(Sending(self.actor, conversation_id, body, kind, **more))
        return sent.message


class World:
    """The running server and everybody in it. `conversation` is Cara's with Greenleaf."""

    ana: Person
    ben: Person
    cara: Person
    dev: Person
    eve: Person
    fay: Person
    conversation: str
    dev_conversation: str
    fay_conversation: str

    def __init__(self, app: App, http: aiohttp.ClientSession) -> None:
        self.app = app
        self.http = http
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    @property
    def url(self) -> str:
        return self.app.server.public_url

    @classmethod
    async def begin(cls, app: App, http: aiohttp.ClientSession) -> Self:
        world = cls(app, http)
        await world._workspace(GREENLEAF, "Greenleaf Pharmacy")
        await world._workspace(HILLSIDE, "Hillside Clinic")
        world.ana = await world.works("ana", "Ana", GREENLEAF, role="admin")
        world.ben = await world.works("ben", "Ben", GREENLEAF, scope="participating")
        world.eve = await world.works("eve", "Eve", HILLSIDE, role="admin")
        world.cara = await world.writes("cara", "Cara", GREENLEAF)
        world.dev = await world.writes("dev", "Dev", GREENLEAF)
        world.fay = await world.writes("fay", "Fay", HILLSIDE)
        world.conversation = await world.talk(world.cara)
        world.dev_conversation = await world.talk(world.dev)
        world.fay_conversation = await world.talk(world.fay)
        return world

    async def _workspace(self, workspace_id: str, name: str) -> None:
        await self.app.database.write(add_workspace, system(), workspace_id, name)

    async def works(self, id_: str, name: str, workspace_id: str, *, role: Any = "agent", scope: Any = "all") -> Person:
        """Somebody new behind the counter, signed in."""
        database, email = self.app.database, f"{id_}@{workspace_id}.example"
        digest = await self.app.server.passwords.hash(PASSWORD)
        account = await database.write(add_account, system(), name, email, digest)
        staff = await database.write(
            add_staff,
            system(workspace_id),
            name,
            email=email,
            role=role,
            scope=scope,
            staff_id=id_,
            account_id=account.id,
        )
        session = await database.write(start_session, system(), account.id)
        credential = f"session:{session.session.id}"
        actor = Actor(workspace_id, "staff", id_, name, staff.role, staff.scope, credential)
        return Person(self, actor, session.access_token)

    async def writes(self, id_: str, name: str, workspace_id: str) -> Person:
        """Somebody new before the counter, with a chat link."""
        database, boss = self.app.database, system(workspace_id)
        await database.write(add_contact, boss, contact_id=id_, name=name)
        issued = await database.write(issue_token, boss, id_)
        return Person(
            self, Actor(workspace_id, "contact", id_, name, credential=f"token:{issued.token.id}"), issued.secret
        )

    async def works_off(self) -> None:
        """Until the server has done what is due, and what follows from that."""

        async def left(tx: Tx, actor: Actor) -> Any:
            return await tx.value("due_job", now=tx.now + LEASE + 1_000, but=[])  # what is claimed as well

        async with asyncio.timeout(PATIENCE):
            while await self.app.database.read(left, system()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def talk(self, contact: Person) -> str:
        """The contact's conversation."""
        return (await self.app.database.write(conversation_for, contact.actor, contact.id)).id


@asynccontextmanager
async def stage(database: str | Path, **settings: Any) -> AsyncIterator[World]:
    """A server on this database with the cast in it; taken down at the end."""
    os.environ["CARELINE_TEST_UNSAFE_DATABASE"] = "1"  # the tests' PostgreSQL forgets on purpose
    chosen = Settings(database=str(database), listen=["127.0.0.1:0"], log_level="error", **{**LIMITS, **settings})
    app = App(chosen, demo=True, passwords=Passwords(argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)))
    await app.start()
    try:
        async with aiohttp.ClientSession() as http:
            world = await World.begin(app, http)
            yield world
            for socket in world.sockets:
                await socket.close()
    finally:
        await app.stop()


@asynccontextmanager
async def second(world: World, database: str, redis_url: str = "") -> AsyncIterator[World]:
    """Another process's server on the same store, with the same cast."""
    settings = Settings(database=database, listen=["127.0.0.1:0"], redis_url=redis_url, **LIMITS)
    app = App(settings, passwords=Passwords(argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)))
    await app.start()
    there = World(app, world.http)
    for name in ("ana", "ben", "cara", "dev"):
        here: Person = getattr(world, name)
        setattr(there, name, Person(there, here.actor, here.token))
    there.conversation = world.conversation
    try:
        yield there
    finally:
        for socket in there.sockets:
            await socket.close()
        await app.stop()
