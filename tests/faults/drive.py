"""Drives a run: everybody connects, works while the server is hurt, hears the rest; then the judge is asked."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

from msgspec import Struct

from tests.faults import history
from tests.faults.cast import Cast
from tests.faults.checker import Violation, judge
from tests.faults.client import DEVICES, Client
from tests.faults.evidence import Run
from tests.faults.final import look
from tests.faults.server import Careline

HEAL_S = 10.0


class Report(Struct):
    """The figures to publish of a run, and what was violated. `ready_s` are the times from start to ready."""

    cycles: int
    acked: int
    indeterminate: int
    retried: int
    lost: int
    duplicates: int
    refused: list[str]
    ready_s: list[float]
    violations: list[Violation]

    @property
    def broken(self) -> set[str]:
        return {violation.invariant for violation in self.violations}

    def __str__(self) -> str:
        told = "\n  ".join(f"{v.invariant}: {v.evidence}" for v in self.violations[:12])
        return (
            f"cycles {self.cycles}, acked {self.acked}, indeterminate {self.indeterminate}, retried {self.retried}, "
            f"lost {self.lost}, duplicates {self.duplicates}, violations {len(self.violations)}"
            + (f"\n  {told}" if told else "")
            + (f"\nrefused: {self.refused[:5]}" if self.refused else "")
        )


class Load:
    """All the clients of a run. `outages` are the times in which the server was away."""

    def __init__(self, cast: Cast, server: Careline, folder: Path, seed: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.cast = cast
        self.server = server
        self.folder = folder
        self.random = random.Random(seed)
        self.outages: list[tuple[int, int]] = []
        self.clients = [Client(name, cast, server.url, folder, seed) for name in DEVICES]

    async def run(self, hurt: Callable[[], Awaitable[None]], patience: float = HEAL_S) -> None:
        """Work while `hurt` does its worst, then let everybody finish and hear what they have not heard yet."""
        async with asyncio.TaskGroup() as connecting:
            for client in self.clients:
                connecting.create_task(client.connect())
        working = [asyncio.create_task(client.work()) for client in self.clients]
        try:
            await hurt()
        finally:
            for client in self.clients:
                client.stop(patience)
            await asyncio.gather(*working)
        await self.settle(patience)

    async def settle(self, patience: float) -> None:
        """Wait until everybody has heard everything that was acked, but not longer than this."""
        acked = {id_: conversation for client in self.clients for id_, conversation in client.acked.items()}
        end = time.monotonic() + patience
        for client in self.clients:
            due = {id_ for id_, conversation in acked.items() if conversation in client.who.hears}
            while due - client.link.heard.keys() and time.monotonic() < end:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all clients and their files; a second call does nothing."""
        for client in self.clients:
            await client.close()

    # Hurting --------------------------------------------------------------------------------------------------------

    async def nothing(self, acked: int, at_most_s: float) -> None:
        """Leave it alone until so much is acked."""
        end = time.monotonic() + at_most_s
        while sum(len(client.acked) for client in self.clients) < acked and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def kills(self, cycles: int, least_ms: int, most_ms: int) -> None:
        """Kill -9 and start again, each time after a while of work."""
        for _ in range(cycles):
            await asyncio.sleep(self.random.uniform(least_ms, most_ms) / 1000)
            down = time.monotonic_ns()
            self.server.crash()
            await asyncio.to_thread(self.server.start)
            self.outages.append((down, time.monotonic_ns()))
        await asyncio.sleep(least_ms / 1000)

    # Judging --------------------------------------------------------------------------------------------------------

    async def judged(self, within_s: float = HEAL_S) -> Report:
        """Close all clients, read the store, and judge."""
        await self.close()
        lines = history.read(self.folder)
        final = await look(self.cast, self.server.url, (line.cursor for line in lines if line.cursor))
        violations = await asyncio.to_thread(judge, lines, final, self.outages, within_s)
        return _report(lines, Run(lines, final, self.outages, within_s), violations, self.server.starts[1:])


def _report(lines: list[history.Line], run: Run, violations: list[Violation], ready_s: list[float]) -> Report:
    unanswered = {line.client_id for line in lines if line.what == "send" and line.kind == "info"}
    acked = [send for send in run.sends.values() if send.ids]
    return Report(
        cycles=len(run.outages),
        acked=len(acked),
        indeterminate=len(unanswered - {send.client_id for send in acked}),
        retried=len(unanswered & {send.client_id for send in acked}),
        lost=sum(not any(id_ in run.stored for id_ in send.ids) for send in acked),
        duplicates=sum(len(rows) - 1 for name, rows in run.rows.items() if name),
        refused=[f"{line.client} {line.what}: {line.why}" for line in lines if line.kind == "fail"],
        ready_s=ready_s,
        violations=violations,
    )
