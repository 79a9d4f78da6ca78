"""W-B: sockets that come in, say who they are, and then only listen."""

import asyncio
from collections.abc import Callable

from careline.bench.clients import Broken, all_in, now
from careline.bench.measure import cpu_s, pss_kib, running_s
from careline.bench.plan import Idle, Idled, Room
from careline.bench.tongues import TONGUES

SETTLE = 2.5  # what a connect leaves to do (when was this token last used?) is written within two seconds


async def idle(plan: Idle, say: Callable[[str], None]) -> Idled:
    await asyncio.sleep(1)
    at_rest = pss_kib(plan.pids)
    say(f"{len(plan.tokens)} sockets come in")
    cpu, started = cpu_s(plan.pids), now()
    room = Room("", plan.tokens)
    ways = [TONGUES["native"].way(room, token) for token in plan.tokens]
    clients = await all_in(plan.address, ways, lambda client, frame: None)
    wall = now() - started
    await asyncio.sleep(SETTLE)
    cpu = cpu_s(plan.pids) - cpu
    memory = pss_kib(plan.pids) - at_rest
    say(f"{len(plan.tokens)} sockets listen for {plan.seconds:.0f} s")
    idling, started = running_s(plan.pids), now()
    await asyncio.sleep(plan.seconds)
    idling = (running_s(plan.pids) - idling) / (now() - started)
    if gone := [client.closed for client in clients if client.closed]:
        raise Broken(f"{len(gone)} idle sockets were closed: {gone[0]}")
    for client in clients:
        client.leave()
    count = len(clients)
    return Idled(
        count, at_rest / 1024, memory / count, cpu / count * 1000, count / wall, idling * 1000 * 1000 / count
    )  # fmt: skip
