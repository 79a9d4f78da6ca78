"""Plays themselves: a play that lies is caught, and the complaint says where."""

import pytest

from tests.wires.plays import Stage, lines
from tests.world import World


def test_lines_go_on_and_names_are_inherited() -> None:
    first, second = lines('# title\n\nCara  sends  {"a":1,\n             "b":2}\n      hears nothing\n')
    assert (first.who, first.does, first.rest) == ("Cara", "sends", '{"a":1, "b":2}')
    assert (second.number, second.who, second.does) == (5, "Cara", "hears nothing")


def test_a_line_that_is_no_doing_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        lines("Cara  opens  /ws\nCara  shouts  hello\n")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ('401 {"...":0}', "was told 200"),
        ("200 {}", "only on one side"),
        ('200 {"ok":false,"...":0}', r"\$\.ok: True is not False"),
        ('200 {"ok":1,"...":0}', r"\$\.ok: True is not 1"),
        ('200 {"service":"${name}","version":"${name}","...":0}', r"\$\.version"),
        ('200 {"timestamp":"<uuid>","...":0}', r"\$\.timestamp"),
        ('200 {"absent":"<any>","...":0}', "absent"),
    ],
)
async def test_a_play_that_lies_names_its_line(world: World, told: str, why: str) -> None:
    stage = Stage(world.http, world.url, lambda name: {}, {})
    await stage.play('Cara  asks     GET /health\n      is told  200 {"timestamp":"<time>","...":0}\n', "true.play")
    with pytest.raises(AssertionError, match=rf"(?s)lie\.play:3: Cara is told.*{why}"):
        await stage.play(f"# a lie\nCara  asks     GET /health\n      is told  {told}\n", "lie.play")
