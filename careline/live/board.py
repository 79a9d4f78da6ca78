"""Who is there: presence counted by connections, of all processes together, told as changes only."""

from collections.abc import Callable
from itertools import chain

from careline.core.actor import Actor
from careline.core.events import PresenceChanged, TypingChanged

# A reload closes and opens: somebody is gone only when they stay away this long (milliseconds).
GRACE = 5_000
# Another process that is not heard of for this long is gone, and whoever was there with it. Each is heard of several
# times in that; when it stops, its clients have some time to come to the others.
REMOTE = 30_000
PARTING = 40_000
TYPING_EVERY = 1_500

Key = tuple[str, str, str | None]  # a workspace, a person, and the conversation that their connections are bound to


class Board:
    """Sans I/O: `say` hears what has changed for those who listen here, `spread` what the other processes must know,
    `tick` is called about once a second. `now` is monotonic milliseconds.
    """

    def __init__(self, say: Callable[[PresenceChanged], None], spread: Callable[[PresenceChanged], None]) -> None:
        self._say = say
        self._spread = spread
        self._here: dict[Key, tuple[int, str]] = {}  # how many connections, and the name they bear
        self._leaving: dict[Key, tuple[int, int, str]] = {}  # since when, the time of day then, and the name
        self._elsewhere: dict[str, dict[Key, str]] = {}  # names, by process
        self._believed: dict[str, int] = {}  # until when, by process
        self._typed: dict[tuple[str, str], tuple[int, bool]] = {}

    def came(self, actor: Actor) -> None:
        self._add((actor.workspace_id, actor.person, None), actor.name)

    def went(self, actor: Actor, now: int, at: int) -> bool:
        """Whether that was their last connection. `at` is the time of day at which they were last seen."""
        key = (actor.workspace_id, actor.person, None)
        if not self._remove(key):
            return False
        self._leaving[key] = (now, at, actor.name)
        return True

    def entered(self, actor: Actor, conversation_id: str) -> None:
        """They opened a connection that is bound to this conversation. Told at once, like its end: no grace."""
        self._add((actor.workspace_id, actor.person, conversation_id), actor.name)

    def left(self, actor: Actor, conversation_id: str) -> None:
        key = (actor.workspace_id, actor.person, conversation_id)
        if self._remove(key):
            self._changed(_signal(key, actor.name, online=False))

    def _add(self, key: Key, name: str) -> None:
        count = self._here[key][0] if key in self._here else 0
        self._here[key] = (count + 1, name)
        if self._leaving.pop(key, None) is None and not count:
            self._changed(_signal(key, name, online=True))

    def _remove(self, key: Key) -> bool:
        """Whether that was the last."""
        count, name = self._here.pop(key)
        if count > 1:
            self._here[key] = (count - 1, name)
        return count == 1

    def _changed(self, signal: PresenceChanged) -> None:
        """Somebody came or went here, which is no news while another process has them."""
        self._spread(signal)
        if not self._is_elsewhere(_key(signal)):
            self._say(signal)

    def tick(self, now: int) -> None:
        for key, (left, at, name) in list(self._leaving.items()):
            if left + GRACE <= now:
                del self._leaving[key]
                self._changed(_signal(key, name, online=False, last_seen_at=at))
        for process, until in list(self._believed.items()):
            if until <= now:
                self.heard_all(process, [])
                del self._elsewhere[process], self._believed[process]
        for typist, (at, _) in list(self._typed.items()):
            if at + 60_000 < now:
                del self._typed[typist]

    # Other processes ------------------------------------------------------------------------------------------------

    def alive(self, process: str, now: int, *, stops: bool = False) -> bool:
        """Another process has said something, or that it `stops`. Whether it was unknown, and with it who is there."""
        unknown = process not in self._believed
        self._elsewhere.setdefault(process, {})
        self._believed[process] = now + (PARTING if stops else REMOTE)
        return unknown

    def heard(self, process: str, signal: PresenceChanged) -> None:
        """Somebody came or went at a process that is alive: news if they are nowhere else."""
        key, there = _key(signal), self._elsewhere[process]
        before = self._is_there(key)
        if signal.online:
            there[key] = signal.name
        else:
            there.pop(key, None)
        if self._is_there(key) != before:
            self._say(signal)

    def heard_all(self, process: str, people: list[PresenceChanged]) -> None:
        """All who are there at a process that is alive; what was not heard of it before is mended."""
        there, now = self._elsewhere[process], {_key(signal): signal for signal in people}
        for key in [key for key in there if key not in now]:
            self.heard(process, _signal(key, there[key], online=False))
        for key, signal in now.items():
            if key not in there:
                self.heard(process, signal)

    def here(self) -> list[PresenceChanged]:
        """Everybody there at this process, as signals for the others."""
        names = {key: name for key, (_, name) in self._here.items()}
        names |= {key: name for key, (_, _, name) in self._leaving.items()}
        return [_signal(key, name, online=True) for key, name in names.items()]

    def _is_elsewhere(self, key: Key) -> bool:
        return any(key in there for there in self._elsewhere.values())

    def _is_there(self, key: Key) -> bool:
        return key in self._here or key in self._leaving or self._is_elsewhere(key)

    # Asking ---------------------------------------------------------------------------------------------------------

    def online(self, workspace_id: str, person: str) -> bool:
        return self._is_there((workspace_id, person, None))

    def staff_online(self, workspace_id: str) -> bool:
        there = chain(self._here, *self._elsewhere.values())
        return any(w == workspace_id and person.startswith("staff:") for w, person, _ in there)

    def may_tell_typing(self, signal: TypingChanged, now: int) -> bool:
        """At most one `typing` per person and conversation in a while; stopping is told at once, once."""
        key = (signal.conversation_id or "", signal.person)
        at, typing = self._typed.get(key, (0, False))
        if signal.typing == typing and (not typing or now - at < TYPING_EVERY):
            return False
        self._typed[key] = (now, signal.typing)
        return True


def _key(signal: PresenceChanged) -> Key:
    return signal.workspace_id, signal.person, signal.conversation_id


def _signal(key: Key, name: str, *, online: bool, last_seen_at: int | None = None) -> PresenceChanged:
    return PresenceChanged(
        workspace_id=key[0],
        person=key[1],
        name=name,
        conversation_id=key[2],
        online=online,
        last_seen_at=last_seen_at,
    )
