"""The one door to stored data: transactions that read, write, number what happened, and plan what follows."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import msgspec
from msgspec import Struct

from careline.core import context
from careline.core.actor import Actor
from careline.core.clock import Clock
from careline.core.context import Context
from careline.core.errors import NotFound
from careline.core.events import Event, Recorded
from careline.core.ids import new_id
from careline.store.cache import Cache, Look
from careline.store.sql import Statement, load

P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row", bound=Struct)
Request = TypeVar("Request")


class Job(Struct, frozen=True):
    """Work that follows from an event: `payload` is the job's own struct, `run_at` milliseconds or None for at once."""

    kind: str
    payload: Struct
    run_at: int | None = None


MOST_KNOWN = 10_000
ASIDE_S = 1.0

Plan = Callable[[Event, int], list[Job]]
Question = tuple[type[Struct], str, dict[str, Any]]  # a row, a statement, its values


class StoreError(Exception):
    """The store cannot be opened or prepared: the message says which one, why, and what to do. No secrets are in it."""


class Overtaken(Exception):
    """Somebody else wrote in the workspace while a body that held no lock was deciding: decide again."""


class Memory:
    """What the last write for many has learned of a workspace. It is true for as long as the counter stands at `seq`:
    every change in a workspace moves that.
    """

    __slots__ = ("known", "seq")

    def __init__(self, seq: int, known: dict[str, Any]) -> None:
        self.seq = seq
        self.known = known


class Tx(ABC):
    """One transaction, in one workspace when the actor is in one. Inside a verb only its methods may be awaited.

    A verb for many finds in `known` what is known without asking, and leaves in `learned` what the next one may know.
    Where it `decides_unlocked`, a unique index finds what it did not look for, and has it decide again under the lock.
    """

    decides_unlocked = False
    cache = Look()  # of those that only read, and on the event loop: what writes sees what nobody may see yet

    def __init__(self, statements: dict[str, Statement], now: int, settings: Any, origin: Context) -> None:
        self._statements = statements
        self.now = now
        self.settings = settings
        self.context = origin
        self.recorded: list[Recorded] = []
        self.noted: list[str] = []
        self._seq: int | None = None
        self._later: list[tuple[str, list[dict[str, Any]]]] = []
        self.planned = False  # whether there is work to do at once
        self.on_loop = True  # whether its body runs on the event loop
        self.workspace_id = ""
        self.memory: Memory | None = None
        self.known: dict[str, Any] = {}
        self.learned: dict[str, Any] = {}

    @abstractmethod
    async def all(self, row: type[Row], name: str, /, **values: Any) -> list[Row]:
        """Every row of the statement as structs; its columns must be the struct's fields, in their order."""

    @abstractmethod
    async def value(self, name: str, /, **values: Any) -> Any:
        """The first column of the first row, or None."""

    async def value_shared(self, name: str, /, **values: Any) -> Any:
        """The same; where that is a round trip, asked together with whoever else asks it meanwhile."""
        return await self.value(name, **values)

    @abstractmethod
    async def run(self, name: str, /, **values: Any) -> None:
        """Run a statement for its effect."""

    @abstractmethod
    async def many(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Run an INSERT or UPDATE once per row, as one statement where the engine can."""

    def later(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Write rows before COMMIT, together with the log: in one round trip where there are any.

        Nothing in this transaction may read them, and no two of these statements may touch the same row.
        """
        if rows:
            self._later.append((name, rows))

    async def ask(self, *questions: Question) -> list[list[Any]]:
        """The rows of several statements, of one moment: in one round trip where there are any."""
        return [await self.all(row, name, **values) for row, name, values in questions]

    async def together(self, writes: list[tuple[str, list[dict[str, Any]]]]) -> None:
        """Run writes that know nothing of each other."""
        for name, rows in writes:
            await self.many(name, rows)

    async def one(self, row: type[Row], name: str, /, **values: Any) -> Row | None:
        rows = await self.all(row, name, **values)
        return rows[0] if rows else None

    def note_read(self, what: str) -> None:
        """The one hook where reads are noted for the audit log, as `noun:id`."""
        self.noted.append(what)

    @property
    def next_seq(self) -> int:
        """The number that the next emitted event will bear."""
        if self._seq is None:
            raise RuntimeError("this transaction has no workspace: write as an actor of one")
        return self._seq + 1

    def emit(
        self,
        event: Event,
        actor: Actor,
        *,
        about: Any = None,
        people: tuple[str, ...] = (),
        origin: str | None = None,
        request: str | None = None,
        asked: Context | None = None,
    ) -> int:
        """Record a fact under the workspace's next number, which is returned.

        `about` is the row it speaks of, so that listeners need not read it again; `people` the conversation's
        participants as `kind:id`; `origin`, `request` and `asked` its connection, its command and where that came
        from, when a batch mixes several.
        """
        seq = self.next_seq
        self._seq = seq
        self.recorded.append(
            Recorded(
                self.workspace_id,
                seq,
                self.now,
                actor.person,
                event,
                about,
                people,
                origin or self.context.origin,
                request,
                asked or self.context,
            )
        )
        return seq

    async def open_workspace(self, workspace_id: str) -> None:
        """Lock the workspace's counter: from here on all its writes stand in one order and rules see a stable state.

        A verb of no workspace may open several, one after another and in the order of their ids, so that no two wait
        for each other.
        """
        seq = await self.value("lock_head", workspace_id=workspace_id)
        if seq is None:
            raise NotFound("There is no such workspace.")
        self.workspace_id, self._seq = workspace_id, seq
        if self.memory is not None and self.memory.seq == seq:
            self.known = self.memory.known

    async def close_workspace(self, plan: Plan) -> None:
        """Before COMMIT: write what was left for later, the log, the counter and the jobs that follow."""
        if self.recorded:
            moved = {r.workspace_id: r.seq for r in self.recorded}
            self.later("move_head", [{"workspace_id": id_, "seq": seq} for id_, seq in moved.items()])
        if writes := self.last_writes(plan):
            await self.together(writes)

    def remembered(self) -> Memory:
        """After COMMIT: what is known of the workspace now."""
        known = self.known if len(self.known) < MOST_KNOWN else {}
        known.update(self.learned)
        return Memory(self.next_seq - 1, known)

    def last_writes(self, plan: Plan) -> list[tuple[str, list[dict[str, Any]]]]:
        """What was left for later, the log and the jobs that follow."""
        self.later("insert_event", [_log_row(r) for r in self.recorded])
        jobs = [(job, r.workspace_id) for r in self.recorded for job in plan(r.event, self.now)]
        self.planned = any(job.run_at is None for job, _ in jobs)
        self.later("insert_job", [_job_row(job, workspace_id, self.now) for job, workspace_id in jobs])
        return self._later


def _by_workspace(recorded: list[Recorded]) -> list[list[Recorded]]:
    """One workspace's facts follow on each other, so those between two of the same are its own as well."""
    if recorded and recorded[0].workspace_id == recorded[-1].workspace_id:
        return [recorded]
    return [list(facts) for _, facts in groupby(recorded, attrgetter("workspace_id"))]


def _log_row(recorded: Recorded) -> dict[str, Any]:
    return {
        "workspace_id": recorded.workspace_id,
        "seq": recorded.seq,
        "at": recorded.at,
        "conversation_id": recorded.conversation_id,
        "audience": recorded.event.audience,
        "actor": recorded.actor,
        "body": msgspec.json.encode(recorded.event).decode(),
        "request_id": recorded.asked.request_id or None,
        "address": recorded.asked.address or None,
        "impersonated_by": recorded.asked.impersonated_by,
    }


def _job_row(job: Job, workspace_id: str, now: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "kind": job.kind,
        "payload": msgspec.json.encode(job.payload).decode(),
        "run_at": job.run_at or now,
    }


def check_columns(name: str, row: type[Struct], columns: list[str]) -> None:
    """Rows are made by position, so the order of columns must be the order of the struct's fields."""
    fields = list(row.__struct_fields__)
    if columns != fields[: len(columns)]:
        raise TypeError(f"statement {name} gives {columns}, but {row.__name__} has {fields}")


@cache
def _statements(engine: str) -> dict[str, Statement]:
    root = Path(__file__).parent.parent
    files = [root / "store" / "log.sql", root / "work" / "jobs.sql", *sorted(root.glob("features/*/queries.sql"))]
    return load(files, engine)


Body = Callable[[Tx], Awaitable[Any]]
Committed = Callable[[Tx], None]


class Engine(Protocol):
    """Runs bodies in transactions. `committed` is called on the loop after COMMIT and before anybody is answered."""

    name: str

    async def open(self, statements: dict[str, Statement], clock: Clock, settings: Any) -> None: ...
    async def close(self) -> None: ...
    def serve(self) -> None:
        """From now until `close`, or the end of the process, a server works on the store."""

    def alone(self) -> bool | None:
        """Whether no server works on the store, nor begins to until `close`; None where nobody can tell."""

    async def write(self, body: Body, origin: Context, committed: Committed) -> Any: ...
    async def write_many(self, workspace_id: str, body: Body, origin: Context, committed: Committed) -> Any: ...
    async def read(self, body: Body, origin: Context, *, aside: bool = False) -> Any:
        """`aside` of the event loop, and for `ASIDE_S` at most: then `TookTooLong`."""

    async def script(self, text: str, note: str = "SELECT 1") -> bool:
        """Run a migration, in one transaction with the statement that notes it; nothing where that gives no row, for
        then somebody else has run it. Whether it was run. Scripts of all processes wait for each other.
        """

    async def changed_elsewhere(self) -> bool:
        """Whether another process may have committed since the last call."""

    async def facts(self) -> dict[str, str]:
        """What the engine says of itself: version and durability settings in force."""


class Database:
    """Reads and writes by verbs: `await db.write(edit_message, actor, message_id, body)`."""

    def __init__(self, engine: Engine, plan: Plan, clock: Clock, settings: Any) -> None:
        self.engine = engine
        self.clock = clock
        self._plan = plan
        self._settings = settings
        self._memories: dict[str, Memory] = {}
        self.cache = Cache()
        # Both are told the facts of one workspace at a time; the first wherever the body runs, which on SQLite is its
        # writer's thread.
        self.before_commit: Callable[[list[Recorded]], None] = lambda recorded: None
        self.on_commit: Callable[[list[Recorded]], None] = lambda recorded: None
        self.on_planned: Callable[[], None] = lambda: None
        self.on_read: Callable[[Actor, Context, list[str]], Awaitable[None] | None] = lambda actor, origin, noted: None

    async def open(self) -> None:
        await self.engine.open(dict(_statements(self.engine.name)), self.clock, self._settings)

    async def close(self) -> None:
        await self.engine.close()

    async def write(
        self, verb: Callable[Concatenate[Tx, Actor, P], Awaitable[T]], actor: Actor, /, *args: P.args, **named: P.kwargs
    ) -> T:
        """Run the verb in a transaction and return its result after COMMIT.

        Raises what the verb refuses with; `Unavailable` when the outcome is unknown or the store does not answer.
        """

        async def body(tx: Tx) -> T:
            if actor.workspace_id:
                await tx.open_workspace(actor.workspace_id)
            result = await verb(tx, actor, *args, **named)
            await self._close(tx)
            return result

        result: T = await self.engine.write(body, context.current.get(), self._committed)
        return result

    async def write_many(
        self, verb: Callable[[Tx, Actor, list[Request]], Awaitable[T]], actor: Actor, requests: list[Request]
    ) -> T:
        """The same for a verb written for many, which first `ask`s, then decides, and writes only `later`.

        It needs no lock while it decides: the engine makes sure that nobody else wrote in between, or has it decide
        again.
        """

        async def body(tx: Tx) -> T:
            tx.memory = self._memories.get(actor.workspace_id)
            await tx.open_workspace(actor.workspace_id)
            result = await verb(tx, actor, requests)
            await self._close(tx)
            return result

        origin = context.current.get()
        result: T = await self.engine.write_many(actor.workspace_id, body, origin, self._committed)
        return result

    async def read(
        self, verb: Callable[Concatenate[Tx, Actor, P], Awaitable[T]], actor: Actor, /, *args: P.args, **named: P.kwargs
    ) -> T:
        """Run a reading verb. Raises what it refuses with, or `Unavailable`."""
        result: T = await self._read(verb, actor, args, named, aside=False)
        return result

    async def read_aside(
        self, verb: Callable[Concatenate[Tx, Actor, P], Awaitable[T]], actor: Actor, /, *args: P.args, **named: P.kwargs
    ) -> T:
        """The same for a verb that reads much: wherever it runs, the event loop does not wait for it.

        It has a second; what it is at then is broken off, and `TookTooLong` is raised.
        """
        result: T = await self._read(verb, actor, args, named, aside=True)
        return result

    async def _read(
        self, verb: Callable[..., Awaitable[Any]], actor: Actor, args: Any, named: Any, *, aside: bool
    ) -> Any:
        noted: list[str] = []

        async def body(tx: Tx) -> Any:
            tx.noted = noted
            if tx.on_loop:
                tx.cache = self.cache.look(actor.workspace_id)
            return await verb(tx, actor, *args, **named)

        origin = context.current.get()
        result = await self.engine.read(body, origin, aside=aside)
        if noted and origin.reads and (waiting := self.on_read(actor, origin, noted)) is not None:
            await waiting
        return result

    async def _close(self, tx: Tx) -> None:
        for facts in _by_workspace(tx.recorded):
            self.before_commit(facts)
        await tx.close_workspace(self._plan)

    def _committed(self, tx: Tx) -> None:
        if not tx.recorded:
            return
        for facts in _by_workspace(tx.recorded):
            self.on_commit(facts)
        if tx.learned:
            self._memories[tx.workspace_id] = tx.remembered()
        else:
            self._memories.pop(tx.workspace_id, None)
        if tx.planned:
            self.on_planned()
