"""The judge finds every bug that is planted in a server, by the invariant it breaks; in the server as it is, none."""

from pathlib import Path

import pytest

from tests.faults.cast import gather
from tests.faults.drive import Load, Report
from tests.faults.mutants import EXPECTED
from tests.faults.server import Careline

SECONDS = 0.8
PATIENCE = 0.6  # what has not come by then, on an idle server, does not come


async def run(folder: Path, mutant: str = "") -> Report:
    """A short load; what is acked too early needs a kill to be missed."""
    cast = await gather(str(folder / "careline.db"))
    with Careline(cast.database, mutant=mutant) as server:
        async with Load(cast, server, folder / "histories", f"planted {mutant}") as load:
            for client in load.clients:
                client.link.patience = PATIENCE
            hurt = (lambda: load.kills(1, 400, 500)) if "ack" in mutant else (lambda: load.nothing(SECONDS))
            await load.run(hurt, PATIENCE)
            return await load.judged(PATIENCE)


@pytest.mark.parametrize("mutant", EXPECTED)
async def test_a_planted_bug_is_found(mutant: str, tmp_path: Path) -> None:
    report = await run(tmp_path, mutant)
    assert EXPECTED[mutant] in report.broken, report


async def test_a_server_without_planted_bugs_is_found_clean(tmp_path: Path) -> None:
    report = await run(tmp_path)
    assert not report.violations and not report.refused, report
    assert report.acked > 50
