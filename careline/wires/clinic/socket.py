"""The socket of a pair: which side is connected, what was said while it was away, and what its frames ask."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import msgspec
from msgspec import Struct, structs

from careline.core import context
from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, NotFound, Refused, Unauthenticated
from careline.features.conversations.actions import access
from careline.features.messages.actions import access_messages, list_messages
from careline.features.messages.rows import Message, Only
from careline.features.people.staff import find_staff
from careline.features.receipts.actions import readers_of
from careline.live.connection import Connection, Held, News
from careline.store.database import Tx
from careline.wires import shapes as json
from careline.wires.clinic import auth, shapes
from careline.wires.clinic.asking import links, markings, sending, session_of, told
from careline.wires.clinic.frames import Speech, frame
from careline.wires.clinic.refusals import missing, sentence
from careline.wires.endpoints import Ask
from careline.wires.talk import WireTalk, opening

QUEUE = 1_000


class _Kind(Struct, frozen=True):
    type: str | None = None


_decode_kind = msgspec.json.Decoder(_Kind).decode
_decode_said = msgspec.json.Decoder(shapes.Said).decode
_decode_typing = msgspec.json.Decoder(shapes.Typing).decode
_decode_read = msgspec.json.Decoder(shapes.MessageIds).decode


class Talk(WireTalk):
    """`people` are those who may be speaking, by their side: the one connected, or both sides of strangers."""

    wire, path = "clinic", "/ws"
    before: ClassVar[bool] = True
    people: dict[str, Actor]

    async def who(self) -> Actor:
        query = self.call.query
        location_id, user_id, contact_id = (query.get(key) for key in ("location_id", "user_id", "contact_id"))
        if not (location_id and user_id and contact_id):
            raise missing("query params")
        self.sides = shapes.Pair(location_id, user_id, contact_id)
        self.links = links(self.server)
        self.speech = Speech(self.sides, self.links)
        actor = await auth.who(self.call)
        if actor is None:
            here = await auth.at(Ask(self.call, None), location_id)
            self.people = {
                "staff": await auth.person(self.server, here, "staff", user_id),
                "contact": await auth.person(self.server, here, "contact", contact_id),
            }
            return system(location_id)
        auth.own(auth.here(actor, location_id), user_id, contact_id)
        self.people = {actor.kind: actor}
        self.asked = structs.replace(self.asked, impersonated_by=context.current.get().impersonated_by)
        return actor

    async def where(self, actor: Actor) -> str:
        begins = self.people.get("staff") or actor
        return await session_of(self.server, begins, self.sides.user_id, self.sides.contact_id)

    async def enter(self, connection: Connection) -> list[Held]:
        actor, admin = connection.actor, self.asked.impersonated_by
        if admin is not None:
            connection.keys.add(admin)
            await self.server.database.read(_still_there, actor, admin.partition(":")[2])
        if actor.kind != "system" and (admin or actor.id not in (self.sides.user_id, self.sides.contact_id)):
            connection.news = None  # whoever looks on, or looks in another's place, has received nothing for them
        past = await self.server.database.read(self._missed, actor, connection.seq)
        if past and past[0][1] is not None:
            connection.seq = past[0][1] - 1
        return past

    async def _missed(self, tx: Tx, actor: Actor, until: int) -> list[Held]:
        """What the sides that are connected have neither read nor received, oldest first."""
        session = await access(tx, actor, self.conversation_id)
        readers = (await readers_of(tx, actor, [session]))[session.id]
        missed: list[Message] = []
        for kind, person in self.people.items():
            if person.id not in (self.sides.user_id, self.sides.contact_id):
                continue
            mine = [r.up_to for r in readers if (r.reader_kind, r.reader_id) == (kind, person.id)]
            only = Only(unread_by="contact" if kind == "contact" else "staff")
            page = await list_messages(tx, actor, session.id, limit=QUEUE, notes=False, only=only)
            missed += [message for message in page.items if max(mine, default=0) < message.seq <= until]
        missed.sort(key=lambda message: message.seq)
        bare = await told(tx, actor, missed, {session.id: self.sides}, self.links)
        return [
            (frame(message), stored.seq, News(session.id, stored.id, stored.seq))
            for message, stored in zip(bare, missed, strict=True)
        ]

    def kind(self, message: bytes) -> str:
        """A message needs no type."""
        return json.decode(message, _decode_kind).type or "message"

    def take(self, kind: str, message: bytes) -> None:
        if (command := COMMANDS.get(kind)) is not None:
            command(self, message)

    def tell(self, refused: Refused) -> None:
        self.say({"type": "error", "error": sentence(refused)})

    def _speaker(self, user_id: str | None, contact_id: str | None) -> Actor:
        """Whoever is connected; of strangers the side that the frame names."""
        user_id, contact_id = shapes.given(user_id), shapes.given(contact_id)
        if not user_id and not contact_id:
            if len(self.people) > 1:
                raise missing()
            return next(iter(self.people.values()))
        speaker = self.people.get("staff" if user_id else "contact")
        if speaker is None or speaker.id != (user_id or contact_id):
            raise Forbidden("This id is not yours.")
        return speaker

    def _message(self, raw: bytes) -> None:
        said = json.decode(raw, _decode_said)
        speaker = self._speaker(said.sender_user_id, said.sender_contact_id)
        if not self._is_for_this_pair(said):
            raise Forbidden("This socket is another pair's.")
        wanted = sending(self.server, speaker, self.conversation_id, said, self.connection.id, self.asked)
        # Submitted here and not in a task: messages keep the order in which they came.
        self.answer(self.server.send(wanted))

    def _is_for_this_pair(self, said: shapes.Said) -> bool:
        return (
            (said.location_id or self.sides.location_id) == self.sides.location_id
            and (shapes.given(said.receiver_user_id) or self.sides.user_id) == self.sides.user_id
            and (shapes.given(said.receiver_contact_id) or self.sides.contact_id) == self.sides.contact_id
        )

    def _typing(self, raw: bytes) -> None:
        said = json.decode(raw, _decode_typing)
        speaker = self._speaker(said.user_id, said.contact_id)
        self.answer(self.server.tell_typing(speaker, self.conversation_id, said.is_typing))

    def _read(self, raw: bytes) -> None:
        ids = json.decode(raw, _decode_read).message_ids
        if not ids:
            raise missing()
        self.answer(self._mark(list(dict.fromkeys(ids))))

    async def _mark(self, message_ids: list[str]) -> None:
        messages = await self.server.database.read(access_messages, self.connection.actor, message_ids)
        mine = [message for message in messages if message.conversation_id == self.conversation_id]
        if not mine:
            raise NotFound("There is no such message in this session.")
        wanted = markings(self.people, mine, self.asked, self.connection.id)
        await asyncio.gather(*(self.server.mark(marking) for marking in wanted))

    def _ping(self, raw: bytes) -> None:
        self.say({"type": "pong"})


async def _still_there(tx: Tx, actor: Actor, staff_id: str) -> None:
    """The administrator who acts as the actor, now that their end would be heard of."""
    staff = await find_staff(tx, actor, staff_id)
    if staff is None or staff.deactivated_at is not None:
        raise Unauthenticated()


COMMANDS: dict[str, Callable[[Talk, bytes], None]] = {
    "message": Talk._message,
    "typing": Talk._typing,
    "read": Talk._read,
    "ping": Talk._ping,
}

opens = opening(Talk)
