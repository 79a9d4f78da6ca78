"""The grown engine: a pool of PostgreSQL connections speaking the same SQL."""

import asyncio
import logging
from collections import defaultdict
from typing import Any, TypeVar

import asyncpg
from msgspec import Struct

from careline.core.clock import Clock
from careline.core.context import Context
from careline.core.errors import TookTooLong, Unavailable
from careline.store.database import ASIDE_S, Body, Committed, Overtaken, StoreError
from careline.store.postgres_tx import PostgresTx, UnlockedTx
from careline.store.sharing import Shared
from careline.store.sql import Statement

Row = TypeVar("Row", bound=Struct)

# Losing the connection, a server that is starting or stopping or being restored, a lock or statement that took too
# long: all of them mean "try again", and for a write "the outcome is unknown".
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)


logger = logging.getLogger("careline.store")
CONTENDED_S = 1.0
TELL_AGAIN_S = 10.0
MIGRATION_S = 24 * 3600

# Statements are few, keyed and run for ever: planning them anew for their values costs more than it can find. And each
# has an index it was written for, whatever is known of the table: without statistics yet, at the price of a spinning
# disk, or made when a table was small, a plan would walk over all of it to find one row
# (docs/decisions/0044-plans-that-need-no-statistics.md).
SESSION = {
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "20s",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


async def _left_clean(connection: Any) -> None:
    """Before a connection goes back into the pool. Nothing here changes a session, so only a transaction can be left
    over; asyncpg's own reset would cost every write another round trip.
    """
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def _place(dsn: str) -> str:
    """The database without its password."""
    return f"postgresql://{dsn.rpartition('@')[2].partition('?')[0].rpartition('//')[2]}"


def _why(error: Exception) -> str:
    if isinstance(error, ValueError):
        return "the URL cannot be read"  # the driver's words quote pieces of it
    return (error.strerror if isinstance(error, OSError) else str(error)) or "it does not answer"


def _is_gone(connection: Any) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True  # it ended by itself, and the pool has taken it back


class Postgres:
    """`dsn` as libpq takes it. Commits are durable: the settings that make them so are checked when opening."""

    name = "postgres"

    def __init__(self, dsn: str, *, pool: int = 10, wait: float = 5.0) -> None:
        self.dsn = dsn
        self._size = pool
        self._wait = wait
        self._contended: dict[str, float] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._kept: list[Any] = []
        self._waiting = 0
        self._told_until = 0.0
        self.on_commit_time: Any = lambda seconds, bodies: None

    async def open(self, statements: dict[str, Statement], clock: Clock, settings: Any) -> None:
        self._statements, self._clock, self._settings = statements, clock, settings
        self._closing = False
        self._bulk: dict[object, str] = {}
        self._checked: set[tuple[str, type]] = set()
        self._shared: defaultdict[str, Shared] = defaultdict(Shared)
        try:
            self._pool = await asyncpg.create_pool(
                self.dsn,
                min_size=1,
                max_size=self._size,
                timeout=self._wait,
                command_timeout=30,
                reset=_left_clean,
                statement_cache_size=512,
                max_cached_statement_lifetime=0,
                server_settings=SESSION,
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
            raise StoreError(f"database: {_place(self.dsn)} cannot be used: {_why(error)}") from None

    async def close(self) -> None:
        self._closing = True
        while self._kept:
            await self._pool.release(self._kept.pop())
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    def serve(self) -> None:
        """Nothing tells it: a pooler may stand before the database, where no lock is a session's own."""

    def alone(self) -> bool | None:
        return None

    def _connection(self) -> "_Borrowed":
        return _Borrowed(self)

    async def borrow(self) -> Any:
        """A connection that was kept, or one of the pool's."""
        while self._kept:
            connection = self._kept.pop()
            if not _is_gone(connection):
                return connection
            await self._pool.release(connection)  # its place in the pool is free again
        return await self._acquired()

    async def give_back(self, connection: Any, *, ended_well: bool) -> None:
        """A connection whose last statement has ended well is kept for whoever comes next: the pool's care for it would
        take as long as a short read. After an error the pool has it back, and also where somebody waits for it.

        One whose request was cancelled mid-statement is reset or dropped there, never handed on with half an answer in
        it (the redis-py leak, CVE-2023-28858, was exactly that).
        """
        if ended_well and not self._waiting and not self._closing:
            self._kept.append(connection)
        else:
            await self._pool.release(connection)

    def _lost(self, error: Exception) -> Unavailable:
        """Told once in a while: every request of that time says the same."""
        now = self._clock.monotonic()
        if now >= self._told_until:
            self._told_until = now + TELL_AGAIN_S
            logger.warning("the database does not answer", extra={"fields": {"error": type(error).__name__}})
        return Unavailable()

    async def _acquired(self) -> Any:
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=self._wait)
        finally:
            self._waiting -= 1

    def _tx(self, connection: Any, origin: Context, kind: type[PostgresTx] = PostgresTx) -> PostgresTx:
        return kind(
            connection, self._bulk, self._checked, self._shared, self._statements, self._clock(), self._settings, origin
        )

    async def write(self, body: Body, origin: Context, committed: Committed) -> Any:
        # A caller that goes away must not cut a COMMIT in two: the write ends by itself and is then heard of.
        return await asyncio.shield(asyncio.ensure_future(self._write(body, origin, committed)))

    async def _write(self, body: Body, origin: Context, committed: Committed) -> Any:
        try:
            async with self._connection() as connection:
                tx = self._tx(connection, origin)
                await connection.execute("BEGIN")
                try:
                    result = await body(tx)
                except BaseException:
                    if not connection.is_closed():
                        await connection.execute("ROLLBACK")
                    raise
                started = self._clock.monotonic()
                await connection.execute("COMMIT")
                took = self._clock.monotonic() - started
        except _LOST as error:
            raise self._lost(error) from error
        committed(tx)
        self.on_commit_time(took, 1)
        return result

    async def write_many(self, workspace_id: str, body: Body, origin: Context, committed: Committed) -> Any:
        """Without a lock; where others write as well, for a while with one, or all would overtake each other. Those of
        this process take turns.
        """
        async with self._turns[workspace_id]:
            return await self._write_many(workspace_id, body, origin, committed)

    async def _write_many(self, workspace_id: str, body: Body, origin: Context, committed: Committed) -> Any:
        started = self._clock.monotonic()
        if started < self._contended.get(workspace_id, 0.0):
            return await self._write(body, origin, committed)
        try:
            async with self._connection() as connection:
                tx = self._tx(connection, origin, UnlockedTx)
                result = await body(tx)
        except (Overtaken, asyncpg.UniqueViolationError):
            self._contended[workspace_id] = started + CONTENDED_S
            return await self._write(body, origin, committed)
        except _LOST as error:
            raise self._lost(error) from error
        took = self._clock.monotonic() - started
        committed(tx)  # whoever waits for it first, the counting after that
        self.on_commit_time(took, 1)
        return result

    async def read(self, body: Body, origin: Context, *, aside: bool = False) -> Any:
        try:
            async with self._connection() as connection:
                tx = self._tx(connection, origin)
                return await (self._aside(connection, body, tx) if aside else body(tx))
        except _LOST as error:
            raise self._lost(error) from error

    async def _aside(self, connection: Any, body: Body, tx: PostgresTx) -> Any:
        """The server ends a statement that takes too long by itself, also when nobody is left to ask it to. What reads
        much is not looked up row after row.
        """
        tx.shares = False
        await connection.execute(
            f"BEGIN READ ONLY; SET LOCAL statement_timeout = {round(ASIDE_S * 1000)};"
            "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"
        )
        try:
            async with asyncio.timeout(ASIDE_S):
                return await body(tx)
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            raise TookTooLong() from error
        finally:
            if not connection.is_closed():
                await connection.execute("ROLLBACK")

    async def script(self, text: str, note: str = "SELECT 1") -> bool:
        async with self._connection() as connection, connection.transaction():
            # An index over much that is there already takes as long as it takes, and so does waiting for whoever makes
            # it. For a table that somebody reads it waits no longer than others, who would all stand behind it.
            await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            await connection.execute("SELECT pg_advisory_xact_lock(7230001)", timeout=MIGRATION_S)
            await connection.execute("SET LOCAL lock_timeout TO DEFAULT")
            if not await connection.fetch(note):
                return False
            await connection.execute(text.replace(" WITHOUT ROWID", ""), timeout=MIGRATION_S)
            return True

    async def changed_elsewhere(self) -> bool:
        return True  # nobody can know without asking for the numbers themselves

    async def facts(self) -> dict[str, str]:
        names = ("fsync", "full_page_writes", "synchronous_commit", "data_sync_retry")
        try:
            async with self._connection() as connection:
                settings = {name: await connection.fetchval(f"SHOW {name}") for name in names}
                return {"engine": "postgres", "version": await connection.fetchval("SHOW server_version"), **settings}
        except _LOST as error:
            raise self._lost(error) from error


class _Borrowed:
    """What `contextlib.asynccontextmanager` would make of `borrow` and `give_back`, in a third of the time."""

    __slots__ = ("_connection", "_engine")

    def __init__(self, engine: Postgres) -> None:
        self._engine = engine

    async def __aenter__(self) -> Any:
        self._connection = await self._engine.borrow()
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._engine.give_back(self._connection, ended_well=kind is None)
