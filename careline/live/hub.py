"""Who listens, and who should hear what. Knows actors, facts and signals; knows no wire."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from careline.core.actor import Actor
from careline.core.events import PresenceChanged, Recorded, Signal
from careline.live.connection import Connection, News, Speech

# Bytes of what is worded, over all views, and not written: who judges whether a connection is too slow does not see it.
TOGETHER = 65_536
logger = logging.getLogger("careline.live")
T = TypeVar("T")
Listeners = dict[Any, set[Connection]]
Outgoing = dict[Connection, list[bytes]]


class Hub:
    """Connections by what they may hear: a workspace's staff, a person, or one conversation seen from one side."""

    def __init__(self) -> None:
        self._staff: Listeners = defaultdict(set)  # scope `all`, by workspace
        self._agents: Listeners = defaultdict(set)  # scope `participating`, by workspace
        self._contacts: Listeners = defaultdict(set)  # every contact, by workspace
        self._people: Listeners = defaultdict(set)  # those who hear as participants, by (workspace, person)
        self._conversations: Listeners = defaultdict(set)  # bound to one conversation, by (conversation, side)
        self._workspaces: Listeners = defaultdict(set)
        self._everywhere: set[Connection] = set()  # strangers, who hear about every workspace
        self._counts: Counter[tuple[str, str, str | None]] = Counter()
        self._by_id: dict[str, Connection] = {}
        self.on_hang_up: Callable[[tuple[str, ...]], None] = lambda keys: None

    def join(self, connection: Connection) -> None:
        """Begin to listen; again is no change, or a person's count would never come down."""
        if connection.id in self._by_id:
            return
        self._by_id[connection.id] = connection
        self._counts[connection.actor.workspace_id, connection.person, connection.conversation_id] += 1
        for listeners, key in self._places(connection):
            listeners[key].add(connection)
        if not connection.actor.workspace_id:
            self._everywhere.add(connection)

    def leave(self, connection: Connection) -> None:
        if self._by_id.pop(connection.id, None) is None:
            return
        self._everywhere.discard(connection)
        key = (connection.actor.workspace_id, connection.person, connection.conversation_id)
        self._counts[key] -= 1
        if not self._counts[key]:
            del self._counts[key]
        for listeners, key in self._places(connection):
            listeners[key].discard(connection)
            if not listeners[key]:
                del listeners[key]

    def _places(self, connection: Connection) -> Iterator[tuple[Listeners, Any]]:
        actor = connection.actor
        if not actor.workspace_id:
            return
        yield self._workspaces, actor.workspace_id
        if connection.conversation_id is not None:
            side = "contact" if actor.kind == "contact" else "staff"
            yield self._conversations, (connection.conversation_id, side)
            return
        if actor.sees_all:
            yield self._staff, actor.workspace_id
            return
        yield (self._agents if actor.kind == "staff" else self._contacts), actor.workspace_id
        yield self._people, (actor.workspace_id, connection.person)

    def count(self, actor: Actor, conversation_id: str | None = None) -> int:
        """How many connections this person has: to everything of theirs, or bound to one conversation."""
        return self._counts[actor.workspace_id, actor.person, conversation_id]

    def connections_of(self, workspace_id: str, person: str) -> list[Connection]:
        return [c for c in self._workspaces.get(workspace_id, ()) if c.person == person]

    def has_agents(self, workspace_id: str) -> bool:
        """Whether anybody is connected who only participates."""
        return workspace_id in self._agents

    @property
    def connections(self) -> Collection[Connection]:
        return self._by_id.values()

    def deliver(self, facts: list[Recorded]) -> None:
        """Say facts to everybody who should hear them, encoded once per wire and view. They are worded first, as many
        as `TOGETHER` lets wait, and each connection is then written to once: going to and fro between Python and the
        kernel's TCP takes a tenth longer, because neither finds its code in the processor's caches. Only whoever waits
        for the answer to a lone fact has it before the others' is worded.
        """
        outgoing: Outgoing = {}
        waiting = 0
        for recorded in facts:
            self._word(recorded, outgoing, answer_at_once=len(facts) == 1)
            waiting += sum(map(len, filter(None, recorded.frames.values())))
            ended = recorded.event.hangs_up
            if waiting > TOGETHER or ended:
                _write(outgoing)
                waiting = 0
            if ended:
                self.hang_up(recorded.workspace_id, ended)
        _write(outgoing)

    def _word(self, recorded: Recorded, outgoing: Outgoing, *, answer_at_once: bool) -> None:
        """Of those who hear the fact, whoever waits for it as an answer has the first place."""
        frames, seq, actor = recorded.frames, recorded.seq, recorded.actor
        delivers = recorded.event.delivers
        news = News(recorded.conversation_id or "", delivers, seq) if delivers else None
        hearing = self._hearing(recorded)
        origin = self._by_id.get(recorded.origin or "")
        if origin is not None and any(origin in listeners for listeners in hearing):
            wire, its_own = origin.view_origin
            answer = worded(recorded, wire.encode, its_own)
            if answer is not None and origin.takes(answer, seq):
                if answer_at_once:
                    origin.write(answer)
                else:
                    outgoing.setdefault(origin, []).append(answer)
        for listeners in hearing:
            for connection in listeners:
                if connection is origin:
                    continue
                own = connection.person == actor
                view = connection.view_author if own else connection.view
                frame = frames[view] if view in frames else _frame(recorded, view)
                if frame is not None and connection.takes(frame, seq, None if own else news):
                    outgoing.setdefault(connection, []).append(frame)
        for connection in self._everywhere:
            view = connection.view
            frame = frames[view] if view in frames else _frame(recorded, view)
            if frame is not None and connection.takes(frame, None):  # numbers are a workspace's own
                outgoing.setdefault(connection, []).append(frame)

    def _hearing(self, recorded: Recorded) -> list[Collection[Connection]]:
        workspace_id, conversation_id = recorded.workspace_id, recorded.conversation_id
        audience = recorded.event.audience
        hearing: list[Collection[Connection]] = [self._staff.get(workspace_id, ())]
        if conversation_id is None:
            if audience == "staff":
                hearing.append(self._agents.get(workspace_id, ()))
            return hearing
        for_all = audience == "all"
        for person in recorded.people:
            if for_all or person.startswith("staff:"):
                hearing.append(self._people.get((workspace_id, person), ()))
        if self._conversations:
            hearing.append(self._conversations.get((conversation_id, "staff"), ()))
            if for_all:
                hearing.append(self._conversations.get((conversation_id, "contact"), ()))
        return hearing

    def signal(self, signal: Signal) -> None:
        """Say what is true only now to the others, never to the person it is about."""
        frames: dict[Any, bytes | None] = {}
        for listeners in self._heeding(signal):
            for connection in listeners:
                if connection.person == signal.person and connection.actor.workspace_id == signal.workspace_id:
                    continue
                key = connection.view
                if key not in frames:
                    frames[key] = key[0].encode_signal(signal, key[1])
                if (frame := frames[key]) is not None:
                    connection.push(frame, None)

    def _heeding(self, signal: Signal) -> Iterator[Collection[Connection]]:
        workspace_id = signal.workspace_id
        if isinstance(signal, PresenceChanged) and signal.conversation_id is not None:
            for side in ("staff", "contact"):
                yield self._conversations.get((signal.conversation_id, side), ())
            return
        yield self._staff.get(workspace_id, ())
        if isinstance(signal, PresenceChanged) and signal.person.startswith("staff:"):
            yield self._agents.get(workspace_id, ())
            yield self._contacts.get(workspace_id, ())
            return
        for person in signal.people:
            yield self._people.get((workspace_id, person), ())
        for side in ("staff", "contact"):
            yield self._conversations.get((signal.conversation_id, side), ())

    def hang_up(self, workspace_id: str, keys: tuple[str, ...], code: int = 4410, reason: str = "revoked") -> None:
        """Close every connection of the workspace that came in by, or is, one of the keys."""
        self.on_hang_up(keys)
        for connection in list(self._workspaces.get(workspace_id, ())):
            if not connection.keys.isdisjoint(keys):
                connection.hang_up(code, reason)


def _frame(recorded: Recorded, view: tuple[Speech, str]) -> bytes | None:
    """The fact in the words of a view, kept for all of it."""
    frame = recorded.frames[view] = worded(recorded, view[0].encode, view[1])
    return frame


def _write(outgoing: Outgoing) -> None:
    """To each what it takes. One that cannot be written to would go on with a gap, so it is closed and resumes; the
    others must not pay for it.
    """
    for connection, frames in outgoing.items():
        try:
            connection.write(*frames)
        except Exception as error:
            logger.error("a socket could not be written to", extra={"fields": {"error": type(error).__name__}})
            connection.hang_up(1011, "something went wrong on our side")
    outgoing.clear()


def worded(recorded: Recorded, word: Callable[[Recorded, str], T | None], view: str) -> T | None:
    """What the wire makes of a fact. One that fails at it is silent: the others, and whoever waits for the answer to
    something else of the same commit, must not pay for it.
    """
    try:
        return word(recorded, view)
    except Exception as error:
        fields = {"fact": recorded.event.tag(), "by": word.__qualname__, "error": type(error).__name__}
        logger.error("a fact could not be worded", extra={"fields": fields})
        return None


def hears(actor: Actor, recorded: Recorded) -> bool:
    """Whether a listener who asks for the past should be told this fact."""
    if actor.sees_all:
        return True
    if recorded.conversation_id is None:
        return actor.kind == "staff" and recorded.event.audience == "staff"
    return actor.person in recorded.people and (actor.kind == "staff" or recorded.event.audience == "all")
