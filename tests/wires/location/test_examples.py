"""What docs/wires/location.md tells people to type does what it says."""

import asyncio
import json
import re
import shutil
import sys

import pytest

from tests.house.test_docs_run import holds, run
from tests.tools import ROOT
from tests.wires.location.conftest import token
from tests.world import World

PAGE = (ROOT / "docs" / "wires" / "location.md").read_text()
ADDRESS = "127.0.0.1:8000"


def example(language: str) -> tuple[str, str]:
    """The page's block in this language, and the answer it promises."""
    ((said, promised),) = re.findall(rf"```{language}\n(.*?)```\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    return said, promised


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
async def test_a_message_is_sent_as_it_is_written(place: World) -> None:
    said, promised = example("sh")
    answer = await run(f"TOKEN={token('lea')}\n" + said.replace(ADDRESS, place.url.removeprefix("http://")))
    assert holds(json.loads(promised), json.loads(answer)), answer


async def test_the_socket_says_what_is_written(place: World) -> None:
    said, promised = example("python")
    said = said.replace(ADDRESS, place.url.removeprefix("http://"))
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-c", said, stdout=asyncio.subprocess.PIPE, env={"CHAT_TOKEN": place.cara.token}
    )
    assert client.stdout is not None
    assert (await asyncio.wait_for(client.stdout.readline(), 30)) == b"listening\n"
    await place.ana.sends(place.conversation, "hello")
    heard, _ = await asyncio.wait_for(client.communicate(), 30)
    assert json.loads(heard) == json.loads(promised)
