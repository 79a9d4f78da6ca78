"""The socket of somebody: everything of the pharmacy's for staff, their own for a customer; and what its frames ask."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import Refused
from careline.features.messages.rows import Sent
from careline.features.receipts.rows import Marking
from careline.wires import shapes as json
from careline.wires.careplus import auth, refusals, shapes, takes
from careline.wires.careplus.files import Addresses
from careline.wires.careplus.frames import Speech, both, new_message
from careline.wires.careplus.sending import send
from careline.wires.http import Call, Route
from careline.wires.talk import WireTalk, opening

PATH, SHORT = "/api/v1/chat/ws", "/ws/chat"


class Frame(Struct, frozen=True):
    """Existing clients wrap what they say in `data`, the document has it beside `type`."""

    type: str
    data: msgspec.Raw = msgspec.Raw(b"")


class Auth(Struct, frozen=True):
    token: str


_decode_frame = msgspec.json.Decoder(Frame).decode
_decode_auth = msgspec.json.Decoder(Auth).decode
_decode_say = msgspec.json.Decoder(takes.SayIn).decode
_decode_typing = msgspec.json.Decoder(takes.Typing).decode
_decode_read = msgspec.json.Decoder(takes.Read).decode


class Talk(WireTalk):
    """Somebody without a token that counts is refused over HTTP, before there is a socket."""

    wire, path = "careplus", PATH
    before: ClassVar[bool] = True

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        # One for all sockets of the process: what it makes of a fact is made once.
        self.speech = call.server.speeches.setdefault("careplus", Speech(call.server.files.links))

    async def who(self) -> Actor:
        return await self._bearer(brought(self.call))

    async def _bearer(self, token: str | None) -> Actor:
        return await auth.actor_of(self.server, token, self.call.address, self.call.origin)

    def take(self, kind: str, message: bytes) -> None:
        if (command := COMMANDS.get(kind)) is not None:
            command(self, _said(message))

    def tell(self, refused: Refused) -> None:
        self.say(both("error", {"code": refusals.code(refused)[0], "message": refused.detail}))

    def _message(self, raw: bytes) -> None:
        said = json.decode(raw, _decode_say)
        who = self.connection
        sending = shapes.sending(
            who.actor, shapes.uuid(said.conversation_id), said, self.server.files.links, who.id, self.asked
        )
        # Submitted here and not in a task: messages keep the order in which they came.
        self.answer(self._echoed(send(self.server, sending)))

    async def _echoed(self, sending: Awaitable[Sent]) -> None:
        sent = await sending
        if sent.repeated:  # nothing new happened, so nobody is told, and whoever asked again waits for the echo
            at = Addresses(self.server.files.links, self.connection.actor.workspace_id, self.server.clock())
            self.say(new_message(sent.message, at, author=True))

    def _typing(self, raw: bytes) -> None:
        typing = json.decode(raw, _decode_typing)
        conversation_id = shapes.uuid(typing.conversation_id)
        self.answer(self.server.tell_typing(self.connection.actor, conversation_id, typing.is_typing))

    def _read(self, raw: bytes) -> None:
        conversation_id = shapes.uuid(json.decode(raw, _decode_read).conversation_id)
        who = self.connection
        self.answer(
            self.server.mark(Marking(who.actor, conversation_id, "read", origin=who.id, asked=self.asked))
        )  # fmt: skip

    def _ping(self, raw: bytes) -> None:
        self.say({"type": "pong"})


class First(Talk):
    """The token is the first frame: `{"type":"auth","token":…}`, flat or in `data`."""

    path = SHORT
    before = False

    async def who(self) -> Actor:
        raw = _said(await self.first_message())
        return await self._bearer(json.decode(raw, _decode_auth).token)


def brought(call: Call) -> str | None:
    """The token that comes with the request itself."""
    return call.query.get("token") or call.bearer


def _said(message: bytes) -> bytes:
    """What a frame says: what it holds in `data`, else all of it. A `client_id` may stand beside either."""
    frame = json.decode(message, _decode_frame)
    if not bytes(frame.data).startswith(b"{"):
        return message
    outside: dict[str, msgspec.Raw] = msgspec.json.decode(message, type=dict[str, msgspec.Raw])
    inside: dict[str, msgspec.Raw] = msgspec.json.decode(frame.data, type=dict[str, msgspec.Raw])
    given = {"client_id": outside["client_id"]} if "client_id" in outside else {}
    return msgspec.json.encode(given | inside)


COMMANDS: dict[str, Callable[[Talk, bytes], None]] = {
    "send_message": Talk._message,
    "typing": Talk._typing,
    "read": Talk._read,
    "ping": Talk._ping,
}
_by_request, _by_frame = opening(Talk), opening(First)


async def either(call: Call) -> web.StreamResponse:
    """With a token in the request, as on the long address; without one, the first frame brings it."""
    return await (_by_request if brought(call) else _by_frame)(call)


def routes() -> list[Route]:
    return [
        Route("GET", PATH, _by_request, refusals.REFUSALS, cors=False),
        Route("GET", SHORT, either, refusals.REFUSALS, cors=False),
    ]
