"""Workspaces and staff from the terminal, beside a running server: what exists, and a lost password."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from careline.cli import main
from tests.services import Cluster
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


@pytest.mark.parametrize(
    ("words", "next_step"),
    [
        (("token", "issue", "nowhere", "cara"), "There is no workspace nowhere: `careline workspace list`"),
        (("staff", "add", "nowhere", ANA, "Ana"), "There is no workspace nowhere: `careline workspace list`"),
        (("token", "issue", "greenleaf", "nobody"), "greenleaf has no contact nobody. The inbox adds one"),
    ],
)
async def test_whoever_names_what_is_not_there_hears_what_to_do(
    running: World, tmp_path: Path, words: tuple[str, ...], next_step: str
) -> None:
    said = await careline(tmp_path, *words)
    assert said.exit_code == 1 and next_step in said.stderr


async def test_a_store_that_is_not_there_is_made_by_a_command_that_is_said(tmp_path: Path) -> None:
    said = await careline(tmp_path, "workspace", "add", "greenleaf", "Greenleaf Pharmacy")
    assert (
        said.exit_code == 1 and f"make it with `careline migrate --database {tmp_path / 'careline.db'}`" in said.stderr
    )
    assert (await careline(tmp_path, "migrate")).exit_code == 0
    assert (await careline(tmp_path, "workspace", "add", "greenleaf", "Greenleaf Pharmacy")).exit_code == 0


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


async def test_no_store_is_said_to_be_restored_while_a_server_works_on_it(running: World, tmp_path: Path) -> None:
    for _ in range(2):
        said = await careline(tmp_path, "restored")
        assert said.exit_code == 1 and "stop it" in said.stderr
    await running.app.stop()
    assert (await careline(tmp_path, "restored")).exit_code == 0


async def test_a_server_that_was_killed_stands_in_the_way_of_nobody(tmp_path: Path) -> None:
    store = tmp_path / "careline.db"
    words = ("-m", "careline", "serve", "--database", str(store), "--listen", "127.0.0.1:0")
    server = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.PIPE)
    assert server.stderr
    async with asyncio.timeout(20):
        while b"listens on" not in await server.stderr.readline():
            assert server.returncode is None
        assert (await careline(tmp_path, "restored")).exit_code == 1
        server.kill()
        await server.wait()
    assert (await careline(tmp_path, "restored")).exit_code == 0


async def test_where_nothing_tells_whether_a_server_works_on_the_store_that_is_said(postgres: Cluster) -> None:
    dsn = postgres.create_database()
    try:
        invoke = CliRunner().invoke
        for command in ("migrate", "restored"):
            said = await asyncio.to_thread(invoke, main, [command, "--database", dsn])
            assert said.exit_code == 0
        assert "goes on with the old epoch" in said.stderr
    finally:
        postgres.drop_database(dsn)
