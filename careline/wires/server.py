"""What every wire is given: the store, what is live, and the few calls that many requests share."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from careline.core.actor import Actor, system
from careline.core.batch import Batch
from careline.core.clock import Clock
from careline.core.events import PresenceChanged, Recorded, TypingChanged
from careline.core.page import Cursors
from careline.features.messages.actions import send_messages
from careline.features.messages.rows import Sending, Sent
from careline.features.presence.actions import typing, went
from careline.features.receipts.actions import mark_messages
from careline.features.receipts.rows import Marking
from careline.live.board import Board
from careline.live.connection import Connection
from careline.live.hub import Hub, hears
from careline.live.tail import Tail
from careline.settings import Settings
from careline.store.database import Database
from careline.store.journal import Journal
from careline.wires.credentials import Credentials, Passwords
from careline.wires.gate import Gate
from careline.wires.origins import Origins
from careline.wires.socket import Sockets

PAGE = 500
CATCH_UP = 10_000
DELIVERED_EVERY = 0.5
SEEN_EVERY = 2.0


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
        self.clock: Clock = database.clock
        self.epoch = ""
        self.speeches: dict[str, Any] = {}
        self.cursors = Cursors(bytes(32))
        self.draining = False
        self.public_url = ""
        self._on_batch = on_batch
        self._sends: dict[str, Batch[Sending, Sent]] = {}
        self._reads: dict[str, Batch[Marking, int]] = {}
        self._deliveries: dict[str, Batch[Marking, int]] = {}
        self._leavers: dict[str, Batch[tuple[Actor, int], None]] = {}

    # Hot verbs, shared by everybody of a workspace ------------------------------------------------------------------

    def send(self, sending: Sending) -> "asyncio.Future[Sent]":
        """Send a message: with the others that wait, in one commit. The future raises what the verb refuses with."""
        self.gate.send(sending.actor)
        return self._batch(self._sends, sending.actor.workspace_id, send_messages, self._on_batch).submit(sending)

    def mark(self, marking: Marking) -> "asyncio.Future[int]":
        """Mark as read at once, as delivered within half a second; the result is what is left unread on that side."""
        self.gate.take_as("read", marking.actor)
        if marking.kind == "read":
            return self._batch(self._reads, marking.actor.workspace_id, mark_messages).submit(marking)
        batch = self._batch(
            self._deliveries, marking.actor.workspace_id, mark_messages, linger=DELIVERED_EVERY
        )
        return batch.submit(marking)

    def _batch(
        self,
        batches: dict[str, Batch],  # type: ignore[type-arg]
        workspace_id: str,
        verb: Callable[..., Awaitable[object]],
        on_size: Callable[[int], None] = lambda size: None,
        *,
        linger: float = 0.0,
    ) -> Batch:  # type: ignore[type-arg]
        batch = batches.get(workspace_id)
        if batch is None:
            actor = system(workspace_id)

            async def run(requests: list[object]) -> object:
                return await self.database.write(verb, actor, requests)  # type: ignore[arg-type]

            batch = batches[workspace_id] = Batch(run, linger=linger, on_size=on_size)  # type: ignore[arg-type]
        return batch

    # Listening ------------------------------------------------------------------------------------------------------

    async def follow(self, workspace_id: str) -> None:
        """Begin to hear the facts of a workspace, once."""
        if not self.tail.follows(workspace_id):
            head = await self.database.read(self.journal.head, system(workspace_id))
            self.tail.follow(workspace_id, head)

    async def identify(self, token: str, address: str, *, issuer: str | None = None) -> Actor:
        """Who bears the token; from then on this process hears when that ends."""
        actor = await self.credentials.actor(token, address, issuer=issuer)
        if not self.tail.follows(actor.workspace_id):
            await self.follow(actor.workspace_id)
        return actor

    def joined(self, connection: Connection) -> None:
        self.hub.join(connection)
        self.board.came(connection.actor)

    def left(self, connection: Connection) -> None:
        self.hub.leave(connection)
        now = self.clock()
        if self.board.went(connection.actor, now) and not self.draining:
            actor = connection.actor
            batch = self._batch(self._leavers, actor.workspace_id, went, linger=SEEN_EVERY)
            batch.submit((actor, now)).add_done_callback(lambda f: f.cancelled() or f.exception())

    async def past(self, actor: Actor, since: int) -> list[Recorded] | None:
        """What the actor missed after a number, in order; None when it is too much: then all must be read anew."""
        recent = self.tail.recent(actor.workspace_id, since)
        if recent is not None:
            return [recorded for recorded in recent if hears(actor, recorded)]
        missed: list[Recorded] = []
        async for page in self.log(actor, since):
            missed += page
            if len(missed) > CATCH_UP:
                return None
        return missed

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
        if self.board.may_tell_typing(signal, self.clock()):
            self.hub.signal(signal)

    def presence(self, signal: PresenceChanged) -> None:
        self.hub.signal(signal)

    # Stopping -------------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Let what is in flight be stored and answered, then tell every socket to come back a little later."""
        batches = [b for kind in (self._sends, self._reads, self._deliveries, self._leavers) for b in kind.values()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_s):
                for batch in batches:
                    await batch.drain()
                await self.credentials.drain()
        spread = min(30_000, 1_000 + 10 * len(self.sockets.open))
        self.sockets.close_all(1012, lambda: f'{{"retry_after_ms":{random.randint(200, spread)}}}')  # noqa: S311


