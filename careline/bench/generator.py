"""The load generator as the benchmark sees it: a process on its own core that is given a plan and gives a result."""

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from careline.bench.measure import pinned
from careline.bench.plan import Plan
from careline.bench.process import Unavailable
from careline.bench.servers import environment

T = TypeVar("T")
LONGEST_S = 600  # no plan takes that long; one that does is stuck
Hear = Callable[[str], None]


def generate(work: Plan, result: type[T], core: int | None, hear: Hear) -> T:
    """Let it work. `hear` is told what it is at. Raises `Unavailable` with the reason when it gives up."""
    words = [sys.executable, "-m", "careline.bench.load"]
    pipe = subprocess.PIPE
    with pinned(core):
        process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=environment())
    bell = threading.Timer(LONGEST_S, process.kill)
    bell.start()
    try:
        return msgspec.json.decode(_converse(process, work, hear), type=result)
    finally:
        bell.cancel()
        process.kill()
        process.wait()


def _converse(process: "subprocess.Popen[bytes]", work: Plan, hear: Hear) -> bytes:
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin and stdout and stderr
    said: list[str] = []
    with stdin, stdout, stderr:
        # It stays open: the generator ends when it closes, so also when we are killed.
        stdin.write(msgspec.json.encode(work) + b"\n")
        stdin.flush()
        for line in stderr:
            said.append(line.decode(errors="replace").rstrip())
            hear(said[-1])
        found: Any = stdout.read()
    if process.wait():
        raise Unavailable("the load generator gave up:\n  " + "\n  ".join(said[-8:]))
    return bytes(found)
