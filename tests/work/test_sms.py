"""Text messages leave the house as a service wishes, or are known not to have; a terminal shows them, and no log."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from careline.features.workspaces.actions import update_workspace
from careline.settings import Settings
from careline.work.sms import Console, Http, NotSent
from tests.world import GREENLEAF, stage

CARAS = "+442079460000"


class Carrier:
    """Somebody's SMS service, on a real port."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, dict[str, str]]] = []
        self.status = 202
        self._something = asyncio.Event()

    async def gets(self) -> dict[str, str]:
        async with asyncio.timeout(10):
            await self._something.wait()
        return self.taken[0][2]

    async def take(self, request: web.Request) -> web.Response:
        body: Any = await request.json() if request.content_type == "application/json" else await request.post()
        self.taken.append((request.content_type, request.headers.get("Authorization", ""), dict(body)))
        self._something.set()
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def carrier() -> AsyncIterator[tuple[Carrier, str]]:
    service = Carrier()
    app = web.Application()
    app.router.add_post("/messages", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield service, f"http://127.0.0.1:{runner.addresses[0][1]}/messages"
    await runner.cleanup()


async def test_a_service_gets_json_or_a_form_as_it_wishes(carrier: tuple[Carrier, str]) -> None:
    service, url = carrier
    await Http(Settings(sms="http", sms_url=url, sms_authorization="Bearer s3cret")).send(CARAS, "111111 is it")
    fields = {"To": "{to}", "Body": "{text}", "From": "Greenleaf"}
    await Http(Settings(sms="http", sms_url=url, sms_format="form", sms_fields=fields)).send(CARAS, "{to} & co")
    assert service.taken == [
        ("application/json", "Bearer s3cret", {"to": CARAS, "text": "111111 is it"}),
        ("application/x-www-form-urlencoded", "", {"To": CARAS, "Body": "{to} & co", "From": "Greenleaf"}),
    ]


async def test_what_a_service_does_not_take_is_not_sent(carrier: tuple[Carrier, str]) -> None:
    service, url = carrier
    for service.status in (302, 400, 401, 500):
        with pytest.raises(NotSent):
            await Http(Settings(sms="http", sms_url=url)).send(CARAS, "x")
    assert len(service.taken) == 4
    with pytest.raises(NotSent):
        await Http(Settings(sms="http", sms_url="http://127.0.0.1:1/")).send(CARAS, "x")


async def test_a_code_goes_through_the_service_to_whoever_comes_in(database: str, carrier: tuple[Carrier, str]) -> None:
    service, url = carrier
    async with stage(database, sms="http", sms_url=url, codes_key="a key of sixteen or more") as world:
        await world.app.database.write(update_workspace, world.ana.actor, {"phone_codes": "anyone"})
        asked = {"workspace_id": GREENLEAF, "phone": CARAS}
        async with world.http.post(world.url + "/v1/codes", json=asked) as answer:
            asked |= {"request_id": (await answer.json())["request_id"], "code": (await service.gets())["text"][:6]}
        async with world.http.post(world.url + "/v1/codes/verify", json=asked) as answer:
            assert (answer.status, (await answer.json())["contact"]["phone"]) == (200, CARAS)


async def test_the_terminal_shows_a_code_and_nothing_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotSent):
        await Console().send(CARAS, "111111 is it")
    assert "111111" not in capsys.readouterr().out
