"""Where the server's time goes while it is loaded, by py-spy: a sampler that looks at it from outside."""

import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from careline.bench.plan import Deliver, Plan, Walk
from careline.bench.process import Unavailable

RATE = 250
LINES = 25
WAITING = "_Connection.run "  # a store's thread with nothing to do; the sampler cannot tell that it sleeps
AROUND = ("runpy", "click/", "threading.py", "runners.py", "uvloop/", "careline/cli/", "careline/__main__.py")


class Profile:
    """Samples each closed loop of messages and each walk through history; `report` tells what it saw."""

    def __init__(self, wanted: bool) -> None:
        self._program = shutil.which("py-spy") if wanted else None
        if wanted and self._program is None:
            raise Unavailable("--profile needs py-spy: `pip install py-spy` brings it")
        self._running: list[tuple[str, Path, subprocess.Popen[bytes]]] = []

    def hear(self, said: str, work: Plan, about: str) -> None:
        """What the generator says tells when to begin."""
        if self._program is None or not isinstance(work, (Deliver, Walk)):
            return
        if isinstance(work, Deliver) and not said.endswith("in flight"):
            return
        found = Path(tempfile.mkstemp(prefix="careline-profile-")[1])
        seconds = max(1, int(work.closed_seconds if isinstance(work, Deliver) else work.seconds))
        words = [self._program, "record", "--pid", str(work.pids[0]), "--duration", str(seconds)]
        words += ["--rate", str(RATE), "--format", "raw", "--nolineno", "--threads", "--output", str(found)]
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._running.append((f"{about}: {said}", found, process))

    def report(self) -> list[str]:
        """Lines: for each loop, the functions with the most samples of their own or beneath them."""
        lines = []
        for about, found, process in self._running:
            process.wait(60)
            stacks = [line.rpartition(" ") for line in found.read_text().splitlines()]
            found.unlink()
            lines += ["", f"Profile of {about}", *_shares([(s.split(";"), int(n)) for s, _, n in stacks])]
        self._running = []
        return lines


def _shares(stacks: list[tuple[list[str], int]]) -> list[str]:
    itself: Counter[str] = Counter()
    beneath: Counter[str] = Counter()
    for stack, samples in stacks:
        if stack[-1].startswith(WAITING):
            continue
        itself[stack[-1]] += samples
        for function in set(stack):
            beneath[function] += samples
    total = sum(itself.values()) or 1
    ours = [(f, n) for f, n in beneath.most_common(4 * LINES) if not any(name in f for name in AROUND)]
    lines = ["   itself  (a commit's own time is the disk's)"]
    lines += [f"  {samples / total:7.1%}  {function}" for function, samples in itself.most_common(LINES)]
    lines += ["  with all beneath"]
    return lines + [f"  {samples / total:7.1%}  {function}" for function, samples in ours[:LINES]]
