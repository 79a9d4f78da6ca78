"""One question of many: whoever asks while it is under way waits, and is then asked for with all others who wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

PATIENCE_S = 0.25

Values = dict[str, Any]
Ask = Callable[[list[Values]], Awaitable[list[Any]]]


class Shared:
    """A statement whose askers take turns. The first of those who wait asks for all of them, so the busier a process
    is, the fewer questions it asks; who is alone waits for nobody and pays nothing.

    Nobody gets an answer to a question that was put before they asked. Nobody waits longer than `PATIENCE_S`: the
    connection of whose turn it is may be dead, and those who wait hold one each that is not.
    """

    def __init__(self) -> None:
        self._under_way = False
        self._waiting: list[tuple[Values, asyncio.Future[Any]]] = []

    async def ask(self, values: Values, ask: Ask) -> Any:
        """The answer to `values`; `ask` puts the question for as many as it is given, in their order."""
        others: list[tuple[Values, asyncio.Future[Any]]] = []
        if self._under_way:
            answer = await self._wait(values)
            if answer is _ALONE:
                return (await ask([values]))[0]
            if answer is not _TURN:
                return answer
            others = [one for one in self._waiting if not one[1].done()]
            self._waiting = []
        self._under_way = True
        try:
            mine, *theirs = await ask([values, *[asked for asked, _ in others]])
            for (_, waiting), answer in zip(others, theirs, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
            return mine
        except asyncio.CancelledError:
            self._waiting = others + self._waiting  # whoever asked for them has gone away
            raise
        except Exception as error:
            for _, waiting in others:
                if not waiting.done():
                    waiting.set_exception(error)
            raise
        finally:
            self._end()

    async def _wait(self, values: Values) -> Any:
        """What somebody else was answered for us, or `_TURN`, or `_ALONE` when that took too long."""
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self._waiting.append((values, mine))
        patience = loop.call_later(PATIENCE_S, _leave, mine)
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and mine.exception() is None and mine.result() is _TURN:
                self._end()
            raise
        finally:
            patience.cancel()

    def _end(self) -> None:
        """The turn is over: the next who still waits has it."""
        while self._waiting:
            _, waiting = self._waiting.pop(0)
            if not waiting.done():
                waiting.set_result(_TURN)
                return
        self._under_way = False


def _leave(waiting: "asyncio.Future[Any]") -> None:
    if not waiting.done():
        waiting.set_result(_ALONE)


_TURN, _ALONE = object(), object()
