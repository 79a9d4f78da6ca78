"""One question of many: whoever asks while it is under way waits, and is then asked for with all others who wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

PATIENCE_S = 1.0

Values = dict[str, Any]
Ask = Callable[[list[Values]], Awaitable[list[Any]]]


class Shared:
    """A statement whose askers take turns. The first of those who wait asks for all of them, so the busier a process
    is, the fewer questions it asks; who is alone waits for nobody and pays nothing.

    Nobody gets an answer to a question that was put before they asked. Nobody joins one that has been under way for
    `PATIENCE_S`: its connection may be dead, and theirs not.
    """

    def __init__(self) -> None:
        self._under_way = False
        self._began = 0.0
        self._waiting: list[tuple[Values, asyncio.Future[Any]]] = []

    async def ask(self, values: Values, ask: Ask) -> Any:
        """The answer to `values`; `ask` puts the question for as many as it is given, in their order."""
        others: list[tuple[Values, asyncio.Future[Any]]] = []
        loop = asyncio.get_running_loop()
        if self._under_way:
            if loop.time() > self._began + PATIENCE_S:
                return (await ask([values]))[0]
            mine = loop.create_future()
            self._waiting.append((values, mine))
            try:
                answer = await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled() and mine.exception() is None and mine.result() is _TURN:
                    self._end()
                raise
            if answer is not _TURN:
                return answer
            others, self._waiting = self._waiting, []
        self._under_way, self._began = True, loop.time()
        try:
            mine_and_theirs = await ask([values, *[theirs for theirs, _ in others]])
        except asyncio.CancelledError:
            self._waiting = others + self._waiting  # whoever asked for them has gone away
            raise
        except Exception as error:
            for _, waiting in others:
                if not waiting.done():
                    waiting.set_exception(error)
            raise
        else:
            for (_, waiting), answer in zip(others, mine_and_theirs[1:], strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
            return mine_and_theirs[0]
        finally:
            self._end()

    def _end(self) -> None:
        """The turn is over: the next who still waits has it."""
        while self._waiting:
            _, waiting = self._waiting.pop(0)
            if not waiting.done():
                waiting.set_result(_TURN)
                return
        self._under_way = False


_TURN = object()
