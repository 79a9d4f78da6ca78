"""What a tree of processes uses, as Linux tells it in /proc: CPU, memory, fsyncs; and the cores it is given."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
TRACED = "fsync,fdatasync"


def tree(pids: Iterable[int]) -> list[int]:
    """These processes and all that came of them."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found, todo = [], list(pids)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children[pid]
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of CPU, user and system, of the trees and of those in them that have ended already."""
    ticks = 0
    for pid in tree(pids):
        if fields := _stat(pid):
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def running_s(pids: Iterable[int]) -> float:
    """The same of the threads alive now, to the nanosecond where the kernel tells: for what uses next to nothing."""
    nanoseconds = 0
    for pid in tree(pids):
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                nanoseconds += int(task.read_text().split()[0])
    return nanoseconds / 1e9 if nanoseconds else cpu_s(pids)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, which may hold blanks and brackets of its own."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def pss_kib(pids: Iterable[int]) -> int:
    """Memory of the trees, shared pages divided among those who share them."""
    total = 0
    for pid in tree(pids):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Whatever is started inside runs on this core, and its children too."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> tuple[int | None, int | None]:
    """One core for the server with its database, another for the load; None where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else (None, None)


class Tracer:
    """Counts fsyncs of the trees with strace, from `start` to `stop`; `possible` says whether it can."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = tree(pids)
        self._process: subprocess.Popen[bytes] | None = None
        self._summary = Path(tempfile.mkstemp(prefix="careline-strace-")[1])

    def start(self) -> bool:
        """Attach; False where strace is missing or not allowed to."""
        strace = shutil.which("strace")
        if strace is None:
            return False
        words = [strace, "-f", "-c", "-e", f"trace={TRACED}", "-o", str(self._summary)]
        words += [word for pid in self._pids for word in ("-p", str(pid))]
        self._process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert self._process.stderr
        # It says "attached" once for each process, and something else where it may not.
        said = [self._process.stderr.readline() for _ in self._pids]
        if not all(b"attached" in line for line in said):
            self.stop()
            return False
        return True

    def stop(self) -> int:
        """Detach; how many fsyncs there were."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate(timeout=30)
        rows = [line.split() for line in self._summary.read_text().splitlines()]
        self._summary.unlink(missing_ok=True)
        return sum(int(row[3]) for row in rows if row and row[-1] in TRACED.split(","))
