"""Calls that wait together are done together: many calls, one transaction, one commit."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from careline.core.errors import Refused

Request = TypeVar("Request")
Result = TypeVar("Result")


class Batch(Generic[Request, Result]):
    """Collects requests while the previous batch is under way and hands them over as one list.

    A lone request is a batch of one and waits for nobody. Results come in the order of the requests, a `Refused`
    among them for its caller alone. A cancelled caller does not cancel its batch. An unexpected error is not known to
    be one request's fault, so the batch is run again one by one: every request is idempotent or was rolled back.
    """

    def __init__(
        self,
        run: Callable[[list[Request]], Awaitable[Sequence[Result | Refused]]],
        *,
        most: int = 256,
        linger: float = 0.0,
        on_size: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._run = run
        self._most = most
        self._linger = linger
        self._on_size = on_size
        self._waiting: list[tuple[Request, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def submit(self, request: Request) -> "asyncio.Future[Result]":
        """Queue a request; requests are decided in the order they were submitted."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._task is None:
            # A batch is everybody's: in the context of whoever came first, all of it would seem to come from their
            # connection, and that connection would be told what only the authors of the others may see.
            self._task = asyncio.create_task(self._work(), context=Context())
        return future

    @property
    def idle(self) -> bool:
        return self._task is None

    async def drain(self) -> None:
        """Wait until everything submitted so far is done; from now on nothing lingers."""
        self._hurry.set()
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            if self._linger:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), self._linger)
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._settle(batch)
                self._on_size(len(batch))
        finally:
            self._task = None

    async def _settle(self, batch: list[tuple[Request, "asyncio.Future[Result]"]]) -> None:
        try:
            results = await self._run([request for request, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, Refused):
                for one in batch:
                    await self._settle([one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Refused):
                future.set_exception(result)
            else:
                future.set_result(result)


class Batches(Generic[Request, Result]):
    """One batch per workspace: their writes stand in one order anyway, and those of others need not wait for them."""

    def __init__(
        self,
        run: Callable[[str, list[Request]], Awaitable[Sequence[Result | Refused]]],
        *,
        linger: float = 0.0,
        on_size: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._run = run
        self._linger = linger
        self._on_size = on_size
        self._batches: dict[str, Batch[Request, Result]] = {}

    def submit(self, workspace_id: str, request: Request) -> "asyncio.Future[Result]":
        batch = self._batches.get(workspace_id)
        if batch is None:

            async def run(requests: list[Request]) -> Sequence[Result | Refused]:
                return await self._run(workspace_id, requests)

            batch = self._batches[workspace_id] = Batch(run, linger=self._linger, on_size=self._on_size)
        return batch.submit(request)

    async def drain(self) -> None:
        for batch in list(self._batches.values()):
            await batch.drain()
