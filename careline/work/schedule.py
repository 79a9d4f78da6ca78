"""What is done every so often, whatever happened."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from careline.core.clock import until_beat
from careline.core.errors import Refused

logger = logging.getLogger("careline.schedule")


async def every(seconds: float, do: Callable[[], Awaitable[object] | None]) -> None:
    """Wait for the next beat, do it, and again; a failure is logged and does not end it."""
    while True:
        await asyncio.sleep(until_beat(seconds))
        try:
            waiting = do()
            if waiting is not None:
                await waiting
        except Refused:
            continue
        except Exception as error:
            logger.error("scheduled work failed", extra={"fields": {"error": type(error).__name__}})
