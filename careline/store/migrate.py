"""The shape of stored data: plain SQL files, applied in order, once, and never changed afterwards.

A file runs on both engines, `WITHOUT ROWID` being dropped for PostgreSQL; one that cannot is called `name.sqlite.sql`
or `name.postgres.sql` and runs on that engine only. `server.oldest_code` is the oldest
generation of code that may still run on the schema; older code refuses to start on it.
"""

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from careline.core.actor import Actor, system
from careline.store.database import Database, Tx

GENERATION = 2
FOLDER = Path(__file__).parent / "migrations"
_ENGINES = {".sqlite": "sqlite", ".postgres": "postgres"}


class SchemaError(Exception):
    """The stored schema and this code do not fit; the message says what to do."""


class _Applied(Struct):
    id: str
    checksum: str


def files(engine: str, folder: Path = FOLDER) -> list[Path]:
    """The migrations of an engine, in order."""
    return [file for file in sorted(folder.glob("*.sql")) if _ENGINES.get(Path(file.stem).suffix, engine) == engine]


async def migrate(database: Database, say: Callable[[str], None] = lambda line: None) -> list[str]:
    """Apply what is missing and return its names.

    Raises `SchemaError` when an applied file was changed since, or the schema is too new for this code.
    """
    applied = await _applied_for_us(database)
    done = []
    for file in files(database.engine.name):
        text = file.read_text(encoding="utf-8")
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if file.stem in applied:
            if applied[file.stem] != checksum:
                raise SchemaError(f"Migration {file.name} was changed after it had been applied: restore the file.")
            continue
        say(f"applying {file.name}")
        noted = f"('{file.stem}', '{checksum}', {database.clock()}) ON CONFLICT (id) DO NOTHING RETURNING id"
        if await database.engine.script(text, f"INSERT INTO migrations (id, checksum, applied_at) VALUES {noted}"):
            done.append(file.stem)
    await database.write(_complete, system())
    return done


async def applied_checksums(database: Database) -> dict[str, str]:
    """Names and checksums of the applied migrations; empty when the store is new."""
    await database.engine.script(
        "CREATE TABLE IF NOT EXISTS migrations "
        "(id TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"
    )

    async def ask(tx: Tx, actor: Actor) -> list[_Applied]:
        return await tx.all(_Applied, "applied_migrations")

    return {row.id: row.checksum for row in await database.read(ask, system())}


async def pending(database: Database) -> list[str]:
    """Names of migrations not applied yet. Raises `SchemaError` when the schema is too new for this code."""
    applied = await _applied_for_us(database)
    return [file.stem for file in files(database.engine.name) if file.stem not in applied]


async def _applied_for_us(database: Database) -> dict[str, str]:
    """What is applied, where this code may run on it at all; else `SchemaError`."""

    async def ask(tx: Tx, actor: Actor) -> int:
        return int(await tx.value("server_fact", key="oldest_code") or 0)

    applied = await applied_checksums(database)
    oldest = await database.read(ask, system()) if applied else 0
    if oldest > GENERATION:
        raise SchemaError(f"The schema needs code of generation {oldest}, this is {GENERATION}: upgrade Careline.")
    return applied


async def _complete(tx: Tx, actor: Actor) -> None:
    for key, value in _new_epoch().items():
        await tx.run("add_server_fact", key=key, value=value)
    await tx.run("raise_oldest_code", generation=str(GENERATION))


async def begin_epoch(tx: Tx, actor: Actor) -> None:
    """A new epoch, and a new key for cursors: those that clients hold speak of numbers that may come a second time."""
    for key, value in _new_epoch().items():
        await tx.run("set_server_fact", key=key, value=value)


def _new_epoch() -> dict[str, str]:
    return {"epoch": secrets.token_hex(16), "cursor_key": secrets.token_hex(32)}
