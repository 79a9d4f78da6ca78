"""One socket, one conversation: who is let in, and what its frames ask."""

from collections.abc import Callable

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Failed, Refused, TooMany, Unauthenticated, Unavailable
from careline.features.conversations.actions import access, add_participant
from careline.features.receipts.rows import Marking
from careline.live.connection import Connection, Held
from careline.wires import shapes as json
from careline.wires.careforall import auth, refusals, shapes
from careline.wires.careforall.frames import SPEECH, frame
from careline.wires.http import Route
from careline.wires.shapes import rfc3339
from careline.wires.talk import WireTalk, closing_code, opening

PATH = "/ws/conversations/{conversation_id}"
_decode_say = msgspec.json.Decoder(shapes.Say).decode
_decode_typing = msgspec.json.Decoder(shapes.Typing).decode
_decode_read = msgspec.json.Decoder(shapes.Read).decode


class Talk(WireTalk):
    wire, path, speech = "careforall", PATH, SPEECH

    async def who(self) -> Actor:
        token = self.call.query.get("token")
        if not token:
            raise Unauthenticated("Bring the platform's token as ?token=.")
        return await auth.actor_of(self.server, token, self.call.address, self.call.origin)

    async def where(self, actor: Actor) -> str:
        return shapes.conversation_id(self.call.parameters["conversation_id"])

    async def enter(self, connection: Connection) -> list[Held]:
        """An admin who connects takes part from then on."""
        actor, database = connection.actor, self.server.database
        if actor.kind == "staff":
            await database.write(add_participant, actor, self.conversation_id, "staff", actor.id)
        else:
            await database.read(access, actor, self.conversation_id)
        return []

    def welcome(self, connection: Connection) -> None:
        now = rfc3339(self.server.clock())
        self.write(frame({"type": "system", "message": "Connected to conversation", "timestamp": now}))

    def take(self, kind: str, message: bytes) -> None:
        if (command := COMMANDS.get(kind)) is not None:
            command(self, message)

    def tell(self, refused: Refused) -> None:
        code = refusals.code(refused)[0]
        self._tell("INVALID_MESSAGE" if code == "VALIDATION_ERROR" else code, refused)

    def shut_out(self, refused: Refused) -> None:
        """Say why in the wire's words, then close: browsers show a page nothing of a refused handshake."""
        if isinstance(refused, Unauthenticated):
            code = "INVALID_TOKEN" if self.call.query.get("token") else "MISSING_TOKEN"
        elif isinstance(refused, TooMany):
            code = "RATE_LIMITED"
        else:
            code = "INTERNAL_ERROR" if isinstance(refused, (Unavailable, Failed)) else "UNAUTHORIZED"
        self._tell(code, refused)
        self.socket.close(closing_code(refused), code)

    def _tell(self, code: str, refused: Refused) -> None:
        self.say({"type": "error", "code": code, "message": refusals.message(refused)})

    def _message(self, raw: bytes) -> None:
        said = json.decode(raw, _decode_say)
        sending = shapes.sending(self.connection.actor, self.conversation_id, said, self.connection.id, self.asked)
        # Submitted here and not in a task: messages keep the order in which they came.
        self.answer(self.server.send(sending))

    def _typing(self, raw: bytes) -> None:
        typing = json.decode(raw, _decode_typing).is_typing
        self.answer(self.server.tell_typing(self.connection.actor, self.conversation_id, typing))

    def _read(self, raw: bytes) -> None:
        outside = json.decode(raw, _decode_read).message_id
        exactly = (shapes.message_id(outside),) if outside else None
        who = self.connection
        marking = Marking(
            who.actor, self.conversation_id, "read", None, exactly, origin=who.id, asked=self.asked
        )  # fmt: skip
        self.answer(self.server.mark(marking))

    def _ping(self, raw: bytes) -> None:
        self.say({"type": "pong", "timestamp": rfc3339(self.server.clock())})


COMMANDS: dict[str, Callable[[Talk, bytes], None]] = {
    "message": Talk._message,
    "typing": Talk._typing,
    "read": Talk._read,
    "ping": Talk._ping,
}


def route() -> Route:
    """The upgrade is accepted whoever asks; what speaks against them is said on the socket."""
    return Route("GET", PATH, opening(Talk), refusals.REFUSALS, cors=False)
