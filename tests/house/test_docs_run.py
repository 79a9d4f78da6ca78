"""What the docs tell people to type does what the docs say it does."""

import asyncio
import json
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from careline import demo
from careline.app import App
from careline.bench.postgres import postgres_programs
from careline.settings import Settings
from tests.services import postgres_server
from tests.tools import ROOT
from tests.world import World, stage

API = (ROOT / "docs" / "api.md").read_text()
OPERATE = (ROOT / "docs" / "operate.md").read_text()
MARK = "-- end of a block --"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
async def test_the_first_conversation_goes_as_it_is_written(tmp_path):
    conversation = API.partition("## A first conversation")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```(?:\n```json\n(.*?)```)?", conversation, re.DOTALL)
    app = App(Settings(database=str(tmp_path / "demo.db"), listen=["127.0.0.1:0"], log_level="error"), demo=True)
    await app.start()
    try:
        seeded = await demo.seed(app)
        script = "".join(f"{block}\necho\necho '{MARK}'\n" for block, _ in blocks)
        script = script.replace("http://127.0.0.1:8200", app.server.public_url)
        script = script.replace("the password that make demo printed", seeded.password)
        answers = (await run(script)).split(MARK)
    finally:
        await app.stop()
    for (block, promised), answer in zip(blocks, answers, strict=False):
        if promised:
            assert holds(json.loads(promised), json.loads(answer)), f"{block}\nanswered\n{answer}"


async def run(script: str) -> str:
    """What the script prints; it must end well."""
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await asyncio.wait_for(shell.communicate(), 40)
    assert shell.returncode == 0, complained.decode()
    return said.decode()


def holds(promised: Any, answer: Any) -> bool:
    """Whether the answer has everything that was promised; `…` stands for anything, and more is welcome."""
    if promised == "…":
        return answer is not None
    if isinstance(promised, dict):
        return isinstance(answer, dict) and all(k in answer and holds(v, answer[k]) for k, v in promised.items())
    if isinstance(promised, list):
        return len(promised) == len(answer) and all(holds(p, a) for p, a in zip(promised, answer, strict=True))
    return bool(promised == answer)


DUMP, RESTORE = re.findall(r"```sh\n(pg_[^`]*)\n```", OPERATE)


async def backed_up(database: str, folder: Path) -> str:
    """A copy of a store that is in use, put where it can be used; that store."""
    if not database.startswith("postgresql:"):
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(folder / "backup.db")) as copy:
            source.backup(copy)
        return str(folder / "backup.db")
    await run(in_postgres(DUMP, database, folder))
    empty = postgres_server().create_database()
    await run(in_postgres(RESTORE, empty, folder))
    return empty


def in_postgres(command: str, database: str, folder: Path) -> str:
    words = f"export PATH='{postgres_programs()}':$PATH CARELINE_DATABASE='{database}'"
    return f"{words}; cd '{folder}'; {command}"


async def test_after_a_restore_all_that_was_acknowledged_is_there_and_clients_are_told_to_read_anew(database, tmp_path):
    assert "```text\ncareline restored\n```" in OPERATE
    async with stage(database) as world:
        path = f"/v1/conversations/{world.conversation}/messages"
        known = [(await world.cara.sends(world.conversation, f"before {number}")).id for number in range(20)]
        chatting = asyncio.create_task(chats(world))
        restored = await backed_up(database, tmp_path)
        chatting.cancel()
        await world.cara.sends(world.conversation, "after the backup")
        stood = await world.cara.asks("GET", "/v1/events")
        token, late, epoch = world.cara.token, stood["cursor"], stood["epoch"]
    command = f"'{sys.executable}' -m careline"
    await run(f"{command} restored --database '{restored}'")
    app = App(Settings(database=restored, listen=["127.0.0.1:0"], log_level="error"))
    await app.start()
    try:

        async def asked(what: str) -> Any:
            url = app.server.public_url + what
            return json.loads(await run(f"curl -s -H 'Authorization: Bearer {token}' '{url}'"))

        said = await asked(f"/v1/events?since={late}")
        assert said["reset"] and said["epoch"] != epoch
        there = (await asked(f"{path}?limit=100"))["items"]
        assert [message["id"] for message in there][: len(known)] == known
        assert "after the backup" not in [message["body"] for message in there]
        await run(f"{command} audit verify --database '{restored}'")
    finally:
        await app.stop()
        if restored.startswith("postgresql:"):
            postgres_server().drop_database(restored)


async def chats(world: World) -> None:
    """Something is always being written."""
    while True:
        await world.dev.sends(world.dev_conversation, "still here")
        await asyncio.sleep(0.005)


def test_make_has_the_commands_that_the_readme_names():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for name in ("README.md", "CONTRIBUTING.md") for word in made(ROOT / name)}
    assert {"demo", "test"} <= named <= targets


def made(page: Path) -> list[str]:
    return re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE)


def test_the_widget_takes_what_the_readme_names():
    loader = (ROOT / "careline" / "web" / "widget" / "loader.js").read_text()
    (taken,) = re.findall(r"const \{([^}]*)\} = script\.dataset", loader)
    named = set(re.findall(r"\bdata-([a-z]+)", (ROOT / "README.md").read_text()))
    assert named == set(re.findall(r"([a-z]+)(?: = '[^']*')?(?:,|$)", taken.strip()))
    for event in ("unread", "ready", "open", "close"):
        assert f"'{event}'" in loader, event
