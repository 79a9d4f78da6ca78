"""The load generator, a process of its own: one line with a plan on standard input, its result on standard output.

Started by the benchmark on its own core; what it is at goes to standard error, a line at a time.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop

from careline.bench import deliver, following, idle, pages
from careline.bench.clients import Broken
from careline.bench.plan import Compare, Deliver, Follow, Idle, Plan, Walk

WORK: dict[type, Callable[[Any, Callable[[str], None]], Awaitable[Any]]] = {
    Deliver: deliver.deliver,
    Idle: idle.idle,
    Walk: pages.walk,
    Compare: pages.compare,
    Follow: following.follow,
}


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> int:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    # A collection takes milliseconds now and then, which would be counted as the server's.
    gc.disable()

    async def work() -> Any:
        # Nothing more is said to us: what can be read is the end, of whoever wanted the result.
        asyncio.get_running_loop().add_reader(sys.stdin, os._exit, 1)
        return await WORK[type(plan)](plan, say)

    try:
        found = uvloop.run(work())
    except (Broken, OSError, TimeoutError) as error:
        say(f"! {type(error).__name__}: {error}")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
