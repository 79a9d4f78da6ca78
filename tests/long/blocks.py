"""What the long runs share: blocks of work, each on a fresh store and a fresh server, and figures added up."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path

import uvloop

from tests.faults.cast import gather
from tests.faults.drive import Load, Report
from tests.faults.final import is_sound
from tests.faults.server import Careline
from tests.services import Postgres

Work = Callable[[Load, int], Awaitable[int]]


def options(about: str, what: str, many: int, block: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument(f"--{what}", type=int, default=many, dest="many")
    # A staff member's token lasts a quarter of an hour; a block must be over by then.
    parser.add_argument("--block", type=int, default=block, help="as many on one store and server")
    parser.add_argument("--seed", default="long")
    return parser


def run(chosen: argparse.Namespace, work: Work) -> int:
    """Do all blocks and print the figures; the process's exit code."""
    return uvloop.run(_run(chosen, work))


async def _run(chosen: argparse.Namespace, work: Work) -> int:
    began, done, reports = time.monotonic(), 0, list[Report]()
    with Postgres(durable=True) if chosen.engine == "postgres" else nullcontext() as cluster:
        while done < chosen.many:
            size = min(chosen.block, chosen.many - done)
            with tempfile.TemporaryDirectory(prefix="careline-long-") as folder:
                database = cluster.create_database() if cluster else str(Path(folder) / "careline.db")
                count, report = await _block(database, Path(folder) / "histories", f"{chosen.seed}/{done}", size, work)
            reports.append(report)
            done += count
            print(f"{done}/{chosen.many} after {time.monotonic() - began:.0f} s: {report}", flush=True)
            if count < size:
                print(f"only {count} of {size} were done", file=sys.stderr)
                return 1
    print(total(chosen.engine, done, reports, time.monotonic() - began))
    return int(any(report.violations or report.refused for report in reports))


async def _block(database: str, histories: Path, seed: str, size: int, work: Work) -> tuple[int, Report]:
    cast = await gather(database)
    with Careline(database) as server:
        async with Load(cast, server, histories, seed) as load:
            count = await work(load, size)
            report = await load.judged()
        if not await is_sound(database):
            raise AssertionError("the engine finds its own files broken")
        await asyncio.to_thread(server.terminate, 30)
    return count, report


def total(engine: str, done: int, reports: list[Report], seconds: float) -> str:
    """One line of a table: engine, done, acked, indeterminate, retried, lost, duplicates, violations, ready times."""
    ready = sorted(s for report in reports for s in report.ready_s)
    sums = [
        sum(getattr(report, name) for report in reports)
        for name in ("acked", "indeterminate", "retried", "lost", "duplicates")
    ]
    violations = sum(len(report.violations) for report in reports)
    times = [f"{ready[int(len(ready) * part)]:.2f}" for part in (0.5, 0.99)] if ready else ["-", "-"]
    row = [engine, done, *sums, violations, *times, f"{seconds:.0f}"]
    head = (
        "engine | done | acked | indeterminate | retried | lost | duplicates | violations | ready p50 s | p99 s | took"
    )
    return f"| {head} |\n|{' --- |' * len(row)}\n| {' | '.join(map(str, row))} |"
