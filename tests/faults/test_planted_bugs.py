"""The judge finds every bug that is planted in a server, by the invariant it breaks; in the server as it is, none."""

from pathlib import Path

import pytest

from tests.faults.cast import gather
from tests.faults.drive import HEAL_S, Load, Report
from tests.faults.mutants import EXPECTED
from tests.faults.server import Careline

ACKED, SECONDS = 300, 4.0
PATIENCE = 0.6  # what a broken server has not said by then it does not say


async def run(folder: Path, mutant: str = "") -> Report:
    """A short load; what is acked too early needs a kill to be missed."""
    cast = await gather(str(folder / "careline.db"))
    patience = PATIENCE if mutant else HEAL_S
    with Careline(cast.database, mutant=mutant) as server:
        async with Load(cast, server, folder / "histories", f"planted {mutant}") as load:
            for client in load.clients:
                client.link.patience = patience
            killed = mutant == "acks_before_commit"
            await load.run(lambda: load.kills(1, 400, 500) if killed else load.nothing(ACKED, SECONDS), patience)
            return await load.judged(patience)


@pytest.mark.parametrize("mutant", EXPECTED)
async def test_a_planted_bug_is_found(mutant: str, tmp_path: Path) -> None:
    report = await run(tmp_path, mutant)
    assert EXPECTED[mutant] in report.broken, report


async def test_a_server_without_planted_bugs_is_found_clean(tmp_path: Path) -> None:
    report = await run(tmp_path)
    assert not report.violations and not report.refused, report
    assert report.acked > 50
