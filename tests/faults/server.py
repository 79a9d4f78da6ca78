"""A real `careline serve` in a process of its own, that can be killed, stopped in order, and started again."""

import os
import signal
import sys
import time
from http.client import HTTPConnection, HTTPException

from careline.bench.process import Service
from tests.tools import ROOT
from tests.world import LIMITS


class Careline(Service):
    """The server on this database; with `mutant`, one with that bug planted."""

    def __init__(self, database: str, *, mutant: str = "", **settings: object) -> None:
        self.database = database
        self.words = ["-m", "tests.faults.mutants", mutant] if mutant else ["-m", "careline"]
        self.settings = {**LIMITS, "log_level": "warning", **settings}
        self.starts: list[float] = []
        super().__init__()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        given = {f"CARELINE_{name.upper()}": str(value) for name, value in self.settings.items()}
        # Its folder is not the repository, so it is told where the code is.
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), **given}

    def command(self, port: int) -> list[str]:
        return [sys.executable, *self.words, "serve", "--database", self.database, "--listen", f"127.0.0.1:{port}"]

    def start(self) -> None:
        began = time.monotonic()
        super().start()
        self.starts.append(time.monotonic() - began)

    def is_ready(self) -> bool:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            asking.request("GET", "/health/ready")
            return asking.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()

    def terminate(self, within: float) -> int:
        """Ask it to stop and wait; its exit code. Raises `subprocess.TimeoutExpired`."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within)
        finally:
            if self.process.poll() is not None:
                self._release_guard()

    def errors(self) -> list[str]:
        """What it complained of."""
        return [line for line in self.log.read_text().splitlines() if "error" in line.lower() or "Traceback" in line]
