"""What the demo tells people to type, typed: a request and a socket for every wire."""

import asyncio
import fcntl
import json
import shlex
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from careline.cli.running import _is_free, demo
from careline.demo_doors import PORTS, Doors
from careline.terminal import converse
from careline.wiring import LANGUAGES
from tests.world import GREENLEAF, stage


async def test_every_request_and_every_socket_that_the_demo_prints_is_answered(tmp_path: Path) -> None:
    doors = Doors(GREENLEAF)
    async with stage(tmp_path / "careline.db", **doors.settings()) as world:
        await world.cara.sends(world.conversation, "Is it ready?")
        examples = await doors.examples(world.app, "cara")
        assert {example.wire for example in examples} == set(LANGUAGES)
        for example in examples:
            words = [*shlex.split(example.request), "--silent", "--show-error", "--fail"]
            curl = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
            said, _ = await curl.communicate()
            assert curl.returncode == 0 and json.loads(said), example.wire
            if example.socket:
                heard: list[str] = []
                assert await converse(example.socket, {}, ['{"type":"ping"}'], 1, heard.append) == 1000, example.wire
                assert json.loads(heard[-1])["type"] == "pong", example.wire


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/nothing", {"code", "message"}),
        ("/location-contact-chat/nothing", {"message"}),
        ("/api/chat/nothing/at/all", {"error"}),
        ("/api/admin/chats/nothing/at/all", {"error"}),
        ("/api/conversations/nothing/at/all", {"success", "error"}),
        ("/chat/nothing", {"error"}),
        ("/admin/chat/nothing", {"error"}),
        ("/v1/nothing", {"type", "title", "status", "detail", "code", "request_id"}),
        ("/api/nothing", {"type", "title", "status", "detail", "code", "request_id"}),
        ("/nothing", {"type", "title", "status", "detail", "code", "request_id"}),
    ],
)
async def test_an_address_that_is_not_there_is_refused_in_the_words_of_the_wire_beside_it(
    tmp_path: Path, path: str, words: set[str]
) -> None:
    async with stage(tmp_path / "careline.db", **Doors(GREENLEAF).settings()) as world:
        async with world.http.get(world.url + path) as answer:
            said = await answer.json(content_type=None)
            assert answer.status == 404 and set(said) == words
            assert said.get("title", "Not found") == "Not found"


def test_a_second_demo_in_the_same_folder_leaves_the_first_its_passwords(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        ended = CliRunner().invoke(demo, ["--folder", str(tmp_path), "--listen", "127.0.0.1:0"])
    assert ended.exit_code == 1 and "a demo runs in" in ended.output
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_a_port_that_another_program_has_is_left_to_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        place = f"127.0.0.1:{other.getsockname()[1]}"
        assert not _is_free(place)
    assert _is_free(place)


@pytest.mark.parametrize("wire", PORTS)
def test_every_wire_with_a_port_of_its_own_is_one_of_ours(wire: str) -> None:
    assert wire in LANGUAGES
