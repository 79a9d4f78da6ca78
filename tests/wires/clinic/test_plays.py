"""Every play of this wire, on both engines: those of strangers without a token, on a machine that takes them."""

from pathlib import Path

import pytest

from tests.wires.plays import Stage

FILES = sorted(Path(__file__).parent.glob("*.play"))
PLAYS = {file.name: file.read_text(encoding="utf-8") for file in FILES}


@pytest.mark.parametrize("name", [name for name in PLAYS if not name.startswith("strangers")])
async def test_play(theatre: Stage, name: str) -> None:
    await theatre.play(PLAYS[name], name)


@pytest.mark.parametrize("name", [name for name in PLAYS if name.startswith("strangers")])
async def test_play_of_strangers(street: Stage, name: str) -> None:
    await street.play(PLAYS[name], name)
