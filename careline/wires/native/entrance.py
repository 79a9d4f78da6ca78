"""Coming in by the native socket: who it is, whether there is room, and what they missed."""

from typing import Any

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import (
    BadRequest,
    Forbidden,
    Invalid,
    NotFound,
    OriginNotAllowed,
    Refused,
    TooMany,
    Unauthenticated,
)
from careline.core.events import Recorded
from careline.features.tokens.actions import actor_again
from careline.live.connection import Connection
from careline.live.hub import worded
from careline.wires import shapes
from careline.wires.native.frames import USE, NativeSpeech
from careline.wires.server import Server
from careline.wires.socket import Socket

_encode = msgspec.json.Encoder().encode


class Auth(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="auth"):
    """The first frame: a token or a ticket, and the cursor to resume from."""

    token: str | None = None
    ticket: str | None = None
    since: str | None = None


_decode = msgspec.json.Decoder(Auth).decode


def read(message: bytes) -> Auth:
    """The frame, or why it is none."""
    auth = shapes.decode(message, _decode)
    if (auth.token is None) == (auth.ticket is None):
        raise BadRequest("Bring a token or a ticket.")
    return auth


class Entrance:
    """Lets people in by one socket, or closes it and says why."""

    def __init__(self, server: Server, speech: NativeSpeech, socket: Socket, address: str, origin: str) -> None:
        self._server = server
        self._speech = speech
        self._socket = socket
        self._address = address
        self._origin = origin
        self._revocations = 0

    async def admit(self, auth: Auth) -> Connection | None:
        """A connection that listens already, and holds what it hears until it has `caught_up`; None: shut out."""
        self._revocations = self._server.credentials.revocations
        actor = await self._identify(auth)
        if actor is None or self._socket.closing_at is not None:
            return None
        if not self._has_room(actor):
            self._socket.close(4429, "too many sockets")
            return None
        connection = Connection(actor, self._speech, self._socket.write, self._socket.buffered, self._socket.close)
        connection.hold()
        connection.seq = self._server.tail.last(actor.workspace_id)
        self._server.joined(connection)
        self._server.sockets.introduced(self._socket, actor.expires_at)
        return connection

    async def renew(self, auth: Auth, connection: Connection) -> None:
        """A fresh access token for the person who is here already, with the rights they came with."""
        actor, before = await self._identify(auth), connection.actor
        if actor is None:
            return
        if (actor.person, actor.workspace_id) != (before.person, before.workspace_id):
            self._socket.close(4403, "this socket belongs to somebody else")
            return
        if (actor.role, actor.scope) != (before.role, before.scope):
            self._socket.close(4410, "what you may do has changed: come in anew")
            return
        connection.keys.add(actor.credential)
        self._server.sockets.introduced(self._socket, actor.expires_at)
        self._socket.send(_encode({"type": "renewed", "expires_at": actor.expires_at}))

    async def _identify(self, auth: Auth) -> Actor | None:
        server = self._server
        try:
            if auth.token is not None:
                actor = await server.identify(auth.token, self._address)
            else:
                actor = await server.credentials.by_ticket(auth.ticket or "", self._origin, self._address)
                await server.follow(actor.workspace_id)
            if self._origin and not server.origins.allows(self._origin, actor.workspace_id):
                raise OriginNotAllowed()
        except Refused as refused:
            self._shut_out(refused)
            return None
        return actor

    def _shut_out(self, refused: Refused) -> None:
        if isinstance(refused, TooMany):
            self._socket.close(4429, "too many attempts")
        elif isinstance(refused, (Forbidden, OriginNotAllowed)):
            self._socket.close(4403, refused.detail)
        elif isinstance(refused, (Unauthenticated, NotFound)):
            self._socket.close(4401, "not authenticated")
        else:
            self._socket.close(1013, "try again later")

    def _has_room(self, actor: Actor) -> bool:
        settings = self._server.settings
        most = settings.sockets_per_contact if actor.kind == "contact" else settings.sockets_per_staff
        return self._server.hub.count(actor) < most

    async def _recheck(self, actor: Actor) -> None:
        """Look again at what let them in, now that we would be told of its end."""
        try:
            now = await self._server.database.read(actor_again, actor)
        except Refused:
            self._socket.close(4410, "revoked")
            return
        if (now.role, now.scope) != (actor.role, actor.scope):
            self._socket.close(4410, "what you may do has changed: come in anew")

    async def catch_up(self, connection: Connection, since: str | None) -> None:
        """Read the past, say it, then let go of what was held: no gap, no order lost."""
        server, start = self._server, connection.seq
        if self._revocations != server.credentials.revocations:
            await self._recheck(connection.actor)
        workspace_id = connection.actor.workspace_id
        past: list[Recorded] | None = []
        try:
            if since is not None:
                connection.seq = server.cursors.decode(since, workspace_id, USE)
                past = await server.past(connection.actor, connection.seq)
        except Invalid:
            past = None  # a cursor of another epoch, or none of ours
        except Refused:
            self._socket.close(1013, "try again later")
            return
        reset = past is None or connection.overflowed
        if reset:
            past, connection.seq = [], start
        self._socket.send(_encode(self._ready(connection, reset)))
        connection.release([(f, r.seq, None) for r in past or () if (f := _worded(r, connection)) is not None])

    def _ready(self, connection: Connection, reset: bool) -> dict[str, Any]:
        """What follows this frame follows its cursor: were it the newest one, a socket cut right here would miss it."""
        actor = connection.actor
        return {
            "type": "ready",
            "epoch": self._server.epoch,
            "cursor": self._server.cursors.encode(connection.seq, actor.workspace_id, USE),
            "reset": reset,
            "actor": {"kind": actor.kind, "id": actor.id, "name": actor.name},
        }


def _worded(recorded: Recorded, connection: Connection) -> bytes | None:
    key = connection.view_author if recorded.actor == connection.person else connection.view
    if key not in recorded.frames:
        recorded.frames[key] = worded(recorded, key[0].encode, key[1])
    return recorded.frames[key]
