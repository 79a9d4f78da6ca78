"""What every wire is given: the store, what is live, and the few calls that many requests share."""

import asyncio
import contextlib
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import structs

from careline.core.actor import Actor, system
from careline.core.batch import Batches
from careline.core.clock import Clock
from careline.core.errors import Refused, TooMany
from careline.core.events import Recorded, TypingChanged
from careline.core.page import Cursors
from careline.features.messages.rows import Sending, Sent
from careline.features.messages.sending import send_messages
from careline.features.presence.actions import typing, went
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.features.workspaces.actions import all_workspaces
from careline.live.board import Board
from careline.live.connection import Connection, News
from careline.live.hub import Hub, hears
from careline.live.tail import RING, Tail
from careline.settings import Settings
from careline.store.database import Database, Tx
from careline.store.journal import Journal
from careline.wires.auditor import Auditor
from careline.wires.credentials import Credentials, Passwords
from careline.wires.files import Files
from careline.wires.gate import Gate
from careline.wires.issuers import Issuers
from careline.wires.origins import Origins
from careline.wires.socket import Sockets

Request = TypeVar("Request")
Result = TypeVar("Result")
Place = tuple[str, str, str]  # a person's in a conversation: workspace, person, conversation

PAGE = 500
CATCH_UP = 10_000
DELIVERED_EVERY = 0.5
SEEN_EVERY = 2.0
RECEIVED = 20_000


class Server:
    """One process's server, put together by `careline.app`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        journal: Journal,
        hub: Hub,
        tail: Tail,
        board: Board,
        gate: Gate,
        credentials: Credentials,
        passwords: Passwords,
        sockets: Sockets,
        origins: Origins,
        files: Files,
        tell: Callable[[TypingChanged], None],
        on_batch: Callable[[int], None],
    ) -> None:
        self.settings = settings
        self.database = database
        self.journal = journal
        self.hub = hub
        self.tail = tail
        self.board = board
        self.gate = gate
        self.credentials = credentials
        self.passwords = passwords
        self.sockets = sockets
        self.origins = origins
        self.files = files
        self.clock: Clock = database.clock
        self.auditor = Auditor(database, closed=settings.audit_fail_closed)
        credentials.on_sign_in = self.auditor.signed_in
        self.epoch = ""
        self.speeches: dict[str, Any] = {}
        self.cursors = Cursors(bytes(32))
        self.draining = False
        self.tell = tell
        self.public_url = ""
        self._received: OrderedDict[Place, int] = OrderedDict()
        self._receiving: dict[Place, Marking] = {}
        self.founding = asyncio.Lock()
        self._remembering: dict[str, asyncio.Lock] = {}
        self._sends: Batches[Sending, Sent] = Batches(self._many(send_messages), on_size=on_batch)
        self._marks: Batches[Marking, int] = Batches(self._many(mark_messages))
        self._deliveries: Batches[Marking, int] = Batches(self._many(mark_messages), linger=DELIVERED_EVERY)
        self._leavers: Batches[tuple[Actor, int], None] = Batches(self._leave_many, linger=SEEN_EVERY)

    def _many(
        self, verb: Callable[[Tx, Actor, list[Request]], Awaitable[Sequence[Result | Refused]]]
    ) -> Callable[[str, list[Request]], Awaitable[Sequence[Result | Refused]]]:
        """A verb written for many, run in its workspace."""

        async def run(workspace_id: str, requests: list[Request]) -> Sequence[Result | Refused]:
            return await self.database.write_many(verb, system(workspace_id), requests)

        return run

    async def _leave_many(self, workspace_id: str, leavers: list[tuple[Actor, int]]) -> list[None]:
        return await self.database.write(went, system(workspace_id), leavers)

    # Hot verbs, shared by everybody of a workspace ------------------------------------------------------------------

    def send(self, sending: Sending) -> "asyncio.Future[Sent]":
        """Send a message: with the others that wait, in one commit. The future raises what the verb refuses with."""
        self.gate.send(sending.actor)
        return self._sends.submit(sending.actor.workspace_id, sending)

    def mark(self, marking: Marking) -> "asyncio.Future[int]":
        """Mark as read at once, as delivered within half a second; the result is what is left unread on that side."""
        self.gate.take_as("read", marking.actor)
        batches = self._marks if marking.kind == "read" else self._deliveries
        return batches.submit(marking.actor.workspace_id, marking)

    def received(self, actor: Actor, received: dict[str, News]) -> dict[str, News]:
        """Somebody's client has what these conversations brought: told within half a second, unless it is known, and
        once for all that comes in that time. What could not be told now, because too much was, comes back.
        """
        left = dict(received)
        for conversation_id, news in received.items():
            place = (actor.workspace_id, actor.person, conversation_id)
            waiting = self._receiving.get(place)
            if news.seq > (self._received.get(place, 0) if waiting is None else waiting.reached or 0):
                if waiting is None:
                    try:
                        self.gate.take_as("read", actor)
                    except TooMany:
                        break
                if not self._receiving:
                    asyncio.get_running_loop().call_later(DELIVERED_EVERY, self._tell_received)
                told = Marking(actor, conversation_id, "delivered", news.message_id, reached=news.seq)
                self._receiving[place] = told
            del left[conversation_id]
        return left

    def _tell_received(self) -> None:
        receiving, self._receiving = self._receiving, {}
        for place, marking in receiving.items():
            told = self._marks.submit(marking.actor.workspace_id, marking)
            told.add_done_callback(partial(self._note_received, place, marking.reached or 0))

    def _note_received(self, place: Place, seq: int, told: "asyncio.Future[int]") -> None:
        if told.cancelled() or told.exception() is not None:
            return
        self._received[place] = max(seq, self._received.pop(place, 0))
        if len(self._received) > RECEIVED:
            self._received.popitem(last=False)

    # Listening ------------------------------------------------------------------------------------------------------

    async def follow(self, workspace_id: str) -> None:
        """Begin to hear the facts of a workspace, once."""
        if not self.tail.follows(workspace_id):
            head = await self.database.read(self.journal.head, system(workspace_id))
            self.tail.follow(workspace_id, head)
            # What this process committed between that reading and now was told to nobody, and where only commits of
            # others are looked for it would stay so until the next one.
            self.tail.wake(workspace_id, await self.database.read(self.journal.head, system(workspace_id)))

    async def identify(
        self,
        token: str,
        address: str,
        *,
        issuer: Issuers = None,
        workspace: str | None = None,
        cookie: bool = False,
    ) -> Actor:
        """Who bears the token; from then on this process hears when that ends."""
        followed, look = self.tail.count, self.credentials.actor
        actor = await look(token, address, issuer=issuer, workspace=workspace, cookie=cookie)
        if not self.tail.is_among(actor.workspace_id, followed):
            await self.follow(actor.workspace_id)
            # Before that nobody would have told us of a revocation: what was looked up may have ended since.
            actor = await look(token, address, issuer=issuer, workspace=workspace, cookie=cookie, anew=True)
        return actor

    async def follow_all(self) -> None:
        """Begin to hear the facts of every workspace there is; those to come are followed by whoever speaks there."""
        for workspace in await self.database.read(all_workspaces, system()):
            await self.follow(workspace.id)

    def joined(self, connection: Connection) -> None:
        self.hub.join(connection)
        if connection.actor.kind == "system":
            return
        self.board.came(connection.actor)
        if connection.conversation_id is not None:
            self.board.entered(connection.actor, connection.conversation_id)

    def left(self, connection: Connection) -> None:
        self.hub.leave(connection)
        if connection.actor.kind == "system":
            return
        if connection.conversation_id is not None:
            self.board.left(connection.actor, connection.conversation_id)
        at = self.clock()
        if self.board.went(connection.actor, self.clock.monotonic_ms(), at) and not self.draining:
            actor = connection.actor
            self._leavers.submit(actor.workspace_id, (actor, at)).add_done_callback(
                lambda f: f.cancelled() or f.exception()
            )

    def renamed(self, workspace_id: str, person: str, name: str) -> None:
        """What somebody says from now on bears their new name, on the connections they have as well."""
        self.credentials.forget((person,))
        for connection in self.hub.connections_of(workspace_id, person):
            connection.actor = structs.replace(connection.actor, name=name)

    async def past(self, actor: Actor, since: int) -> list[Recorded] | None:
        """What the actor missed after a number, in order; None when it is too long ago: then all must be read anew."""
        if self.too_long_ago(actor.workspace_id, since):
            return None
        recent = self.tail.recent(actor.workspace_id, since)
        if recent is not None:
            return [recorded for recorded in recent if hears(actor, recorded)]
        if self.tail.last(actor.workspace_id) - since <= RING:
            recent = await self._remembered(actor.workspace_id, since)
            return [recorded for recorded in recent if hears(actor, recorded)]
        missed: list[Recorded] = []
        async for page in self.log(actor, since):
            missed += page
        return missed

    async def _remembered(self, workspace_id: str, since: int) -> list[Recorded]:
        """The facts after a number, read once for all who come back at the same time."""
        async with self._remembering.setdefault(workspace_id, asyncio.Lock()):
            recent = self.tail.recent(workspace_id, since)
            if recent is not None:
                return recent
            facts: list[Recorded] = []
            async for page in self.log(system(workspace_id), since):
                facts += page
            self.tail.remember(workspace_id, facts)
            return facts

    def too_long_ago(self, workspace_id: str, since: int) -> bool:
        """Whether so much has happened in the workspace that reading anew is cheaper than catching up."""
        return self.tail.last(workspace_id) - since > CATCH_UP

    async def log(self, actor: Actor, since: int) -> AsyncIterator[list[Recorded]]:
        """The log after a number, as the actor may hear it, page by page."""
        more = True
        while more:
            page, more = await self.database.read(self.journal.read_for, actor, since, PAGE)
            if page:
                since = page[-1].seq
                yield page

    async def tell_typing(self, actor: Actor, conversation_id: str, is_typing: bool) -> None:
        """Tell the others, as often as is useful."""
        signal: TypingChanged = await self.database.read(typing, actor, conversation_id, is_typing)
        if self.board.may_tell_typing(signal, self.clock.monotonic_ms()):
            self.tell(signal)

    # Stopping -------------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Let what is in flight be stored and answered, then tell every socket to come back a little later."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_s):
                self._tell_received()
                for batches in (self._sends, self._marks, self._deliveries, self._leavers):
                    await batches.drain()
                await self.credentials.drain()
                with contextlib.suppress(Refused):
                    await self.auditor.flush()
        spread = min(30_000, 1_000 + 10 * len(self.sockets.open))
        self.sockets.close_all(1012, lambda: f'{{"retry_after_ms":{random.randint(200, spread)}}}')  # noqa: S311
