"""Every native command, at random, on both engines side by side: `python -m tests.long.twins --seeds 100`.

Both do the same at the same time, over HTTP, over sockets and in batches; a third server does one after another what
those do together. What one says otherwise than the others, a failure and a line in the log are findings, printed with
the fewest steps found that lead there.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from tests.services import Cluster, postgres_server
from tests.twins.drive import WILD, Finding, Step, again, live
from tests.twins.stage import ALONE

T = TypeVar("T")
LOOK_FOR_S = 120


async def on_new(cluster: Cluster, run: Callable[[dict[str, str], str], Awaitable[T]]) -> T:
    """Run it with empty databases."""
    dsn = cluster.create_database()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return await run({"sqlite": f"{folder}/one.db", "postgres": dsn, ALONE: f"{folder}/{ALONE}.db"}, folder)
    finally:
        cluster.drop_database(dsn)


async def fewest(cluster: Cluster, finding: Finding, all_wires: bool) -> list[Step]:
    """The steps without those that do not matter, as far as that is found in two minutes."""
    steps, size, until = finding.steps, len(finding.steps) // 2, time.monotonic() + LOOK_FOR_S

    async def leads_there(left: list[Step]) -> bool:
        why = await on_new(cluster, lambda databases, folder: again(databases, folder, left, all_wires=all_wires))
        return why.splitlines()[:1] == finding.why.splitlines()[:1]

    while size:
        place = 0
        while place < len(steps) - 1:
            if time.monotonic() > until:
                return steps
            left = steps[:place] + steps[min(place + size, len(steps) - 1) :]
            if await leads_there(left):
                steps = left
            else:
                place += size
        size //= 2
    return steps


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--wild", type=float, default=WILD, help="how often an argument makes no sense")
    parser.add_argument("--all-wires", action="store_true", help="let half of them speak the languages of other wires")
    parser.add_argument("--whole", action="store_true", help="do not look for the fewest steps")
    chosen = parser.parse_args()
    cluster, found, done = postgres_server(), 0, 0

    async def lives(seed: str) -> int:
        def whole(databases: dict[str, str], folder: str) -> Awaitable[int]:
            return live(databases, folder, seed, chosen.steps, wild=chosen.wild, all_wires=chosen.all_wires)

        return await on_new(cluster, whole)

    for seed in range(chosen.first, chosen.first + chosen.seeds):
        try:
            steps = await lives(str(seed))
            done += steps
            print(f"seed {seed}: {steps} steps", flush=True)
        except Finding as finding:
            found += 1
            done += len(finding.steps)
            print(f"seed {seed}: {finding}\n", flush=True)
            if not chosen.whole:
                print(*await fewest(cluster, finding, chosen.all_wires), sep="\n  ", flush=True)
    cluster.close()
    print(f"{chosen.seeds} seeds, {done} steps, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
