"""The cast as a website knows them: Greenleaf's own site, whose visitors come without a name.

Vera and Otis are visitors: they have the chat token that `start` gave them, in plays as soon as it was told. Ana is the
admin, Ben an agent who sees what he takes part in, Eve works elsewhere. Mallory's token was made up.
"""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import Struct

from careline.partners import Visitor
from careline.wires.visitor import site
from careline.wires.visitor.routes import LANGUAGE
from tests.wires.plays import Stage
from tests.wires.theatre import judging
from tests.world import GREENLEAF, World, stage

FORGED = "f" * 64
SITE = Visitor(workspace=GREENLEAF)


class Guest(Struct):
    """Somebody who has begun a chat."""

    world: World
    chat_id: str
    token: str

    async def asks(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Status, answer (parsed where it is JSON) and headers; the token goes in the header unless some are given."""
        return await asks(self.world, method, path, headers or {"X-Chat-Token": self.token}, **more)

    async def says(self, message: str, **more: Any) -> list[dict[str, Any]]:
        path = f"/api/chat/{self.chat_id}/messages"
        status, told, _ = await self.asks("POST", path, json={"message": message}, **more)
        assert status == 201, told
        found: list[dict[str, Any]] = told["messages"]
        return found

    async def reads(self) -> list[dict[str, Any]]:
        status, told, _ = await self.asks("GET", f"/api/chat/{self.chat_id}/messages")
        assert status == 200, told
        found: list[dict[str, Any]] = told["messages"]
        return found


async def asks(world: World, method: str, path: str, headers: dict[str, str], **more: Any) -> Any:
    more.setdefault("allow_redirects", False)
    async with world.http.request(method, world.url + path, headers=headers, **more) as answer:
        body = await answer.read()
        is_json = answer.content_type == "application/json"
        return answer.status, json.loads(body) if is_json else body, answer.headers


async def begins(world: World, **details: str) -> Guest:
    status, told, _ = await asks(world, "POST", "/api/chat/start", {}, json=details)
    assert status == 201, told
    return Guest(world, told["chat_id"], told["chat_token"])


def form(*files: tuple[str, bytes, str], **fields: str) -> aiohttp.FormData:
    """The fields first, then the files: name, content, type."""
    made = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        made.add_field(name, value)
    for name, data, type_ in files:
        made.add_field("files", io.BytesIO(data), filename=name, content_type=type_)
    return made


@pytest.fixture
async def shop(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The cast on a server that speaks visitor for Greenleaf."""
    async with stage(database, visitor=SITE, files=str(tmp_path / "files")) as world:
        await site.settle(world.app.server)  # as at a start with the workspace there already
        yield world


@pytest.fixture
async def theatre(shop: World) -> AsyncIterator[Stage]:
    """Where plays of this wire are played."""
    staff = {person.id.title(): person.headers for person in (shop.ana, shop.ben, shop.eve, shop.cara)}

    def headers(name: str) -> dict[str, str]:
        token = FORGED if name == "Mallory" else found.known.get(f"{name.lower()}.token")
        return staff.get(name) or ({"X-Chat-Token": token} if token else {})

    known = {"forged": FORGED, "hers": shop.conversation, "foreign": shop.fay_conversation, "long": "x" * 8_001}
    found = Stage(shop.http, shop.url, headers, known, judging(LANGUAGE))
    try:
        yield found
    finally:
        await found.close()
