"""A person's program under load: sends, reads, marks and reconnects, one thing at a time, and writes down all of it."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.faults.cast import Cast
from tests.faults.history import History
from tests.faults.link import Link, Lost, Said, sha

# Two devices of Ana and of Cara; everybody else has one.
DEVICES = ("ana-1", "ana-2", "ben-1", "cara-1", "cara-2", "dev-1", "gil-1", "hana-1", "ivo-1", "jun-1")
PAGE = 50
LETTERS = "abcdefghij klmnop äöü ß 💊 ñ "


class Client:
    """`before_try` is called before each attempt to send, with its number from 0."""

    def __init__(self, name: str, cast: Cast, url: str, folder: Path, seed: str) -> None:
        self.name = name
        self.who = cast.people[name.partition("-")[0]]
        self.history = History(folder, name)
        self.link = Link(url, self.who.token, self.who.person, self.history)
        self.random = random.Random(f"{seed}/{name}")
        self.pace = (0.002, 0.03)
        self.before_try: Callable[[int], None] = lambda attempt: None
        self.acked: dict[str, str] = {}
        self._ends_at = 0.0
        self._op = 0
        self._sent: list[tuple[str, str, str]] = []
        self._known: dict[str, list[str]] = defaultdict(list)

    async def connect(self, within: float = 20.0) -> None:
        """Be connected; the server may be away for a while."""
        async with asyncio.timeout(within):
            while True:
                try:
                    return await self.link.open()
                except Lost:
                    await asyncio.sleep(self.random.uniform(0.01, 0.06))

    @property
    def stopping(self) -> bool:
        return self._ends_at > 0

    def stop(self, within: float) -> None:
        """Finish what is under way, and give it up after so many seconds."""
        self._ends_at = time.monotonic() + within

    async def work(self) -> None:
        """Do this and that until told to stop."""
        acts: list[Callable[[], Awaitable[None]]] = [self.send, self.again, self.read, self.mark, self.reconnect]
        while not self.stopping:
            await self.connect()
            (act,) = self.random.choices(acts, (64, 5, 16, 12, 3))
            await act()
            await asyncio.sleep(self.random.uniform(*self.pace))
        await self.connect()

    async def close(self) -> None:
        await self.link.close()
        self.history.close()

    # Sending --------------------------------------------------------------------------------------------------------

    async def send(self, *, gives_up: float = 0.05) -> None:
        """Something new, with the same `client_id` until it is acknowledged; a few give up at the first silence."""
        conversation = self.random.choice(self.who.hears)
        client_id = f"{self.name}-{self._op + 1}"
        body = client_id + " " + "".join(self.random.choices(LETTERS, k=self.random.randint(1, 200))) + "."
        patient = self.random.random() >= gives_up
        if await self._say(conversation, client_id, body, patient):
            self._sent.append((conversation, client_id, body))

    async def again(self) -> None:
        """Repeat what was acknowledged before, as a program does whose memory of it was lost."""
        if self._sent:
            await self._say(*self.random.choice(self._sent[-50:]), True)

    async def _say(self, conversation: str, client_id: str, body: str, patient: bool) -> bool:
        told = {"op": self._next(), "conversation": conversation, "client_id": client_id, "sha": sha(body)}
        self.history.write("invoke", "send", **told)
        attempt = 0
        while True:
            self.before_try(attempt)
            try:
                message, cursor = await self._try(conversation, client_id, body)
            except Said as refused:
                self.history.write("fail", "send", why=str(refused), **told)
                return False
            except Lost as lost:
                self.history.write("info", "send", why=str(lost)[:120], **told)
                if not patient or 0 < self._ends_at < time.monotonic():
                    return False
                await self._breathe()
                attempt += 1
                continue
            self.history.write("ok", "send", message=message, cursor=cursor, **told)
            self.acked[message] = conversation
            return True

    async def _try(self, conversation: str, client_id: str, body: str) -> tuple[str, str]:
        if self.random.random() < 0.5:
            data, cursor = await self.link.ask(
                "message.send", conversation_id=conversation, client_id=client_id, body=body
            )
            return data["id"], cursor
        path = f"/v1/conversations/{conversation}/messages"
        return (await self.link.rest("POST", path, json={"client_id": client_id, "body": body}))["id"], ""

    async def _breathe(self) -> None:
        await asyncio.sleep(self.random.uniform(0.01, 0.06))
        await self.connect()

    # Reading and marking --------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """The newest page of a conversation."""
        told = {"op": self._next(), "conversation": self.random.choice(self.who.hears)}
        self.history.write("invoke", "page", **told)
        try:
            if self.random.random() < 0.5:
                page, _ = await self.link.ask("message.list", conversation_id=told["conversation"], limit=PAGE)
            else:
                page = await self.link.rest("GET", f"/v1/conversations/{told['conversation']}/messages?limit={PAGE}")
        except (Lost, Said) as error:
            self.history.write("info" if isinstance(error, Lost) else "fail", "page", why=str(error)[:120], **told)
            return
        items = tuple((m["id"], sha(m["body"])) for m in page["items"])
        self.history.write("ok", "page", items=items, **told)
        self._known[str(told["conversation"])] = [id_ for id_, _ in items]

    async def mark(self) -> None:
        """Up to the newest message one knows of, or to an older one, which must change nothing."""
        conversation = self.random.choice(self.who.hears)
        known = self._known[conversation]
        if not known:
            return await self.read()
        message = known[-1] if self.random.random() < 0.7 else self.random.choice(known)
        told = {"op": self._next(), "conversation": conversation, "message": message}
        self.history.write("invoke", "mark", **told)
        try:
            if self.random.random() < 0.5:
                await self.link.ask("receipt.read", conversation_id=conversation, up_to=message)
            else:
                await self.link.rest("POST", f"/v1/conversations/{conversation}/read", json={"up_to": message})
        except (Lost, Said) as error:
            self.history.write("info" if isinstance(error, Lost) else "fail", "mark", why=str(error)[:120], **told)
            return
        self.history.write("ok", "mark", **told)

    async def reconnect(self) -> None:
        await self.link.hang_up()
        await asyncio.sleep(self.random.uniform(0, 0.05))
        await self.connect()

    def _next(self) -> int:
        self._op += 1
        return self._op
