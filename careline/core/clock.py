"""The time: milliseconds since 1970 UTC, which never runs backwards within a process."""

import time

_BEGAN = time.perf_counter()  # each process's own, so that several do not all ask their database at once


class Clock:
    """Callable that answers the current time in milliseconds.

    A wall clock set back must not revive an expired token, so the clock stands still until the time
    it has already told is reached again. So a difference of what it tells is no duration: a wall clock set forward
    makes an hour of a second, and one set back a moment of an hour. Rates, silences and graces are measured by
    `monotonic` and `monotonic_ms`.
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

    @staticmethod
    def monotonic_ms() -> int:
        """The same in whole milliseconds."""
        return time.perf_counter_ns() // 1_000_000


def until_beat(every: float) -> float:
    """Seconds until the process's next beat, of those that are `every` seconds apart.

    What waits for beats is woken together: a process that wakes up finds cold caches, which costs it more than most of
    what it wakes up for. A timer that rings a little early is waiting for the beat after.
    """
    left = every - (time.perf_counter() - _BEGAN) % every
    return left if left > every / 10 else left + every
