"""The native socket: hello, who are you, what you missed, then commands in and events out."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct, structs

from careline.core import context
from careline.core.actor import Actor
from careline.core.context import Context
from careline.core.errors import BadRequest, Failed, OriginNotAllowed, Refused, TooMany, Unavailable
from careline.features.messages.rows import Sent
from careline.live.connection import Connection
from careline.wires import shapes
from careline.wires.http import Call, Route, log_failure
from careline.wires.native import entrance
from careline.wires.native.commands import COMMANDS, Asking, Command
from careline.wires.native.entrance import Auth, Entrance
from careline.wires.native.frames import NativeSpeech, Reply
from careline.wires.native.routes import NATIVE
from careline.wires.native.shapes import message as said
from careline.wires.native.table.messages import Send, sending
from careline.wires.problems import problem
from careline.wires.server import Server
from careline.wires.socket import Socket

IN_FLIGHT = 64
BAD_MESSAGES = 5
FLOODED = 20
FLOOD_MS = 10_000
_encode = msgspec.json.Encoder().encode


class _Kind(Struct, frozen=True):
    type: str


class _Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    id: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


_decode_kind = msgspec.json.Decoder(_Kind).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_DECODERS: dict[str, Callable[[Any], Any]] = {}


class NativeTalk:
    """One native socket. Frames are handled in the order they come; commands then run side by side."""

    def __init__(self, server: Server, speech: NativeSpeech, address: str, origin: str, request_id: str) -> None:
        self._server = server
        self._speech = speech
        self._address = address
        self._origin = origin
        self._request_id = request_id
        self._asked = Context(request_id, address, "native")
        self._socket: Socket
        self._connection: Connection | None = None
        self._introducing = False
        self._ready = False
        self._early: list[bytes] = []
        self._bad = 0
        self._floods = 0
        self._floods_since = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = 0

    def opened(self, socket: Socket) -> None:
        self._socket = socket
        socket.send(b'{"type":"hello"}')

    def alive(self) -> None:
        pass

    def closed(self) -> None:
        if self._connection is not None:
            self._server.left(self._connection)
        self._connection = None

    def heard(self, message: bytes) -> None:
        if self._connection is None:
            self._introduce(message)
            return
        if not self._ready:
            # What a command did now would be read as the past, which does not know whose answer it is. What has
            # arrived is kept, the rest waits in the kernel.
            self._early.append(message)
            self._socket.transport.pause_reading()
            return
        try:
            envelope = shapes.decode(message, _decode_envelope)
        except Refused as refused:
            if not self._is_auth(message):
                self._bad_message(refused)
            elif self._counts(None):
                self._introduce(message)
            return
        if envelope.type != "ping":
            self._command(envelope)
        elif self._counts(envelope.id):
            self._socket.send(b'{"type":"pong"}')

    def _is_auth(self, message: bytes) -> bool:
        """A frame that renews has fields of its own."""
        try:
            return _decode_kind(message).type == "auth"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False

    def _counts(self, request_id: str | None) -> bool:
        """Whether there is room for one more command, or what is counted like one."""
        assert self._connection is not None
        try:
            self._server.gate.take_as("commands", self._connection.actor)
        except TooMany as refused:
            self._refuse(refused, request_id)
            return False
        return True

    # Coming in ------------------------------------------------------------------------------------------------------

    def _introduce(self, message: bytes) -> None:
        if self._introducing:
            self._socket.close(4400, "one auth at a time")
            return
        try:
            auth = entrance.read(message)
        except Refused as refused:
            self._socket.close(4400 if self._connection else 4401, refused.detail)
            return
        self._introducing = True
        self._spawn(self._let_in(auth))

    async def _let_in(self, auth: Auth) -> None:
        door = Entrance(self._server, self._speech, self._socket, self._address, self._origin)
        try:
            if self._connection is not None:
                await door.renew(auth, self._connection)
            elif (connection := await door.admit(auth)) is not None:
                self._connection = connection
                await door.catch_up(connection, auth.since)
        except Exception as error:
            # Let in and on hold, it would hear nothing, and answer pings for ever.
            log_failure(error, self._request_id, "auth")
            self._socket.close(1011, "something went wrong on our side")
        finally:
            self._introducing = False
            if not self._ready:
                self._begin()

    def _begin(self) -> None:
        """Do what was asked for before the stream began, unless somebody has hung up."""
        self._resume()
        self._ready = self._connection is not None
        early, self._early = self._early, []
        for message in early:
            if self._socket.closing_at is None:
                self.heard(message)

    # Commands -------------------------------------------------------------------------------------------------------

    def _command(self, envelope: _Envelope) -> None:
        command = COMMANDS.get(envelope.type)
        try:
            if command is None or not command.on_socket:
                raise BadRequest("There is no such command on the socket.", code="no_such_command")
            if self._server.draining:
                self._socket.close(1012, '{"retry_after_ms":1000}')
                return
            request = _typed(command, envelope.data)
        except Refused as refused:
            self._bad_message(refused, envelope.id)
            return
        self._bad = 0
        if isinstance(request, Send):
            self._send(request, envelope.id or "")
            return
        # Before there is a task for it: one read can bring ten thousand of them.
        if not self._counts(envelope.id):
            return
        self._spawn(self._run(command, request, envelope.id))
        if len(self._tasks) >= IN_FLIGHT:
            self._socket.transport.pause_reading()

    async def _run(self, command: Command, request: Any, request_id: str | None) -> None:
        connection = self._connection
        if connection is None:
            return
        actor = connection.actor
        reads = command.method == "GET"
        context.current.set(structs.replace(self._asked, origin=connection.id, reads=reads))
        try:
            command.admit(actor)
            ask = Asking(self._server, actor, self._address, self._origin, connection.id)
            result = await command.handle(ask, request)
        except Refused as refused:
            self._server.auditor.refused(actor, command.name, request, refused)
            self._refuse(refused, request_id)
        except Exception as error:
            log_failure(error, self._request_id, command.name)
            self._fail(Failed(), request_id)
        else:
            self._socket.send(_encode(Reply(request_id, result)))

    def _send(self, request: Send, request_id: str) -> None:
        """The hot command, without a task of its own: its reply is the fact, in its place in the stream."""
        connection = self._connection
        assert connection is not None
        try:
            sent = self._server.send(sending(connection.actor, request, connection.id, request_id, self._asked))
        except Refused as refused:
            self._refuse(refused, request_id)
            return
        self._sending += 1
        if self._sending >= IN_FLIGHT:
            self._socket.transport.pause_reading()
        sent.add_done_callback(lambda done: self._sent(done, connection.actor, request, request_id))

    def _sent(self, done: "asyncio.Future[Sent]", actor: Actor, request: Send, request_id: str) -> None:
        self._sending -= 1
        if self._sending == IN_FLIGHT // 2:
            self._resume()
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, Refused):
            self._server.auditor.refused(actor, "message.send", request, error, self._asked)
            self._refuse(error, request_id)
        elif error is not None:
            log_failure(error, self._request_id, "message.send")
            self._fail(Failed(), request_id)
        elif done.result().repeated:
            sent = done.result().message
            self._socket.send(_encode(Reply(request_id, said(sent, actor.kind, client_id=sent.client_id))))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if len(self._tasks) == IN_FLIGHT // 2:
            self._resume()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def _resume(self) -> None:
        with contextlib.suppress(RuntimeError):  # not paused, or closing
            self._socket.transport.resume_reading()

    def _refuse(self, refused: Refused, request_id: str | None) -> None:
        if isinstance(refused, TooMany):
            self._flooding()
        self._fail(refused, request_id)

    def _fail(self, refused: Refused, request_id: str | None) -> None:
        self._socket.send(_encode({"type": "error", "id": request_id, "error": problem(refused)}))

    def _bad_message(self, refused: Refused, request_id: str | None = None) -> None:
        self._bad += 1
        self._fail(refused, request_id)
        if self._bad >= BAD_MESSAGES:
            self._socket.close(4400, "too many bad messages")

    def _flooding(self) -> None:
        now = self._server.clock.monotonic_ms()
        if now - self._floods_since > FLOOD_MS:
            self._floods, self._floods_since = 0, now
        self._floods += 1
        if self._floods > FLOODED:
            self._socket.close(4429, "flooding")


def _typed(command: Command, data: msgspec.Raw) -> Any:
    """The command's request. The frame it stands in was checked as a whole: only its shape is left to check."""
    decoder = _DECODERS.get(command.name)
    if decoder is None:
        decoder = _DECODERS[command.name] = msgspec.json.Decoder(command.takes).decode
    try:
        return decoder(data)
    except msgspec.ValidationError as error:
        raise shapes.refused(error) from None


def route() -> Route:
    """Where the socket is opened. The origin is judged before the upgrade, as far as it can be without a token."""

    async def handle(call: Call) -> web.StreamResponse:
        if call.query:
            raise BadRequest(
                "The socket's address takes no query: send the token in the first frame.", code="token_in_url"
            )
        if call.origin and not call.server.origins.known(call.origin):
            raise OriginNotAllowed()
        if call.server.draining:
            raise Unavailable("This server is stopping.")
        speech: NativeSpeech = call.server.speeches["native"]
        talk = NativeTalk(call.server, speech, call.address, call.origin, call.request_id)
        return call.server.sockets.upgrade(call.request, call.address, talk)

    return Route("GET", "/v1/socket", handle, NATIVE, cors=False)
