"""Workspaces and staff from the terminal, beside a running server: what exists, and a lost password."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from careline.cli import main
from tests.world import PASSWORD, World, stage

ANA = "ana@greenleaf.example"


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[World]:
    async with stage(tmp_path / "careline.db") as world:
        yield world


async def careline(tmp_path: Path, *words: str) -> Result:
    """What the command says, while the server of this process goes on."""
    return await asyncio.to_thread(CliRunner().invoke, main, [*words, "--database", str(tmp_path / "careline.db")])


async def sign_in(world: World, password: str) -> int:
    given = {"email": ANA, "password": password}
    async with world.http.post(world.url + "/v1/session", json=given) as answer:
        return answer.status


async def test_the_workspaces_are_listed_with_their_ids(running: World, tmp_path: Path) -> None:
    said = await careline(tmp_path, "workspace", "list")
    assert said.exit_code == 0
    assert [line.split(maxsplit=1) for line in said.stdout.splitlines()] == [
        ["greenleaf", "Greenleaf Pharmacy"],
        ["hillside", "Hillside Clinic"],
    ]


async def test_a_store_without_workspaces_says_how_one_is_made(tmp_path: Path) -> None:
    assert (await careline(tmp_path, "migrate")).exit_code == 0
    said = await careline(tmp_path, "workspace", "list")
    assert said.exit_code == 0 and said.stdout == "" and "careline serve" in said.stderr


async def test_a_lost_password_gives_way_to_a_new_one_and_everything_signed_in_ends(
    running: World, tmp_path: Path
) -> None:
    socket = await running.ana.opens()
    said = await careline(tmp_path, "staff", "password", ANA.upper())
    assert said.exit_code == 0, said.output
    (password,) = said.stdout.split()
    assert len(password) >= 16 and password != PASSWORD
    assert await socket.is_closed() == 4410
    assert await running.ana.status_of("GET", "/v1/workspace") == 401
    assert await running.ben.status_of("GET", "/v1/workspace") == 200
    assert [await sign_in(running, each) for each in (PASSWORD, password)] == [401, 200]


@pytest.mark.parametrize("email", ["nobody@greenleaf.example", ""])
async def test_nobodys_password_is_renewed(running: World, tmp_path: Path, email: str) -> None:
    said = await careline(tmp_path, "staff", "password", email)
    assert said.exit_code == 1 and "Nobody signs in as" in said.output and not said.stdout
    assert await sign_in(running, PASSWORD) == 200
