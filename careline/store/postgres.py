"""The grown engine: a pool of PostgreSQL connections speaking the same SQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from msgspec import Struct

from careline.core.clock import Clock
from careline.core.context import Context
from careline.core.errors import Unavailable
from careline.store.database import Body, Committed, Tx, check_columns
from careline.store.sql import Statement, as_one, for_many

Row = TypeVar("Row", bound=Struct)

# Losing the connection, a server that is starting or stopping, a lock or statement that took too long: all of them
# mean "try again", and for a write "the outcome is unknown".
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)


# Statements are few, keyed and run for ever: planning them anew for their values costs more than it can find.
SESSION = {
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "20s",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}


async def _left_clean(connection: Any) -> None:
    """Before a connection goes back into the pool. Nothing here changes a session, so only a transaction can be left
    over; asyncpg's own reset would cost every write another round trip.
    """
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class PostgresTx(Tx):
    """Statements on one pooled connection, prepared once per connection by asyncpg's own cache."""

    def __init__(self, connection: Any, bulk: dict[str, str], checked: set[tuple[str, type]], *rest: Any) -> None:
        super().__init__(*rest)
        self._connection = connection
        self._bulk = bulk
        self._checked = checked

    def _bound(self, name: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
        statement = self._statements[name]
        return statement.text, [values[field] for field in statement.order]

    async def all(self, row: type[Row], name: str, /, **values: Any) -> list[Row]:
        text, arguments = self._bound(name, values)
        records = await self._connection.fetch(text, *arguments)
        if records and (name, row) not in self._checked:
            check_columns(name, row, list(records[0].keys()))
            self._checked.add((name, row))
        return [row(*record.values()) for record in records]

    async def value(self, name: str, /, **values: Any) -> Any:
        text, arguments = self._bound(name, values)
        return await self._connection.fetchval(text, *arguments)

    async def run(self, name: str, /, **values: Any) -> None:
        text, arguments = self._bound(name, values)
        await self._connection.execute(text, *arguments)

    async def many(self, name: str, rows: list[dict[str, Any]]) -> None:
        if len(rows) == 1:
            await self.run(name, **rows[0])
            return
        await self._connection.execute(await self._for_many(name), *self._columns(name, rows))

    async def together(self, writes: list[tuple[str, list[dict[str, Any]]]]) -> None:
        """One statement for all of them, each a WITH clause of it: a round trip costs more than what it carries."""
        text = as_one([await self._for_many(name) for name, _ in writes])
        await self._connection.execute(text, *[column for name, rows in writes for column in self._columns(name, rows)])

    async def _for_many(self, name: str) -> str:
        if name not in self._bulk:
            prepared = await self._connection.prepare(self._statements[name].text)
            types = [f"{p.schema}.{p.name}" for p in prepared.get_parameters()]
            self._bulk[name] = for_many(self._statements[name].text, types)
        return self._bulk[name]

    def _columns(self, name: str, rows: list[dict[str, Any]]) -> list[list[Any]]:
        return [[row[field] for row in rows] for field in self._statements[name].order]


class Postgres:
    """`dsn` as libpq takes it. Commits are durable: the settings that make them so are checked when opening."""

    name = "postgres"

    def __init__(self, dsn: str, *, pool: int = 10, wait: float = 5.0) -> None:
        self.dsn = dsn
        self._size = pool
        self._wait = wait
        self.on_commit_time: Any = lambda seconds, bodies: None

    async def open(self, statements: dict[str, Statement], clock: Clock, settings: Any) -> None:
        self._statements, self._clock, self._settings = statements, clock, settings
        self._bulk: dict[str, str] = {}
        self._checked: set[tuple[str, type]] = set()
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

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        # A connection whose request was cancelled mid-statement is reset or dropped by the pool, never handed on with
        # half an answer in it (the redis-py leak, CVE-2023-28858, was exactly that).
        async with self._pool.acquire(timeout=self._wait) as connection:
            yield connection

    def _tx(self, connection: Any, origin: Context) -> PostgresTx:
        return PostgresTx(
            connection, self._bulk, self._checked, self._statements, self._clock(), self._settings, origin
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
                self.on_commit_time(self._clock.monotonic() - started, 1)
        except _LOST as error:
            raise Unavailable() from error
        committed(tx)
        return result

    async def read(self, body: Body, origin: Context, *, aside: bool = False) -> Any:
        try:
            async with self._connection() as connection:
                return await body(self._tx(connection, origin))
        except _LOST as error:
            raise Unavailable() from error

    async def script(self, text: str, after: str) -> None:
        async with self._connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(7230001)")
            await connection.execute(text.replace(" WITHOUT ROWID", ""))
            await connection.execute(after)

    async def changed_elsewhere(self) -> bool:
        return True  # nobody can know without asking for the numbers themselves

    async def facts(self) -> dict[str, str]:
        names = ("fsync", "full_page_writes", "synchronous_commit", "data_sync_retry")
        async with self._connection() as connection:
            settings = {name: await connection.fetchval(f"SHOW {name}") for name in names}
            return {"engine": "postgres", "version": await connection.fetchval("SHOW server_version"), **settings}
