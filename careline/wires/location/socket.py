"""The wire's part of `/ws`: who is let in, and what they hear, no oftener than it is of use."""

import asyncio
from typing import ClassVar

from careline.core.actor import Actor, system
from careline.core.errors import Invalid, Refused
from careline.live.connection import Connection
from careline.wires import strangers
from careline.wires.http import Call
from careline.wires.location import auth
from careline.wires.location.frames import PONG, SPEECH, refetch
from careline.wires.talk import WireTalk, opening

APART_S = 0.25


class Talk(WireTalk):
    wire, path, speech = "location", "/ws", SPEECH
    before: ClassVar[bool] = True

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        # What went out less than so long ago, and whether it is to go out again.
        self._recent: dict[bytes, bool] = {}
        self._theirs: bytes | None = None

    async def who(self) -> Actor:
        call, location_id = self.call, self.call.query.get("locationID")
        if token := call.request.headers.get(auth.CHAT_TOKEN) or call.query.get("chat_token"):
            return auth.agreeing(await auth.contact(call, token), location_id)
        if bearer := call.bearer or call.query.get("token"):
            if location_id is None:
                places = await auth.places(call, bearer)
                if len(places) != 1:
                    raise Invalid("locationID", "Say which location is meant.")
                location_id = places[0]
            return await auth.staff(call, bearer, location_id)
        strangers.check(call, self.server.settings.location.anonymous)
        await self.server.follow_all()
        return system()

    def welcome(self, connection: Connection) -> None:
        connection.news = None  # a refetch delivers nothing: the answer to what is asked then does
        actor = connection.actor
        if actor.kind == "contact":  # whoever else takes part in a conversation of theirs
            self._theirs = refetch(actor.workspace_id, actor.id)

    def write(self, *frames: bytes) -> None:
        """At most once in so long for each thread, and always once after the last change."""
        for frame in (self._theirs,) if self._theirs else frames:
            if frame in self._recent:
                self._recent[frame] = True
            else:
                self._out(frame)

    def _out(self, frame: bytes) -> None:
        self._recent[frame] = False
        self.socket.write(frame)
        asyncio.get_running_loop().call_later(APART_S, self._again, frame)

    def _again(self, frame: bytes) -> None:
        if self._recent.pop(frame):
            self._out(frame)

    def kind(self, message: bytes) -> str:
        try:
            return super().kind(message)
        except Refused:
            return ""  # what is no frame of this wire is ignored like any that is not known

    def take(self, kind: str, message: bytes) -> None:
        if kind == "ping":
            self.socket.write(PONG)

    def tell(self, refused: Refused) -> None:
        """The wire has no word for it on a socket: whoever floods is closed."""


open_ = opening(Talk)
