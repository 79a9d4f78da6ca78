"""One socket, one conversation: let in or told why not, then frames in and out."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core import context
from careline.core.actor import Actor
from careline.core.context import Context
from careline.core.errors import Failed, Refused, TooMany, Unauthenticated, Unavailable
from careline.features.conversations.actions import access, add_participant
from careline.features.receipts.rows import Marking
from careline.features.tokens.actions import actor_again
from careline.live.connection import Connection
from careline.wires import shapes as json
from careline.wires.careforall import auth, refusals, shapes
from careline.wires.careforall.frames import SPEECH, frame
from careline.wires.http import Call, Route, log_failure
from careline.wires.server import Server
from careline.wires.shapes import rfc3339
from careline.wires.socket import Socket

PATH = "/ws/conversations/{id}"
IN_FLIGHT = 64
FLOODED = 20
FLOOD_MS = 10_000


class _Kind(Struct, frozen=True):
    type: str


_decode_kind = msgspec.json.Decoder(_Kind).decode
_decode_say = msgspec.json.Decoder(shapes.Say).decode
_decode_typing = msgspec.json.Decoder(shapes.Typing).decode
_decode_read = msgspec.json.Decoder(shapes.Read).decode


class Talk:
    """Frames are taken in the order they come. Those that come before the answer to who one is wait for it."""

    def __init__(self, call: Call) -> None:
        self._server: Server = call.server
        self._outside = call.parameters["id"]
        self._token = call.query.get("token")
        self._address = call.address
        self._origin = call.origin
        self._request_id = call.request_id
        self._socket: Socket
        self._connection: Connection | None = None
        self._early: list[bytes] = []
        self._had = 0
        self._telling: asyncio.Future[int] | None = None
        self._floods = 0
        self._floods_since = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, socket: Socket) -> None:
        self._socket = socket
        # Clients send as soon as the socket is open; what has arrived is kept, the rest waits in the kernel.
        with contextlib.suppress(RuntimeError):
            socket.transport.pause_reading()
        self._spawn(self._let_in())

    def alive(self) -> None:
        """What was written before is with the client now: no frame of this wire says so more exactly."""
        connection = self._connection
        if connection is None or connection.seq <= self._had or self._server.draining:
            return
        if self._telling is not None and not self._telling.done():
            return  # what came since is told with the next frame or pong
        self._had = connection.seq
        marking = Marking(connection.actor, connection.conversation_id or "", "delivered", reached=connection.seq)
        try:
            self._telling = self._server.mark(marking)
        except TooMany:
            return
        self._telling.add_done_callback(lambda told: told.cancelled() or told.exception())

    def closed(self) -> None:
        if self._connection is not None:
            self._server.left(self._connection)
        self._connection = None

    def heard(self, message: bytes) -> None:
        connection = self._connection
        if connection is None:
            self._early.append(message)
            return
        if self._server.draining:
            self._socket.close(1012, "this server is stopping")
            return
        try:
            self._server.gate.take_as("commands", connection.actor)
            command = COMMANDS.get(json.decode(message, _decode_kind).type)
            if command is not None:
                command(self, connection, message)
        except Refused as refused:
            self._refuse(refused)

    # Coming in ------------------------------------------------------------------------------------------------------

    async def _let_in(self) -> None:
        socket = self._socket
        try:
            connection = await self._admitted()
        except Refused as refused:
            self._shut_out(refused)
        except Exception as error:
            log_failure(error, self._request_id, PATH)
            self._shut_out(Failed())
        else:
            if socket.closing_at is not None:
                self._server.hub.leave(connection)
                return
            if connection.overflowed:
                self._server.hub.leave(connection)
                self._shut_out(Unavailable("Too much happened at once: connect again."))
                return
            self._connection, self._had = connection, connection.seq
            self._server.joined(connection)
            self._server.sockets.introduced(socket, connection.actor.expires_at)
            now = rfc3339(self._server.clock())
            socket.write(frame({"type": "system", "message": "Connected to conversation", "timestamp": now}))
            connection.release([])
            early, self._early = self._early, []
            for message in early:
                self.heard(message)
        finally:
            with contextlib.suppress(RuntimeError):
                socket.transport.resume_reading()

    async def _admitted(self) -> Connection:
        """A connection that is listening already, and holds what it hears: nothing can happen unheard in between."""
        server, socket = self._server, self._socket
        if not self._token:
            raise Unauthenticated("Bring the platform's token as ?token=.")
        if server.draining:
            raise Unavailable("This server is stopping.")
        revocations = server.credentials.revocations
        actor = await auth.actor_of(server, self._token, self._address, self._origin)
        conversation_id = shapes.conversation_id(self._outside)
        self._check_room(actor, conversation_id)
        connection = Connection(
            actor, SPEECH, socket.write, socket.buffered, socket.close, conversation_id=conversation_id
        )
        connection.hold()
        connection.seq = server.tail.last(actor.workspace_id)
        server.hub.join(connection)
        try:
            if revocations != server.credentials.revocations:
                await server.database.read(actor_again, actor)
            if actor.kind == "staff":
                await server.database.write(add_participant, actor, conversation_id, "staff", actor.id)
            else:
                await server.database.read(access, actor, conversation_id)
        except BaseException:
            server.hub.leave(connection)
            raise
        return connection

    def _check_room(self, actor: Actor, conversation_id: str) -> None:
        """The setting counts sockets of a person; here each conversation needs one of its own."""
        settings = self._server.settings
        most = settings.sockets_per_contact if actor.kind == "contact" else settings.sockets_per_staff
        if self._server.hub.count(actor, conversation_id) >= most:
            raise TooMany(5_000, "Too many sockets on this conversation.")

    def _shut_out(self, refused: Refused) -> None:
        """Say why in the wire's words, then close: browsers show a page nothing of a refused handshake."""
        if isinstance(refused, Unauthenticated):
            code, closing = ("INVALID_TOKEN" if self._token else "MISSING_TOKEN"), 4401
        elif isinstance(refused, TooMany):
            code, closing = "RATE_LIMITED", 4429
        elif isinstance(refused, (Unavailable, Failed)):
            code, closing = "INTERNAL_ERROR", 1013
        else:
            code, closing = "UNAUTHORIZED", 4403
        self._tell_error(code, refused)
        self._socket.close(closing, code)

    # Frames ---------------------------------------------------------------------------------------------------------

    def _message(self, connection: Connection, raw: bytes) -> None:
        said = json.decode(raw, _decode_say)
        sending = shapes.sending(connection.actor, connection.conversation_id or "", said, connection.id)
        # Submitted here and not in a task: messages keep the order in which they came.
        self._spawn(self._answered(self._server.send(sending)))

    def _typing(self, connection: Connection, raw: bytes) -> None:
        typing = json.decode(raw, _decode_typing).is_typing
        tell = self._server.tell_typing(connection.actor, connection.conversation_id or "", typing)
        self._spawn(self._answered(tell))

    def _read(self, connection: Connection, raw: bytes) -> None:
        outside = json.decode(raw, _decode_read).message_id
        exactly = (shapes.message_id(outside),) if outside else None
        marking = Marking(
            connection.actor, connection.conversation_id or "", "read", None, exactly, origin=connection.id
        )
        self._spawn(self._answered(self._server.mark(marking)))

    def _ping(self, connection: Connection, raw: bytes) -> None:
        self._socket.send(msgspec.json.encode({"type": "pong", "timestamp": rfc3339(self._server.clock())}))

    async def _answered(self, work: Any) -> None:
        """What went well is heard in the stream; only a refusal needs an answer."""
        context.current.set(Context(self._request_id, self._address, "careforall"))
        try:
            await work
        except Refused as refused:
            self._refuse(refused)
        except Exception as error:
            log_failure(error, self._request_id, PATH)
            self._refuse(Failed())

    def _refuse(self, refused: Refused) -> None:
        """Told on the socket, which stays open."""
        code = refusals.code(refused)[0]
        self._tell_error("INVALID_MESSAGE" if code == "VALIDATION_ERROR" else code, refused)
        if isinstance(refused, TooMany):
            self._flooding()

    def _tell_error(self, code: str, refused: Refused) -> None:
        error = {"type": "error", "code": code, "message": refusals.message(refused)}
        self._socket.send(msgspec.json.encode(error))

    def _flooding(self) -> None:
        now = self._server.clock()
        if now - self._floods_since > FLOOD_MS:
            self._floods, self._floods_since = 0, now
        self._floods += 1
        if self._floods > FLOODED:
            self._socket.close(4429, "flooding")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if len(self._tasks) == IN_FLIGHT:
            with contextlib.suppress(RuntimeError):
                self._socket.transport.pause_reading()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if len(self._tasks) == IN_FLIGHT // 2:
            with contextlib.suppress(RuntimeError):  # not paused, or closing
                self._socket.transport.resume_reading()


COMMANDS: dict[str, Callable[[Talk, Connection, bytes], None]] = {
    "message": Talk._message,
    "typing": Talk._typing,
    "read": Talk._read,
    "ping": Talk._ping,
}


def route() -> Route:
    """The upgrade is accepted whoever asks; what speaks against them is said on the socket."""

    async def handle(call: Call) -> web.StreamResponse:
        return call.server.sockets.upgrade(call.request, call.address, Talk(call))

    return Route("GET", PATH, handle, refusals.REFUSALS, cors=False)
