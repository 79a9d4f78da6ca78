"""A server program beside a benchmark or a test: started on a free port, ended with the process that started it."""

import atexit
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

START_SECONDS = 60  # a machine that is busy with other things may take long

# Waits for the end of its input, which comes when whoever started it is gone in whatever way, kill -9 included.
# `stop` sends a line instead, and then nothing is left to do.
GUARD = """
read -r word && exit
kill -s INT "$1"; for second in 1 2 3 4 5; do kill -s 0 "$1" || break; sleep 1; done; kill -s KILL "$1"
rm -rf "$2"
"""


class Unavailable(Exception):
    """This machine cannot have the service; the message says why and what would help."""


class Service:
    """A server program on a loopback port, with a temporary folder for its files."""

    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    crash_signal = signal.SIGKILL

    def __init__(self, base: Path | None = None) -> None:
        """`base` is where its folder is made, the system's temporary folder if None."""
        self.port = 0
        self.as_user: dict[str, Any] = {}  # the arguments of Popen that say who runs it
        self.environment: dict[str, str] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=f"careline-{type(self).__name__.lower()}-", dir=base))
        self.log = self.folder / "log"
        try:
            self.prepare()
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and whatever else belongs to it."""
        self.stop()

    def prepare(self) -> None:
        """Lay out the folder, once."""

    def command(self, port: int) -> list[str]:
        """The words that start the server in the foreground."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Is it this process that answers, and not another that took the port?"""
        raise NotImplementedError

    def start(self) -> None:
        """Start, or start again after `crash`, on the same port and the same files."""
        fixed = self.port
        for _ in range(1 if fixed else 3):  # between finding a port and binding it, somebody else may take it
            self.port = fixed or free_port()
            self._spawn()
            if self._becomes_ready():
                return
        raise Unavailable(f"{type(self).__name__} did not start:\n{self.log.read_text()[-2000:]}")

    def crash(self) -> None:
        """End it at once, with nothing flushed and nothing told to clients. `start` brings it back."""
        self.process.send_signal(self.crash_signal)
        self.process.wait(30)
        self._release_guard()

    def stop(self) -> None:
        """End it and remove its files; a second call does nothing."""
        atexit.unregister(self.stop)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._release_guard()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self) -> None:
        # A session of its own, so that Ctrl-C reaches whoever started it first, who ends it in order.
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(self.port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                **self.as_user,
            )
        self.guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", str(self.process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def _becomes_ready(self) -> bool:
        end = time.monotonic() + START_SECONDS
        while self.process.poll() is None:
            if self.is_ready():
                return True
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
            time.sleep(0.01)
        self._release_guard()
        return False

    def _release_guard(self) -> None:
        if self.guard.poll() is None:
            self.guard.communicate(b"done\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
