"""A foreign wire's end of a socket: let in or told why not, then frames in and out, in order and within limits."""

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine
from typing import Any, ClassVar

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core import context
from careline.core.actor import Actor
from careline.core.context import Context
from careline.core.errors import Failed, Refused, TooMany, Unauthenticated, Unavailable
from careline.features.tokens.actions import actor_again
from careline.live.connection import Connection, Held, Speech
from careline.wires import shapes
from careline.wires.http import Call, Handler, log_failure
from careline.wires.server import Server
from careline.wires.socket import Socket

IN_FLIGHT = 64
FLOODED = 20
FLOOD_MS = 10_000


class _Kind(Struct, frozen=True):
    type: str


_decode_kind = msgspec.json.Decoder(_Kind).decode


class WireTalk:
    """What a wire writes of its own stands first; the rest is the same for all of them.

    `before` says that somebody who may not come in is refused with an HTTP answer, before there is a socket. Frames are
    taken in the order they come; those that come before one is let in wait for that.
    """

    wire: ClassVar[str]
    path: ClassVar[str]
    speech: Speech
    before: ClassVar[bool] = False

    async def who(self) -> Actor:
        """Who comes in; refuses those who may not. The workspace is followed already (`Server.identify`, `follow`)."""
        raise NotImplementedError

    async def where(self, actor: Actor) -> str | None:
        """The conversation this socket is bound to; None: everything they may hear."""
        return None

    async def enter(self, connection: Connection) -> list[Held]:
        """The connection is listening and holds what it hears: refuse after all, or say what was missed;
        `connection.seq` then stands at what was known.
        """
        return []

    def welcome(self, connection: Connection) -> None:
        """Write the first frames."""

    def kind(self, message: bytes) -> str:
        """The word by which `take` knows what the client wants. Raises refusals for what is no frame of this wire."""
        return shapes.decode(message, _decode_kind).type

    def take(self, kind: str, message: bytes) -> None:
        """Do what a client's frame asks; what is not known is ignored. May not wait: `answer` what takes time."""
        raise NotImplementedError

    def tell(self, refused: Refused) -> None:
        """The wire's error frame, on a socket that stays open."""
        raise NotImplementedError

    def shut_out(self, refused: Refused) -> None:
        """Somebody may not come in, and there is a socket already: say why, then close."""
        self.tell(refused)
        self.socket.close(closing_code(refused), refused.code)

    def write(self, *frames: bytes) -> None:
        """Frames of the stream go out."""
        self.socket.write(*frames)

    # What follows is the same on every wire -------------------------------------------------------------------------

    def __init__(self, call: Call) -> None:
        self.call = call
        self.server: Server = call.server
        self.asked = Context(call.request_id, call.address, self.wire)
        self.socket: Socket
        self.actor: Actor | None = None
        self._conversation_id: str | None = None
        self._revocations = 0
        self._connection: Connection | None = None
        self._early: list[bytes] = []
        self._first: asyncio.Future[bytes] | None = None
        self._floods = 0
        self._floods_since = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connection(self) -> Connection:
        """The connection of somebody who is in."""
        assert self._connection is not None
        return self._connection

    @property
    def conversation_id(self) -> str:
        """The conversation the socket is bound to."""
        return self._conversation_id or ""

    def say(self, words: Any) -> None:
        """One frame to this socket alone."""
        self.socket.send(msgspec.json.encode(words))

    def answer(self, work: Awaitable[Any]) -> None:
        """Let something be done; what goes well is heard in the stream, a refusal is told."""
        self._spawn(self._answered(work))

    async def first_message(self) -> bytes:
        """What the client says first, for wires that take credentials there; more waits until one is let in."""
        self._first = asyncio.get_running_loop().create_future()
        self._resume()
        return await self._first

    async def introduce(self) -> None:
        """Who comes in and where to, as far as that can be said without a socket."""
        if self.server.draining:
            raise Unavailable("This server is stopping.")
        self._revocations = self.server.credentials.revocations
        actor = await self.who()
        self._conversation_id = await self.where(actor)
        settings = self.server.settings
        most = settings.sockets_per_contact if actor.kind == "contact" else settings.sockets_per_staff
        # The setting counts sockets of a person; where each conversation needs one of its own, of each of those.
        if actor.kind != "system" and self.server.hub.count(actor, self._conversation_id) >= most:
            raise TooMany(5_000, "Too many sockets of one person.")
        self.actor = actor

    def opened(self, socket: Socket) -> None:
        self.socket = socket
        # Clients send as soon as the socket is open; what has arrived is kept, the rest waits in the kernel.
        self._pause()
        self._spawn(self._let_in())

    def alive(self) -> None:
        """What was written before is with the client now: no frame of such wires says so more exactly."""
        connection = self._connection
        if connection is None or not connection.news or self.server.draining:
            return
        connection.news = self.server.received(connection.actor, connection.news)

    def closed(self) -> None:
        if self._connection is not None:
            self.server.left(self._connection)
        self._connection = None
        if self._first is not None:
            self._first.cancel()

    def heard(self, message: bytes) -> None:
        if self._first is not None and not self._first.done():
            self._first.set_result(message)
            self._pause()
            return
        connection = self._connection
        if connection is None:
            self._early.append(message)
            return
        if self.server.draining:
            self.socket.close(1012, "this server is stopping")
            return
        try:
            # Whoever is nobody in particular is counted by the socket: all of them are one person otherwise.
            who = connection.id if connection.actor.kind == "system" else connection.person
            self.server.gate.take("commands", connection.actor.workspace_id, who)
            self.take(self.kind(message), message)
        except Refused as refused:
            self._refuse(refused)

    async def _let_in(self) -> None:
        context.current.set(self.asked)
        try:
            connection, past = await self._admitted()
        except Refused as refused:
            self.shut_out(refused)
        except Exception as error:
            log_failure(error, self.asked.request_id, self.path)
            self.shut_out(Failed())
        else:
            if self.socket.closing_at is not None:
                self.server.hub.leave(connection)
                return
            if connection.overflowed:
                self.server.hub.leave(connection)
                self.shut_out(Unavailable("Too much happened at once: connect again."))
                return
            self._connection = connection
            self.server.joined(connection)
            self.server.sockets.introduced(self.socket, connection.actor.expires_at)
            self.welcome(connection)
            connection.release(past)
            early, self._early = self._early, []
            for message in early:
                self.heard(message)
        finally:
            self._resume()

    async def _admitted(self) -> tuple[Connection, list[Held]]:
        """A connection that is listening already, and holds what it hears: nothing can happen unheard in between."""
        server, socket = self.server, self.socket
        if self.actor is None:
            await self.introduce()
        assert self.actor is not None
        actor = self.actor
        connection = Connection(
            actor,
            self.speech,
            self.write,
            socket.buffered,
            socket.close,
            conversation_id=self._conversation_id,
            news=None if actor.kind == "system" else {},  # nobody in particular has received anything
        )
        connection.hold()
        if actor.workspace_id:
            connection.seq = server.tail.last(actor.workspace_id)
        server.hub.join(connection)
        try:
            if self._revocations != server.credentials.revocations and actor.kind != "system":
                await server.database.read(actor_again, actor)
            return connection, await self.enter(connection)
        except BaseException:
            server.hub.leave(connection)
            raise

    async def _answered(self, work: Awaitable[Any]) -> None:
        context.current.set(self.asked)
        try:
            await work
        except Refused as refused:
            self._refuse(refused)
        except Exception as error:
            log_failure(error, self.asked.request_id, self.path)
            self._refuse(Failed())

    def _refuse(self, refused: Refused) -> None:
        self.tell(refused)
        if isinstance(refused, TooMany):
            self._flooding()

    def _flooding(self) -> None:
        now = self.server.clock.monotonic_ms()
        if now - self._floods_since > FLOOD_MS:
            self._floods, self._floods_since = 0, now
        self._floods += 1
        if self._floods > FLOODED:
            self.socket.close(4429, "flooding")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if len(self._tasks) == IN_FLIGHT:
            self._pause()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if len(self._tasks) == IN_FLIGHT // 2:
            self._resume()

    def _pause(self) -> None:
        with contextlib.suppress(RuntimeError):
            self.socket.transport.pause_reading()

    def _resume(self) -> None:
        with contextlib.suppress(RuntimeError):  # not paused, or closing
            self.socket.transport.resume_reading()


def closing_code(refused: Refused) -> int:
    """The code to close with when somebody may not come in."""
    if isinstance(refused, Unauthenticated):
        return 4401
    if isinstance(refused, TooMany):
        return 4429
    return 1013 if isinstance(refused, (Unavailable, Failed)) else 4403


def opening(talk: type[WireTalk]) -> Handler:
    """The handler of a socket's route."""

    async def handle(call: Call) -> web.StreamResponse:
        spoken = talk(call)
        if talk.before:
            await spoken.introduce()
        return call.server.sockets.upgrade(call.request, call.address, spoken)

    return handle
