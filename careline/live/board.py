"""Who is there: presence counted by connections, told as changes only."""

from collections import Counter
from collections.abc import Callable

from careline.core.actor import Actor
from careline.core.events import PresenceChanged, TypingChanged

# A reload closes and opens: somebody is gone only when they stay away this long (milliseconds).
GRACE = 5_000
# What other processes say is believed this long, and they say it again in half the time.
REMOTE = 600_000
TYPING_EVERY = 1_500


class Board:
    """Sans I/O: `say` hears changes, `tick` is called about once a second. `now` is monotonic milliseconds."""

    def __init__(self, say: Callable[[PresenceChanged], None]) -> None:
        self._say = say
        self._connections: Counter[tuple[str, str]] = Counter()
        self._inside: Counter[tuple[str, str]] = Counter()
        self._leaving: dict[tuple[str, str], tuple[int, int, str]] = {}
        self._typed: dict[tuple[str, str], tuple[int, bool]] = {}
        self._remote: dict[tuple[str, str], int] = {}

    def came(self, actor: Actor) -> None:
        key = (actor.workspace_id, actor.person)
        self._connections[key] += 1
        if self._leaving.pop(key, None) is None and self._connections[key] == 1:
            self._say(
                PresenceChanged(workspace_id=actor.workspace_id, person=actor.person, name=actor.name, online=True)
            )

    def went(self, actor: Actor, now: int, at: int) -> bool:
        """Whether that was their last connection. `at` is the time of day at which they were last seen."""
        key = (actor.workspace_id, actor.person)
        self._connections[key] -= 1
        if self._connections[key] > 0:
            return False
        del self._connections[key]
        self._leaving[key] = (now, at, actor.name)
        return True

    def entered(self, actor: Actor, conversation_id: str) -> None:
        """They opened a connection that is bound to this conversation. Told at once, like its end: no grace."""
        self._inside[conversation_id, actor.person] += 1
        if self._inside[conversation_id, actor.person] == 1:
            self._tell_inside(actor, conversation_id, True)

    def left(self, actor: Actor, conversation_id: str) -> None:
        self._inside[conversation_id, actor.person] -= 1
        if self._inside[conversation_id, actor.person] == 0:
            del self._inside[conversation_id, actor.person]
            self._tell_inside(actor, conversation_id, False)

    def _tell_inside(self, actor: Actor, conversation_id: str, online: bool) -> None:
        self._say(
            PresenceChanged(
                workspace_id=actor.workspace_id,
                person=actor.person,
                name=actor.name,
                conversation_id=conversation_id,
                online=online,
            )
        )

    def tick(self, now: int) -> None:
        for key, (left, at, name) in list(self._leaving.items()):
            if left + GRACE <= now:
                del self._leaving[key]
                self._say(PresenceChanged(workspace_id=key[0], person=key[1], name=name, online=False, last_seen_at=at))
        for key, until in list(self._remote.items()):
            if until <= now:
                del self._remote[key]
        for typist, (at, _) in list(self._typed.items()):
            if at + 60_000 < now:
                del self._typed[typist]

    def heard(self, signal: PresenceChanged, now: int) -> None:
        """Somebody came or went at another process."""
        key = (signal.workspace_id, signal.person)
        if signal.online:
            self._remote[key] = now + REMOTE
        else:
            self._remote.pop(key, None)

    def here(self) -> list[PresenceChanged]:
        """Everybody connected to this process, as signals for the others."""
        return [
            PresenceChanged(workspace_id=workspace_id, person=person, name="", online=True)
            for workspace_id, person in self._connections
        ]

    def online(self, workspace_id: str, person: str) -> bool:
        key = (workspace_id, person)
        return key in self._connections or key in self._leaving or key in self._remote

    def staff_online(self, workspace_id: str) -> bool:
        there = (*self._connections, *self._remote)
        return any(w == workspace_id and person.startswith("staff:") for w, person in there)

    def may_tell_typing(self, signal: TypingChanged, now: int) -> bool:
        """At most one `typing` per person and conversation in a while; stopping is told at once, once."""
        key = (signal.conversation_id or "", signal.person)
        at, typing = self._typed.get(key, (0, False))
        if signal.typing == typing and (not typing or now - at < TYPING_EVERY):
            return False
        self._typed[key] = (now, signal.typing)
        return True
