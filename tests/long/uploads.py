"""F-25 by hand: `python -m tests.long.uploads --engine sqlite --cycles 500`.

Each cycle is uploading and sending for a random while, kill -9, start. The end of each block is judged: every file
that a message names is there as it was sent, and nothing else is.
"""

import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import uvloop

from tests.faults.uploading import Run, Uploaded
from tests.long import blocks
from tests.services import Postgres


def main() -> int:
    parser = blocks.options(__doc__, "cycles", 500, 25)
    parser.add_argument("--least-ms", type=int, default=20)
    parser.add_argument("--most-ms", type=int, default=600)
    chosen = parser.parse_args()
    window = chosen.least_ms / 1_000, chosen.most_ms / 1_000
    began, done = time.monotonic(), list[Uploaded]()
    with Postgres(durable=True) if chosen.engine == "postgres" else nullcontext() as cluster:
        while (so_far := sum(block.cycles for block in done)) < chosen.many:
            size = min(chosen.block, chosen.many - so_far)
            with tempfile.TemporaryDirectory(prefix="careline-long-") as folder:
                database = cluster.create_database() if cluster else str(Path(folder) / "careline.db")
                run = Run(database, Path(folder) / "files", f"{chosen.seed}/{so_far}", *window)
                done.append(uvloop.run(run.killed(size)))
            print(f"{so_far + size}/{chosen.many} after {time.monotonic() - began:.0f} s: {done[-1]}", flush=True)
    print(total(chosen.engine, done, time.monotonic() - began))
    return 0


def total(engine: str, done: list[Uploaded], seconds: float) -> str:
    """One line of a table."""
    ready = sorted(s for block in done for s in block.ready_s)
    sums = [sum(getattr(block, name) for block in done) for name in ("cycles", "acknowledged", "refused", "kept")]
    row = [engine, *sums, f"{ready[len(ready) // 2]:.2f}", f"{ready[int(len(ready) * 0.99)]:.2f}", f"{seconds:.0f}"]
    head = "engine | cycles | acknowledged | refused | files kept | ready p50 s | p99 s | took s"
    return f"| {head} |\n|{' --- |' * len(row)}\n| {' | '.join(map(str, row))} |"


if __name__ == "__main__":
    sys.exit(main())
