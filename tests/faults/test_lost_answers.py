"""F-15: an answer that is lost after the commit. The retry gets the same message, and there is one row.

The long form is `python -m tests.long.cuts`.
"""

from pathlib import Path

import pytest

from tests.faults.cast import gather
from tests.faults.drive import Load
from tests.faults.losing import lose_answers
from tests.faults.server import Careline

CUTS = 500


@pytest.mark.timeout(120)
async def test_a_lost_answer_is_made_good_by_a_retry(durable: str, tmp_path: Path) -> None:
    cast = await gather(durable)
    with Careline(durable) as server:
        async with Load(cast, server, tmp_path / "histories", "cuts") as load:
            cuts = await lose_answers(load, CUTS // len(load.clients))
            report = await load.judged()
    assert not report.violations and not report.refused, report
    assert (cuts, report.retried, report.acked) == (CUTS, CUTS, CUTS)
    assert (report.lost, report.duplicates, report.indeterminate) == (0, 0, 0)
