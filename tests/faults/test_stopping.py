"""F-18: a server that is told to stop under load says so, finishes what it has begun, and tells its sockets when to
come back; nobody's message is lost or doubled.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from tests.faults.cast import gather
from tests.faults.drive import Load
from tests.faults.server import Careline

DRAIN_S = 20


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[list[int]]:
    """What a load balancer sees that asks over a connection it keeps; it ends when nobody answers any more."""
    seen: list[int] = []

    async def watch() -> None:
        async with aiohttp.ClientSession() as http:
            try:
                while True:
                    async with http.get(f"{url}/health/ready") as answer:
                        seen.append(answer.status)
                        await answer.read()
                    await asyncio.sleep(0.002)
            except aiohttp.ClientError:
                pass

    task = asyncio.create_task(watch())
    try:
        yield seen
        await asyncio.wait_for(task, 5)
    finally:
        task.cancel()


async def test_a_server_told_to_stop_under_load_keeps_the_contract(durable: str, tmp_path: Path) -> None:
    cast = await gather(durable)
    with Careline(durable, drain_s=DRAIN_S) as server:
        ended: list[tuple[int, float]] = []

        async def stop_and_start() -> None:
            await asyncio.sleep(0.5)
            async with watching(server.url) as seen:
                await asyncio.sleep(0.1)
                down = time.monotonic_ns()
                code = await asyncio.to_thread(server.terminate, DRAIN_S + 10)
                ended.append((code, (time.monotonic_ns() - down) / 1e9))
            assert 503 in seen and 200 not in seen[seen.index(503) :]
            await asyncio.to_thread(server.start)
            load.outages.append((down, time.monotonic_ns()))
            await asyncio.sleep(0.3)

        async with Load(cast, server, tmp_path / "histories", "stopping") as load:
            await load.run(stop_and_start)
            report = await load.judged()
        assert not report.violations and not report.refused, report
        assert (report.lost, report.duplicates) == (0, 0) and report.acked > 50
        ((code, seconds),) = ended
        assert code == 0 and seconds < 4  # and not the 5 s that it gives to whatever does not end
        goodbyes = [goodbye for client in load.clients for goodbye in client.link.closes]
        assert goodbyes and {code for code, _ in goodbyes} == {1012}
        for _, reason in goodbyes:
            assert 200 <= msgspec.json.decode(reason)["retry_after_ms"] <= 30_000
        assert server.errors() == []
