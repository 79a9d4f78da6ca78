"""Many at the same moment on two servers over one database: what is acknowledged is there once, and all adds up."""

import asyncio
import random
from typing import Any
from unittest.mock import patch

import msgspec
from msgspec import Struct

from careline.core.actor import Actor, system
from careline.store.database import Tx
from tests.twins.stage import listening
from tests.world import GREENLEAF, Socket, World, second, stage

PEOPLE = ("ana", "ben", "cara", "dev")
OTHERS = ("unread", "status", "label", "assign", "add", "pin", "react", "edit", "delete", "merge", "forward")


class _Count(Struct):
    """A conversation as it is told and as it comes out when its messages are counted."""

    id: str
    message_count: int
    counted: int
    last_seq: int
    found_seq: int
    staff_unread: int
    staff_counted: int
    contact_unread: int
    contact_counted: int


UNREAD = """(SELECT COUNT(*) FROM messages m
  WHERE m.conversation_id = c.id AND m.kind <> 'note' AND m.sender_kind = '{}'
  AND NOT EXISTS (SELECT 1 FROM marks x WHERE x.conversation_id = c.id AND x.kind = 'read' AND x.reader_kind = '{}'
    AND x.from_seq <= m.seq AND x.to_seq >= m.seq))"""
COUNTS = f"""SELECT c.id, c.message_count,
  (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.kind <> 'note'), c.last_seq,
  COALESCE((SELECT MAX(m.seq) FROM messages m WHERE m.conversation_id = c.id AND m.kind <> 'note'), 0),
  c.staff_unread, {UNREAD.format("contact", "staff")}, c.contact_unread, {UNREAD.format("staff", "contact")}
FROM conversations c"""


class Crowd:
    """Everybody at both servers, doing things at random. `said`: the ids acknowledged, by place, person and name."""

    def __init__(self, worlds: list[World], seed: str) -> None:
        self.worlds = worlds
        self.random = random.Random(seed)
        self.places = [worlds[0].conversation, worlds[0].dev_conversation]
        self.said: dict[tuple[str, str, str], set[str]] = {}
        self.messages: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.done = 0

    async def asks(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        world = self.random.choice(self.worlds)
        person = getattr(world, who)
        more = {} if body is None else {"json": body}
        async with world.http.request(method, world.url + path, headers=person.headers, **more) as answer:
            raw = await answer.read()
        self.done += 1
        if answer.status >= 500:
            self.wrong.append(f"{method} {path} {body}: {answer.status} {raw!r}")
        return answer.status, msgspec.json.decode(raw) if raw else None

    async def send(self) -> None:
        who, place = self.random.choice(PEOPLE), self.random.choice(self.places)
        name = f"k{self.random.randrange(40)}"
        body: dict[str, Any] = {"body": f"{who} {name}", "client_id": name}
        if who in ("ana", "ben") and self.random.random() < 0.4:
            body |= {"kind": "note", "mentions": self.random.sample(["ana", "ben"], self.random.randint(0, 2))}
        elif self.messages and self.random.random() < 0.3:
            body["reply_to"] = self.random.choice(self.messages)[1]
        status, answer = await self.asks(who, "POST", f"/v1/conversations/{place}/messages", body)
        if status == 201:
            self.said.setdefault((place, who, name), set()).add(answer["id"])
            self.messages.append((place, answer["id"]))

    async def mark(self) -> None:
        who, place = self.random.choice(PEOPLE), self.random.choice(self.places)
        near = [id_ for where, id_ in self.messages[-40:] if where == place]
        what = self.random.choice(("all", "up_to", "message_ids"))
        body: dict[str, Any] = {}
        if what != "all" and near:
            body = (
                {"up_to": self.random.choice(near)}
                if what == "up_to"
                else {"message_ids": self.random.choices(near, k=3)}
            )
        kind = self.random.choice(("read", "read", "delivered"))
        if kind == "delivered":
            body.pop("message_ids", None)
        await self.asks(who, "POST", f"/v1/conversations/{place}/{kind}", body)

    async def other(self) -> None:
        """Something that is done under the lock."""
        place = self.random.choice(self.places)
        here, what = f"/v1/conversations/{place}", self.random.choice(OTHERS)
        if what == "unread":
            await self.asks("ana", "POST", f"{here}/unread")
        elif what == "status":
            status = self.random.choice(("open", "pending", "closed"))
            await self.asks("ana", "PATCH", here, {"status": status})
        elif what == "label":
            await self.asks("ana", "PUT", f"{here}/labels", {"names": self.random.sample(["a", "b", "c"], 2)})
        elif what == "assign":
            await self.asks("ana", "POST", f"{here}/assign", {"staff_id": self.random.choice(("ana", "ben", None))})
        elif what == "add":
            who = self.random.choice(("ben", "dev", "cara"))
            kind = "staff" if who == "ben" else "contact"
            if self.random.random() < 0.5:
                await self.asks("ana", "POST", f"{here}/participants", {"kind": kind, "id": who})
            else:
                await self.asks("ana", "DELETE", f"{here}/participants/{kind}/{who}")
        elif self.messages:
            message = f"/v1/messages/{self.random.choice(self.messages[-30:])[1]}"
            who = self.random.choice(PEOPLE)
            if what == "pin":
                await self.asks(who, "POST", f"{message}/pin")
            elif what == "react":
                await self.asks(who, "POST", f"{message}/reactions", {"emoji": "👍"})
            elif what == "edit":
                await self.asks(who, "PATCH", message, {"body": "otherwise"})
            elif what == "delete":
                await self.asks("ana", "DELETE", message)
            elif what == "forward":
                await self.asks(who, "POST", f"{message}/forward", {"conversation_id": place})

    async def moment(self) -> None:
        doing = self.random.choices((self.send, self.mark, self.other), (6, 3, 1), k=self.random.randint(2, 20))
        await asyncio.gather(*[do() for do in doing])

    async def judge(self) -> list[str]:
        """What does not add up."""
        wrong = list(self.wrong)
        wrong += [f"{named} was said as {ids}" for named, ids in self.said.items() if len(ids) > 1]
        read = self.worlds[0].app.database.read
        for c in await read(_counts, system()):
            if (c.message_count, c.last_seq) != (c.counted, c.found_seq):
                wrong.append(f"{c} is counted otherwise")
            if (c.staff_unread, c.contact_unread) != (c.staff_counted, c.contact_counted):
                wrong.append(f"{c} has other messages unread")
        if lost := set().union(*self.said.values()) - set(await read(_column, system(), "SELECT id FROM messages")):
            wrong.append(f"acknowledged and not there: {lost}")
        seqs = await read(_column, system(), f"SELECT seq FROM events WHERE workspace_id = '{GREENLEAF}'")
        if gaps := set(range(1, max(seqs) + 1)) - set(seqs):
            wrong.append(f"the log lacks {gaps}")
        for place in self.places:
            pages = [
                (await world.ana.asks("GET", f"/v1/conversations/{place}/messages?limit=100"))["items"]
                for world in self.worlds
            ]
            if pages[0] != pages[1]:
                wrong.append(f"{place} is told otherwise by the other server")
        return wrong


async def _heard(socket: Socket) -> list[str]:
    """The cursors of the facts that came, in their order."""
    await socket.says({"type": "ping"})
    cursors = []
    while (frame := await socket.hears())["type"] != "pong":
        cursors.append(frame.get("cursor", ""))
    return [cursor for cursor in cursors if cursor]


async def _counts(tx: Tx, actor: Actor) -> list[_Count]:
    return [_Count(*row) for row in await tx._connection.fetch(COUNTS)]  # type: ignore[attr-defined]


async def _column(tx: Tx, actor: Actor, statement: str) -> list[Any]:
    return [row[0] for row in await tx._connection.fetch(statement)]  # type: ignore[attr-defined]


async def crowd(database: str, folder: str, seed: str, moments: int) -> tuple[int, list[str]]:
    """How many requests, and what was wrong."""
    with listening() as failures, patch("careline.store.postgres.CONTENDED_S", 0.0):
        async with stage(database, files=f"{folder}/files") as here, second(here, database) as there:
            there.dev_conversation = here.dev_conversation
            life = Crowd([here, there], seed)
            sockets = [await world.ana.opens() for world in life.worlds]
            for _ in range(moments):
                await life.moment()
            await asyncio.sleep(1.2)  # what was received is told within half a second, and looked for within another
            wrong = await life.judge()
            heard = [await _heard(socket) for socket in sockets]
            if heard[0] != heard[1]:
                wrong.append(f"heard {len(heard[0])} and {len(heard[1])} facts, or in another order")
            return life.done, wrong + failures.lines
