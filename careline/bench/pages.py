"""W-C: history, page by page over REST, and the same page in small and large stores."""

import asyncio
from collections.abc import Callable
from itertools import cycle

from careline.bench.clients import Asker, now
from careline.bench.deliver import latency
from careline.bench.measure import cpu_s
from careline.bench.plan import Compare, Compared, Latency, Path, Walk, Walked

WORKERS = 4
_CURSOR = b'"before":"'


async def walk(plan: Walk, say: Callable[[str], None]) -> Walked:
    """Workers walk back from the newest page, and begin again."""
    times: list[float] = []
    items = 0
    running = True

    async def worker(token: str) -> None:
        nonlocal items
        asker, bearer = await Asker.to(plan.address), token.encode()
        first = f"/v1/conversations/{plan.room.conversation_id}/messages?limit=50".encode()
        while running:
            path = first
            for _ in range(plan.pages):
                started = now()
                answer = await asker.get(path, bearer)
                times.append(now() - started)
                items += answer.count(b'"sender_kind"')
                cursor = _before(answer)
                if cursor is None or not running:
                    break
                path = first + b"&before=" + cursor
        asker.close()

    workers = [asyncio.create_task(worker(plan.room.tokens[n % len(plan.room.tokens)])) for n in range(WORKERS)]
    await asyncio.sleep(min(1.0, plan.seconds))
    say("pages of 50")
    times.clear()
    items, cpu, started = 0, cpu_s(plan.pids), now()
    await asyncio.wait(workers, timeout=plan.seconds, return_when=asyncio.FIRST_EXCEPTION)
    wall, cpu, pages, seen, taken = now() - started, cpu_s(plan.pids) - cpu, len(times), items, list(times)
    running = False
    await asyncio.gather(*workers)
    return Walked(pages, seen / max(pages, 1), pages / wall, pages / max(cpu, 1e-9), latency(taken))


def _before(answer: bytes) -> bytes | None:
    """The cursor of the page before: it stands behind the items, near the end."""
    at = answer.rfind(_CURSOR)
    return answer[at + len(_CURSOR) : answer.index(b'"', at + len(_CURSOR))] if at >= 0 else None


async def compare(plan: Compare, say: Callable[[str], None]) -> Compared:
    """Each page in turn, over and over; the least CPU of its rounds is what the work itself takes."""
    cpu: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    items: dict[str, int] = {}
    asker = await Asker.to(plan.address)
    for number in range(plan.rounds):
        for path in plan.paths:
            say(f"{path.name} ({number + 1}/{plan.rounds})")
            items[path.name] = (await _ask(asker, path, path.path)).count(b'"created_at"')
            used, took = await _repeat(asker, plan, path)
            cpu.setdefault(path.name, []).append(used)
            times.setdefault(path.name, []).extend(took)
    asker.close()
    found: dict[str, Latency] = {name: latency(took) for name, took in times.items()}
    return Compared({name: min(used) for name, used in cpu.items()}, found, items)


async def _ask(asker: Asker, path: Path, address: str) -> bytes:
    return await asker.get(address.encode(), path.token.encode())


async def _repeat(asker: Asker, plan: Compare, path: Path) -> tuple[float, list[float]]:
    """Microseconds of CPU for one answer, and how long each took in seconds."""
    times: list[float] = []
    cpu, end = cpu_s(plan.pids), now() + plan.seconds
    for address in cycle((path.path, *path.others)):
        if (started := now()) >= end and times:
            break
        await _ask(asker, path, address)
        times.append(now() - started)
    return (cpu_s(plan.pids) - cpu) / len(times) * 1e6, times
