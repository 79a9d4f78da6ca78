"""Who is there: presence counted by connections, told as changes only."""

from collections import Counter
from collections.abc import Callable

from careline.core.actor import Actor
from careline.core.events import PresenceChanged, TypingChanged

# A reload closes and opens: somebody is gone only when they stay away this long (milliseconds).
GRACE = 5_000
TYPING_EVERY = 1_500


class Board:
    """Sans I/O: `say` hears changes, `tick` is called about once a second with the time in milliseconds."""

    def __init__(self, say: Callable[[PresenceChanged], None]) -> None:
        self._say = say
        self._connections: Counter[tuple[str, str]] = Counter()
        self._leaving: dict[tuple[str, str], tuple[int, str]] = {}
        self._typed: dict[tuple[str, str], tuple[int, bool]] = {}

    def came(self, actor: Actor) -> None:
        key = (actor.workspace_id, actor.person)
        self._connections[key] += 1
        if self._leaving.pop(key, None) is None and self._connections[key] == 1:
            self._say(
                PresenceChanged(workspace_id=actor.workspace_id, person=actor.person, name=actor.name, online=True)
            )

    def went(self, actor: Actor, now: int) -> bool:
        """Whether that was their last connection."""
        key = (actor.workspace_id, actor.person)
        self._connections[key] -= 1
        if self._connections[key] > 0:
            return False
        del self._connections[key]
        self._leaving[key] = (now, actor.name)
        return True

    def tick(self, now: int) -> None:
        for key, (left_at, name) in list(self._leaving.items()):
            if left_at + GRACE <= now:
                del self._leaving[key]
                self._say(
                    PresenceChanged(workspace_id=key[0], person=key[1], name=name, online=False, last_seen_at=left_at)
                )
        for typist, (at, _) in list(self._typed.items()):
            if at + 60_000 < now:
                del self._typed[typist]

    def online(self, workspace_id: str, person: str) -> bool:
        key = (workspace_id, person)
        return key in self._connections or key in self._leaving

    def staff_online(self, workspace_id: str) -> bool:
        return any(w == workspace_id and person.startswith("staff:") for w, person in self._connections)

    def may_tell_typing(self, signal: TypingChanged, now: int) -> bool:
        """At most one `typing` per person and conversation in a while; stopping is told at once, once."""
        key = (signal.conversation_id or "", signal.person)
        at, typing = self._typed.get(key, (0, False))
        if signal.typing == typing and (not typing or now - at < TYPING_EVERY):
            return False
        self._typed[key] = (now, signal.typing)
        return True
