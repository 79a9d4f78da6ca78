"""Every play of this wire, on both engines."""

from pathlib import Path

import pytest

from tests.wires.plays import Stage

PLAYS = {file.name: file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("*.play"))}


@pytest.mark.parametrize("name", PLAYS)
async def test_play(theatre: Stage, name: str) -> None:
    await theatre.play(PLAYS[name], name)
