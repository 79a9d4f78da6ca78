"""What is done every so often is woken together, and not twice for one beat."""

import asyncio
import time

import pytest

from careline.core import clock
from careline.core.clock import until_beat
from careline.core.errors import NotFound
from careline.work.schedule import every


@pytest.mark.parametrize("since", [0.0, 0.3, 0.99, 1.5, 7.2])
def test_beats_of_every_length_fall_together(monkeypatch: pytest.MonkeyPatch, since: float) -> None:
    monkeypatch.setattr(time, "perf_counter", lambda: clock._BEGAN + since)
    slow, fast = since + until_beat(2.0), since + until_beat(0.5)
    assert slow % 2.0 == pytest.approx(0, abs=1e-9) or slow % 2.0 == pytest.approx(2.0)
    assert (slow - fast) / 0.5 == pytest.approx(round((slow - fast) / 0.5))
    assert 0 < fast - since <= 0.5 + 0.05


def test_a_timer_that_rings_early_waits_for_the_beat_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "perf_counter", lambda: clock._BEGAN + 0.999)
    assert until_beat(1.0) == pytest.approx(1.001)


async def test_work_of_different_lengths_is_woken_in_one_turn_and_goes_on_after_a_failure() -> None:
    woken: list[tuple[str, float]] = []

    def noted(name: str, error: Exception | None = None) -> None:
        woken.append((name, time.perf_counter()))
        if error:
            raise error

    tasks = [
        asyncio.create_task(every(0.1, lambda: noted("fast"))),
        asyncio.create_task(every(0.2, lambda: noted("slow", RuntimeError()))),
        asyncio.create_task(every(0.2, lambda: noted("refused", NotFound()))),
    ]
    await asyncio.sleep(0.9)
    for task in tasks:
        task.cancel()
    fast, slow, refused = ([at for name, at in woken if name == each] for each in ("fast", "slow", "refused"))
    assert len(fast) <= 9 and 2 <= len(slow) <= 5 and abs(len(refused) - len(slow)) <= 1
    for at in slow:
        assert min(abs(at - other) for other in fast) < 0.05
