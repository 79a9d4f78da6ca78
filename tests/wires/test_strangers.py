"""Strangers: taken at their word from this machine itself, where a wire is set so, and from nowhere else."""

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from click.testing import CliRunner

from careline import wiring
from careline.check import report
from careline.cli import main
from careline.core.actor import system
from careline.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from careline.features.people.actions import find_contact
from careline.features.people.staff import find_staff
from careline.features.workspaces.actions import find_workspace
from careline.partners import Clinic, Location
from careline.settings import Settings
from careline.wires import strangers
from careline.wires.http import Call
from tests.wires.theatre import calling
from tests.world import World, stage

LOOPBACK = Location(on=True, anonymous="loopback")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("origin", ["", "null", "https://listed.example", "chrome-extension://listed"])
async def test_a_request_of_this_machine_is_taken_where_that_is_set(address: str, origin: str) -> None:
    listed = ["https://listed.example", "chrome-extension://listed"]
    call = calling(address=address, origin=origin, listed=listed)
    assert not report(Settings(origins=listed))
    strangers.check(call, "loopback")
    with pytest.raises(Unauthenticated):
        strangers.check(call, "refuse")


@pytest.mark.parametrize(
    "foreign",
    [
        {"address": "192.0.2.7"},
        {"host": "careline.example"},
        {"host": "localhost.evil.example:8000"},
        {"forwarded": True},
        {"origin": "https://evil.example"},
        {"origin": "chrome-extension://other"},
        {"origin": "http://localhost.evil.example"},
    ],
)
async def test_a_request_of_elsewhere_never_is(foreign: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        strangers.check(calling(**foreign), "loopback")


async def test_whom_strangers_name_is_made_on_first_sight(world: World) -> None:
    server, read = world.app.server, world.app.database.read
    named = [strangers.named(server, "loc1", "staff", f"doc{n % 2}", threading="per_staff") for n in range(4)]
    actors = await asyncio.gather(*named)
    assert {actor.person for actor in actors} == {"staff:doc0", "staff:doc1"}
    workspace = await read(find_workspace, system(), "loc1")
    assert workspace is not None and workspace.threading == "per_staff"
    patient = await strangers.named(server, "loc1", "contact", "pat1", threading="many")
    assert (await read(find_contact, system("loc1"), "pat1")) is not None and patient.kind == "contact"
    doctor = await strangers.named(server, "loc1", "staff", "doc0", threading="many", admin=True)
    assert doctor.is_admin and (await read(find_staff, system("loc1"), "doc0")).role == "agent"  # type: ignore[union-attr]
    with pytest.raises(Forbidden):
        await strangers.named(server, "greenleaf", "staff", "ana", threading="many")
    with pytest.raises(Invalid):
        await strangers.named(server, "loc 1", "contact", "pat1", threading="many")


@pytest.mark.parametrize(
    "reached",
    [{"listen": ["0.0.0.0:8000"]}, {"trusted_proxies": ["10.0.0.0/8"]}, {"public_url": "https://chat.example"}],
)
def test_a_server_that_others_can_reach_does_not_start_with_strangers(reached: dict[str, Any]) -> None:
    for wires in ({"location": LOOPBACK}, {"clinic": Clinic(on=True, anonymous="loopback")}):
        (name,) = wires
        settings = Settings(**wires, **reached)
        refused = [f.text for f in report(settings) if f.refuses and f.text.startswith(f"{name} takes strangers")]
        assert len(refused) == 1 and "--i-know-this-is-open" in refused[0]
        known = [f for f in report(settings, known_open=True) if f.text.startswith(f"{name} takes strangers")]
        assert known and not any(f.refuses for f in known)
    assert not any("strangers" in f.text for f in report(Settings(location=Location(on=True), **reached)))
    assert not any(f.refuses for f in report(Settings(location=LOOPBACK)))


def test_serve_says_why_it_does_not_start(tmp_path: Path) -> None:
    config = tmp_path / "careline.toml"
    config.write_text('public_url = "https://chat.example"\n[location]\non = true\nanonymous = "loopback"\n')
    said = CliRunner().invoke(main, ["serve", "--config", str(config), "--database", str(tmp_path / "c.db")])
    assert said.exit_code == 1 and "anybody could be anybody" in said.output


async def test_every_start_warns_of_strangers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with stage(tmp_path / "c.db", location=LOOPBACK):
            pass
    assert any("location takes strangers" in record.getMessage() for record in caplog.records)


async def test_the_address_that_two_wires_share_goes_by_its_query() -> None:
    def language(name: str) -> Any:
        async def answer(call: Call) -> web.StreamResponse:
            if "bad" in call.query:
                raise Forbidden("no")
            return web.Response(text=name)

        refusals = SimpleNamespace(refuse=lambda refused, request_id: web.Response(status=403, text=f"{name} says no"))
        return SimpleNamespace(ws=answer, dialect=SimpleNamespace(refusals=refusals))

    async def said(handle: Any, **query: str) -> str:
        request = make_mocked_request("GET", "/ws")
        call = Call(request, None, "127.0.0.1", "r", {}, query, "")  # type: ignore[arg-type]
        answer = await handle(call)
        return str(answer.text)

    both = wiring.shared({"location": language("location"), "clinic": language("clinic")})
    assert await said(both, location_id="loc1") == "clinic"
    assert await said(both, locationID="loc1") == await said(both) == "location"
    assert await said(both, location_id="loc1", bad="1") == "clinic says no"
    with pytest.raises(NotFound):
        await said(wiring.shared({"clinic": language("clinic")}))
