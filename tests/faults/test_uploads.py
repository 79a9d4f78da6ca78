"""F-25: a server killed in the middle of uploads, again and again, never has a message without its file, a refused file
leaves nothing, and what lay around at each death is gone after the sweep (INV-11). `tests/long/uploads.py` goes on.
"""

from pathlib import Path

import pytest

from tests.faults.uploading import Run

CYCLES = 12


@pytest.mark.timeout(240)
async def test_a_message_never_refers_to_a_file_that_is_not_there(durable: str, tmp_path: Path) -> None:
    done = await Run(durable, tmp_path / "files", "25").killed(CYCLES)
    assert done.cycles == CYCLES and done.kept >= done.acknowledged > CYCLES and done.refused
