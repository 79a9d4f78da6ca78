"""The embedded engine: one file, one writer thread whose waiting bodies share a COMMIT, a few reader threads."""

import asyncio
import contextlib
import logging
import os
import resource
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import apsw
import msgspec
from msgspec import Struct

from careline.core.clock import Clock
from careline.core.context import NOWHERE, Context
from careline.core.errors import TookTooLong, Unavailable
from careline.store.database import ASIDE_S, Body, Committed, StoreError, Tx, check_columns
from careline.store.served import Served
from careline.store.sql import Statement

Row = TypeVar("Row", bound=Struct)

logger = logging.getLogger("careline.store")
BUSY_MS = 5_000
# A group waits in one transaction for its slowest body; more than this would trade latency for nothing.
_GROUP = 64
_CHECKPOINT_PAGES = 4_000
SLOW_READ = 0.005
WITH_THREADS = 1.0
_THREAD = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)
_STEPS = 10_000  # of SQLite's machine between two looks at the clock: a fraction of a millisecond


class SqliteTx(Tx):
    """Statements run at once on the thread that steps the body, so nothing here ever suspends."""

    def __init__(self, connection: apsw.Connection, checked: set[tuple[str, type]], *rest: Any) -> None:
        super().__init__(*rest)
        self._execute = connection.execute
        self._executemany = connection.executemany
        self._checked = checked

    def _bound(self, name: str, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        statement = self._statements[name]
        for field in statement.lists:
            values[field] = msgspec.json.encode(values[field]).decode()
        return statement.text, statement.bound(values)

    async def all(self, row: type[Row], name: str, /, **values: Any) -> list[Row]:
        cursor = self._execute(*self._bound(name, values))
        if (name, row) not in self._checked:
            with contextlib.suppress(apsw.ExecutionCompleteError):  # no rows: nothing to check yet
                check_columns(name, row, [column[0] for column in cursor.get_description()])
                self._checked.add((name, row))
        return [row(*values) for values in cursor]

    async def value(self, name: str, /, **values: Any) -> Any:
        for row in self._execute(*self._bound(name, values)):
            return row[0]
        return None

    async def run(self, name: str, /, **values: Any) -> None:
        self._execute(*self._bound(name, values)).fetchall()

    async def many(self, name: str, rows: list[dict[str, Any]]) -> None:
        statement = self._statements[name]
        self._executemany(statement.text, map(statement.bound, rows)).fetchall()


class _Waiting:
    """A body in the queue, and whoever waits for it."""

    __slots__ = ("body", "committed", "error", "future", "origin", "result", "tx", "within")

    def __init__(
        self,
        body: Body,
        origin: Context,
        committed: Committed | None,
        within: float | None,
        future: "asyncio.Future[Any]",
    ) -> None:
        self.body = body
        self.origin = origin
        self.committed = committed
        self.within = within
        self.future = future
        self.tx: Tx | None = None
        self.result: Any = None
        self.error: BaseException | None = None


class _Connection(threading.Thread):
    """A thread that owns a connection and runs the bodies waiting for it, in groups."""

    def __init__(self, name: str, run: Callable[["_Connection", list[_Waiting]], None], most: int) -> None:
        super().__init__(name=name, daemon=True)
        self.queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self.loop = asyncio.get_running_loop()
        self.db: apsw.Connection
        self.checked: set[tuple[str, type]] = set()
        self._run = run
        self._most = most

    def submit(
        self, body: Body, origin: Context, committed: Committed | None, within: float | None = None
    ) -> "asyncio.Future[Any]":
        waiting = _Waiting(body, origin, committed, within, self.loop.create_future())
        self.queue.put(waiting)
        return waiting.future

    def run(self) -> None:
        while (first := self.queue.get()) is not None:
            group = [first]
            with contextlib.suppress(Empty):
                while len(group) < self._most:
                    if (another := self.queue.get_nowait()) is None:
                        self.queue.put(None)
                        break
                    group.append(another)
            try:
                self._run(self, group)
            except BaseException as error:  # the thread must live: whoever waits is told
                for waiting in group:
                    waiting.error = waiting.error or error
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.loop.call_soon_threadsafe(_answer, group)
        self.db.close()


def _answer(group: list[_Waiting]) -> None:
    # First everybody hears what was committed, then the callers are answered: a sender's acknowledgement never
    # overtakes, on its own socket, what others said before it.
    for waiting in group:
        if waiting.error is None and waiting.committed and waiting.tx:
            waiting.committed(waiting.tx)
    for waiting in group:
        if waiting.future.done():
            continue
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.result)


def _step(body: Coroutine[Any, Any, Any]) -> Any:
    """Run a body to its end here and now. It may await only `tx`, which never suspends."""
    try:
        body.send(None)
    except StopIteration as end:
        return end.value
    body.close()
    raise RuntimeError("a verb awaited something other than tx")


def _waits() -> int:
    """How often this thread has slept until now, for a disk or a lock; losing the core to somebody is no sleep."""
    return resource.getrusage(_THREAD).ru_nvcsw


_WITHOUT_END = contextlib.nullcontext()


@contextlib.contextmanager
def _no_longer_than(seconds: float, db: apsw.Connection, clock: Clock) -> Iterator[None]:
    """Break off what the connection is at after so long. `TookTooLong` tells whoever asked."""
    end = clock.monotonic() + seconds
    db.set_progress_handler(lambda: clock.monotonic() > end, _STEPS)
    try:
        yield
    except apsw.InterruptError as error:
        raise TookTooLong() from error
    finally:
        db.set_progress_handler(None)


class Sqlite:
    """`on_fatal` is called when the disk fails under a commit: the process must not go on, for fsync lies after EIO."""

    name = "sqlite"

    def __init__(self, path: Path, *, readers: int = 2, on_fatal: Callable[[str], None] = lambda why: None) -> None:
        self.path = path
        self._served = Served(path)
        self._reader_count = readers
        self._on_fatal = on_fatal
        self.on_commit_time: Callable[[float, int], None] = lambda seconds, bodies: None

    async def open(self, statements: dict[str, Statement], clock: Clock, settings: Any) -> None:
        self._statements, self._clock, self._settings = statements, clock, settings
        try:
            self._connect()
        except (apsw.Error, OSError) as error:
            raise StoreError(f"database: {self.path} cannot be opened as an embedded store: {error}") from None

    def _connect(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # what people write is in it, in clear
        self._writer = _Connection("store-writer", self._write_group, _GROUP)
        self._writer.db = connect(self.path, checkpoint_pages=_CHECKPOINT_PAGES)
        self._readers = [_Connection(f"store-reader-{n}", self._read_group, 8) for n in range(self._reader_count)]
        self._here = connect(self.path, checkpoint_pages=0)
        self._checked: set[tuple[str, type]] = set()
        self._threads_until = 0.0
        for reader in self._readers:
            reader.db = connect(self.path, checkpoint_pages=0)
        for db in (self._here, *(reader.db for reader in self._readers)):
            db.execute("PRAGMA query_only = ON")
        self._next_reader = 0
        self._data_version: int | None = None
        for thread in (self._writer, *self._readers):
            thread.start()

    async def close(self) -> None:
        for thread in (self._writer, *self._readers):
            thread.queue.put(None)
            await asyncio.to_thread(thread.join)
        self._here.close()
        self._served.close()

    def serve(self) -> None:
        self._served.share()

    def alone(self) -> bool | None:
        return self._served.alone()

    async def write(self, body: Body, origin: Context, committed: Committed) -> Any:
        return await self._writer.submit(body, origin, committed)

    async def write_many(self, workspace_id: str, body: Body, origin: Context, committed: Committed) -> Any:
        return await self.write(body, origin, committed)  # one writer: nobody can come in between

    async def read(self, body: Body, origin: Context, *, aside: bool = False) -> Any:
        """Read here and now while reads are quick: a page from the cache costs less than waking a thread for it.

        A read that waited long (a cold cache, a slow disk) sends the following ones to the reader threads for a while,
        so the loop is kept waiting by at most one of them a second. One that another program kept from the core does
        not: threads would only add to that. What reads `aside` never runs here.
        """
        started = self._clock.monotonic()
        if aside or started < self._threads_until:
            self._next_reader = (self._next_reader + 1) % len(self._readers)
            return await self._readers[self._next_reader].submit(body, origin, None, ASIDE_S if aside else None)
        waits = _waits()
        try:
            return self._read_one(self._here, self._checked, body, origin)
        except (apsw.IOError, apsw.BusyError) as error:
            raise Unavailable() from error
        finally:
            if self._clock.monotonic() - started > SLOW_READ and _waits() > waits:
                self._threads_until = started + WITH_THREADS

    def _tx(self, db: apsw.Connection, checked: set[tuple[str, type]], origin: Context) -> SqliteTx:
        return SqliteTx(db, checked, self._statements, self._clock(), self._settings, origin)

    def _write_group(self, thread: _Connection, group: list[_Waiting]) -> None:
        db = thread.db
        try:
            db.execute("BEGIN IMMEDIATE")
            alone = len(group) == 1
            for waiting in group:
                self._write_one(thread, waiting, alone=alone)
            if not (alone and group[0].error):
                started = self._clock.monotonic()
                db.execute("COMMIT")
                self.on_commit_time(self._clock.monotonic() - started, len(group))
        except apsw.Error as error:
            if db.in_transaction:
                with contextlib.suppress(apsw.Error):
                    db.execute("ROLLBACK")
            for waiting in group:
                waiting.error = Unavailable()
                waiting.error.__cause__ = error
            if isinstance(error, (apsw.IOError, apsw.CorruptError)):
                # A failed fsync marks the pages clean, so the next one would lie: stop before acknowledging anything.
                thread.loop.call_soon_threadsafe(self._on_fatal, str(error))

    def _write_one(self, thread: _Connection, waiting: _Waiting, *, alone: bool) -> None:
        """One that shares the transaction with nobody needs no savepoint in it."""
        if not alone:
            thread.db.execute("SAVEPOINT body")
        waiting.tx = tx = self._tx(thread.db, thread.checked, waiting.origin)
        try:
            waiting.result = _step(waiting.body(tx))  # type: ignore[arg-type]
        except (apsw.IOError, apsw.FullError, apsw.CorruptError, apsw.BusyError):
            raise  # not this body's fault: the whole group is undone
        except BaseException as error:
            thread.db.execute("ROLLBACK" if alone else "ROLLBACK TO body")
            waiting.error = error
        if not alone:
            thread.db.execute("RELEASE body")

    def _read_group(self, thread: _Connection, group: list[_Waiting]) -> None:
        for waiting in group:
            try:
                asked = waiting.body, waiting.origin, waiting.within
                waiting.result = self._read_one(thread.db, thread.checked, *asked)
            except (apsw.IOError, apsw.BusyError):
                waiting.error = Unavailable()
            except BaseException as error:
                waiting.error = error

    def _read_one(
        self,
        db: apsw.Connection,
        checked: set[tuple[str, type]],
        body: Body,
        origin: Context,
        within: float | None = None,
    ) -> Any:
        db.execute("BEGIN")
        try:
            with _WITHOUT_END if within is None else _no_longer_than(within, db, self._clock):
                tx = self._tx(db, checked, origin)
                tx.on_loop = db is self._here
                return _step(body(tx))  # type: ignore[arg-type]
        finally:
            db.execute("COMMIT")

    async def script(self, text: str, note: str = "SELECT 1") -> bool:
        async def body(tx: Tx) -> bool:
            if not self._writer.db.execute(note).fetchall():
                return False
            self._writer.db.execute(text).fetchall()
            return True

        told = False
        while True:
            try:
                return bool(await self._writer.submit(body, NOWHERE, None))
            except Unavailable as unavailable:
                if not isinstance(unavailable.__cause__, apsw.BusyError):
                    raise
                # A migration of another process takes as long as it takes; nothing is served before its end.
                if not told:
                    logger.warning("another process changes the store, which may be its migration: waiting for it")
                told = True

    async def changed_elsewhere(self) -> bool:
        async def body(tx: Tx) -> int:
            # Asked on the writer's own connection: only commits of other processes change its answer.
            return int(self._writer.db.pragma("data_version"))

        version = await self._writer.submit(body, NOWHERE, None)
        # The first answer is yes: nobody knows what came between the opening and this look.
        changed = bool(version != self._data_version)
        self._data_version = version
        return changed

    async def facts(self) -> dict[str, str]:
        def ask(thread: _Connection) -> dict[str, str]:
            names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            return {name: str(thread.db.pragma(name)) for name in names}

        async def body(tx: Tx) -> dict[str, str]:
            return ask(self._writer)

        settings: dict[str, str] = await self._writer.submit(body, NOWHERE, None)
        return {"engine": "sqlite", "version": apsw.sqlite_lib_version(), **settings}


def connect(path: Path, *, checkpoint_pages: int) -> apsw.Connection:
    """A connection with the durability Careline promises; only the writer checkpoints."""
    db = apsw.Connection(str(path), statementcachesize=256)
    db.set_busy_timeout(BUSY_MS)
    # Plans must not depend on values: else SQLite (with STAT4) compiles a statement anew for every range it is given,
    # which costs more than running it (39 µs instead of 5 for the marks over a page).
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = FAST",
        "trusted_schema = OFF",
        "cache_size = -32768",
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {checkpoint_pages}",
    ):
        db.execute(f"PRAGMA {setting}").fetchall()
    return db
