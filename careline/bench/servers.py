"""The server that is measured: the real `careline serve` on durable storage, alone on its core with its database."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import careline
from careline.bench.measure import pinned
from careline.bench.postgres import PostgresServer
from careline.bench.process import Service
from careline.settings import Settings

# The limiter counts as always, and never comes to its end.
RAISED = {name: "1000000/s" for name in Settings.__struct_fields__ if name.startswith("limit_")}
RAISED |= {name: "100000" for name in Settings.__struct_fields__ if name.startswith("sockets_")}


def environment(settings: dict[str, str] | None = None, code: Path | None = None) -> dict[str, str]:
    """The environment of a process of ours: this code or that in another folder, and no settings but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARELINE_")}
    kept["PYTHONPATH"] = str(code or Path(careline.__file__).parent.parent)
    return kept | {f"CARELINE_{name.upper()}": value for name, value in (settings or {}).items()}


class CarelineServer(Service):
    """`careline serve` as a process of its own. It is ready when it says that it listens."""

    def __init__(self, database: str, base: Path | None, settings: dict[str, str], code: Path | None) -> None:
        self.database = database
        self._settings = settings
        self._code = code
        self._said = 0
        super().__init__(base)

    def command(self, port: int) -> list[str]:
        settings = {"database": self.database, "listen": f"127.0.0.1:{port}", "log_level": "warning", **RAISED}
        settings |= self._settings
        self.environment = environment(settings, self._code)
        return [sys.executable, "-m", "careline", "serve"]

    def start(self) -> None:
        self._said = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def is_ready(self) -> bool:
        return b" listens on " in self.log.read_bytes()[self._said :]

    def complaints(self) -> list[str]:
        """What it logged: at this level, nothing that should happen while it is measured."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if line.startswith("{")]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


class Stage:
    """Where one engine is measured: its database server, its stores, and whatever runs on them. `close` ends it all."""

    def __init__(
        self, engine: str, folder: Path | None, core: int | None, programs: Path | None, warn: Callable[[str], None]
    ) -> None:
        self._core = core
        self._warn = warn
        self._ending = ExitStack()
        self._folder = Path(
            self._ending.enter_context(tempfile.TemporaryDirectory(prefix="careline-bench-", dir=folder))
        )
        self._base = folder
        self._stores = 0
        self.postgres: PostgresServer | None = None
        if engine == "postgres":
            # As much cache as the peers are given, and no more.
            options: dict[str, object] = {"shared_buffers": "256MB", "max_connections": 150}
            with pinned(core):
                self.postgres = PostgresServer(durable=True, base=folder, options=options, programs=programs)
            self._ending.callback(self.postgres.close)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.close()

    def new_store(self) -> str:
        """An empty store, as `Settings.database` takes it."""
        self._stores += 1
        if self.postgres is None:
            return str(self._folder / f"store-{self._stores}.db")
        return self.postgres.new_database(f"bench_{self._stores}")

    def size_of(self, store: str) -> int:
        """Bytes of a store that nobody uses now."""
        return Path(store).stat().st_size if self.postgres is None else self.postgres.size_of(store)

    @contextmanager
    def serving(
        self, store: str, settings: dict[str, str] | None = None, code: Path | None = None
    ) -> Iterator[CarelineServer]:
        """A server on the store, on its core, with these settings besides; of other code than this if need be."""
        with pinned(self._core):
            server = CarelineServer(store, self._base, settings or {}, code)
        try:
            yield server
        finally:
            for line in server.complaints()[:5]:
                self._warn(f"The server complained: {line}")
            server.close()

    def pids(self, server: CarelineServer) -> list[int]:
        """The roots of everything that serves: the server, and its database if that is a process of its own."""
        return [server.process.pid] + ([self.postgres.process.pid] if self.postgres else [])
