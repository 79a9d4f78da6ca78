"""The time: milliseconds since 1970 UTC, which never runs backwards within a process."""

import time


class Clock:
    """Callable that answers the current time in milliseconds.

    A wall clock set back must not revive an expired token, so the clock stands still until the time
    it has already told is reached again.
    """

    def __init__(self) -> None:
        self._latest = 0

    def __call__(self) -> int:
        self._latest = max(self._latest, time.time_ns() // 1_000_000)
        return self._latest

    @staticmethod
    def monotonic() -> float:
        """Seconds for measuring durations, unrelated to the wall clock."""
        return time.perf_counter()
