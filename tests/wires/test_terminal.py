"""`careline api socket`: talking over a WebSocket from the terminal."""

import json
import re

import click
import pytest

from careline.terminal import converse
from tests.world import World


async def test_what_is_said_goes_out_and_what_comes_is_shown(world: World) -> None:
    heard: list[str] = []
    auth = json.dumps({"type": "auth", "token": world.cara.token})
    code = await converse(world.url.replace("http", "ws") + "/v1/socket", {}, [auth], 0.5, heard.append)
    assert [json.loads(frame)["type"] for frame in heard] == ["hello", "ready"]
    assert code == 1000


async def test_a_server_that_hangs_up_says_why_by_its_code(world: World) -> None:
    url = world.url.replace("http", "ws") + "/v1/socket"
    assert await converse(url, {}, ['{"type":"auth","token":"x"}'], 5, lambda frame: None) == 4401


async def test_where_there_is_no_socket_that_is_said(world: World) -> None:
    with pytest.raises(click.ClickException, match=re.escape("404: there is no socket for you at this address")):
        await converse(world.url.replace("http", "ws") + "/nothing", {}, ["x"], 1, lambda frame: None)


async def test_what_is_no_address_is_named_with_one_that_is() -> None:
    with pytest.raises(click.ClickException, match="'foo' is no address such as ws://"):
        await converse("foo", {}, ["x"], 1, print)
