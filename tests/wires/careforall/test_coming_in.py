"""Coming in by careforall: which tokens count, who is made on first sight, pages of other sites, limits, the log."""

import asyncio
import hmac
import json
import logging
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from careline.check import report
from careline.core.actor import system
from careline.features.people.actions import find_contact
from careline.features.people.staff import deactivate_staff, find_staff
from careline.features.workspaces.actions import find_workspace
from careline.partners import Careforall, Issuer
from careline.settings import Settings
from careline.wires.careforall.routes import TABLE
from tests.wires.careforall.conftest import AUDIENCE, ISSUER, platform_issuer, token
from tests.wires.theatre import public_pem
from tests.world import GREENLEAF, World, stage


async def status(world: World, bearer: str, **headers: str) -> int:
    given = {"Authorization": f"Bearer {bearer}", **headers}
    async with world.http.get(f"{world.url}/api/conversations", headers=given) as answer:
        body = await answer.json()
        assert body["success"] is (answer.status == 200)
        return answer.status


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(*parts: dict[str, Any]) -> str:
    return ".".join(b64(json.dumps(part).encode()) for part in parts)


async def connects(world: World, bearer: str, **more: Any) -> aiohttp.ClientWebSocketResponse:
    url = f"{world.url.replace('http', 'ws', 1)}/ws/conversations/conv_{world.conversation}?token={bearer}"
    socket: aiohttp.ClientWebSocketResponse = await world.http.ws_connect(url, **more)
    world.sockets.append(socket)
    return socket


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"iss": None}, "no issuer"),
        ({"aud": "donations"}, "another audience"),
        ({"aud": ["chat", "donations"]}, "several audiences"),
        ({"exp": None}, "it never ends"),
        ({"exp": int(time.time()) - 1}, "it has ended"),
        ({"exp": "never"}, "its end is no time"),
        ({"nbf": int(time.time()) + 600}, "it has not begun"),
        ({"userId": None}, "it names nobody"),
        ({"userId": 7}, "its user id is not text"),
        ({"userId": "two words"}, "its user id has a space"),
    ],
)
@pytest.mark.proves("cf-2", "cf-3", "cf-10")
async def test_a_token_does_not_count_when(platform: World, wrong: dict[str, Any], because: str) -> None:
    assert await status(platform, token("cara", "USER", **wrong)) == 401, because


@pytest.mark.proves("cf-2")
async def test_neither_another_algorithm_nor_no_signature_counts(platform: World) -> None:
    claims = {"userId": "ada", "role": "ADMIN", "exp": int(time.time()) + 60, "iss": ISSUER, "aud": AUDIENCE}
    pem = public_pem().replace("\\n", "\n").encode()
    confused = unsigned({"alg": "HS256", "typ": "JWT"}, claims)
    confused += "." + b64(hmac.digest(pem, confused.encode(), "sha256"))  # our public key as a shared secret
    nothing = unsigned({"alg": "none", "typ": "JWT"}, claims) + "."
    for forged in (confused, nothing, platform.ana.token, platform.cara.token):
        assert await status(platform, forged) == 401


@pytest.mark.proves("cf-4")
async def test_people_are_made_on_first_sight_and_known_from_then_on(platform: World) -> None:
    assert await status(platform, token("gil", "USER")) == 200
    assert await status(platform, token("hana", "ADMIN", email=None)) == 200
    assert await status(platform, token("ivo", "USER", email="not an address")) == 200
    read, boss = platform.app.database.read, system(GREENLEAF)
    gil, hana = await read(find_contact, boss, "gil"), await read(find_staff, boss, "hana")
    assert gil is not None and gil.email == "gil@mail.example"
    assert hana is not None and (hana.role, hana.scope) == ("admin", "all")
    await platform.app.database.write(deactivate_staff, platform.ana.actor, "hana")
    assert await status(platform, token("hana", "ADMIN")) == 401


@pytest.mark.proves("cf-6")
async def test_the_platform_cannot_speak_for_an_account_of_ours(platform: World) -> None:
    assert await status(platform, token("ana", "ADMIN")) == 403


@pytest.mark.proves("cf-49")
async def test_a_socket_ends_with_its_token(platform: World) -> None:
    socket = await connects(platform, token("cara", "USER", exp=int(time.time()) + 2))
    assert (await socket.receive_json(timeout=5))["type"] == "system"
    await socket.receive(timeout=6)
    assert socket.close_code == 4401


@pytest.mark.proves("cf-40")
async def test_what_is_sent_before_the_welcome_is_not_lost_and_keeps_its_order(platform: World) -> None:
    socket = await connects(platform, token("gil", "USER"))
    await socket.close()
    socket = await connects(platform, token("cara", "USER"))
    for number in range(50):
        await socket.send_json({"type": "message", "content": str(number)})
    assert (await socket.receive_json(timeout=5))["type"] == "system"
    assert [(await socket.receive_json(timeout=5))["content"] for _ in range(50)] == [str(n) for n in range(50)]


@pytest.mark.proves("cf-49")
async def test_who_comes_and_goes_may_always_come_again(database: str) -> None:
    wanted = {"careforall": Careforall(workspace=GREENLEAF), "issuers": [platform_issuer()]}
    async with stage(database, sockets_per_contact=1, **wanted) as world:
        for _ in range(3):
            socket = await connects(world, token("cara", "USER"))
            assert (await socket.receive_json(timeout=5))["type"] == "system"
            await socket.close()
            for _ in range(100):
                await asyncio.sleep(0.01 * len(world.app.hub.connections))


@pytest.mark.proves("cf-8", "cf-11", "cf-38")
async def test_pages_of_other_sites_must_be_listed(database: str) -> None:
    wanted = {"careforall": Careforall(workspace=GREENLEAF), "issuers": [platform_issuer()]}
    async with stage(database, origins=["https://careforall.example"], **wanted) as world:
        cara, url = token("cara", "USER"), f"{world.url}/api/conversations"
        assert await status(world, cara, Origin="https://careforall.example") == 200
        assert await status(world, cara, Origin="https://evil.example") == 403
        assert await status(world, cara, Origin="null") == 403
        foreign = {"Authorization": f"Bearer {cara}", "Origin": "null"}
        async with world.http.get(url, headers=foreign) as answer:
            assert (await answer.json())["error"]["code"] == "FORBIDDEN"
        asked = {"Origin": "https://careforall.example", "Access-Control-Request-Method": "PUT"}
        async with world.http.options(f"{url}/conv_1", headers=asked) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == "https://careforall.example"
            assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
        async with world.http.options(url, headers={**asked, "Origin": "https://evil.example"}) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers
        socket = await connects(world, cara, headers={"Origin": "https://evil.example"})
        assert (await socket.receive_json(timeout=5))["code"] == "UNAUTHORIZED"
        await socket.receive(timeout=5)
        assert socket.close_code == 4403


@pytest.mark.proves("cf-14", "cf-39", "cf-48")
async def test_too_many_are_told_so_in_the_wires_words(database: str) -> None:
    wanted = {"careforall": Careforall(workspace=GREENLEAF), "issuers": [platform_issuer()]}
    async with stage(database, limit_send_contact="2/min", sockets_per_contact=1, **wanted) as world:
        socket = await connects(world, token("cara", "USER"))
        for content in ("one", "two", "three"):
            await socket.send_json({"type": "message", "content": content})
        heard = [await socket.receive_json(timeout=5) for _ in range(4)]
        assert {"type": "error", "code": "RATE_LIMITED"}.items() <= next(
            h for h in heard if h["type"] == "error"
        ).items()
        url = f"{world.url}/api/conversations/conv_{world.conversation}/messages"
        bearer = {"Authorization": f"Bearer {token('cara', 'USER')}"}
        async with world.http.post(url, headers=bearer, json={"content": "four"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (429, "RATE_LIMITED")
            assert int(answer.headers["Retry-After"]) > 0
        second = await connects(world, token("cara", "USER"))
        assert (await second.receive_json(timeout=5))["code"] == "RATE_LIMITED"


@pytest.mark.proves("cf-7")
async def test_no_token_reaches_the_log(platform: World, caplog: pytest.LogCaptureFixture) -> None:
    bearer = token("cara", "USER")
    with caplog.at_level(logging.DEBUG):
        socket = await connects(platform, bearer)
        await socket.receive_json(timeout=5)
        await connects(platform, bearer + "x")
        await status(platform, bearer)
        await asyncio.sleep(0.1)
    assert any(record.name.startswith("careline") for record in caplog.records)
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert bearer not in written and bearer.rpartition(".")[2] not in written


async def test_the_first_token_may_found_the_workspace(tmp_path: Path) -> None:
    issuer = Issuer(
        name="careforall",
        algorithm="RS256",
        public_key=public_pem(),
        claims={"person": "userId"},
        roles={"USER": "contact"},
        workspaces=["wells"],
        create=["people", "workspaces"],
        threading="many",
    )
    async with stage(tmp_path / "c.db", careforall=Careforall(workspace="wells"), issuers=[issuer]) as world:
        bearers = [token(f"u{n}", "USER") for n in range(5)]
        assert await asyncio.gather(*(status(world, bearer) for bearer in bearers)) == [200] * 5
        founded = await world.app.database.read(find_workspace, system(), "wells")
        assert founded is not None and founded.threading == "many"


async def test_without_a_workspace_the_wire_is_not_there(world: World) -> None:
    assert await world.cara.status_of("GET", "/api/conversations") == 404


def test_check_says_what_the_wire_lacks() -> None:
    assert not any(f.refuses for f in report(Settings(careforall=Careforall("greenleaf"), issuers=[platform_issuer()])))
    lacking = report(Settings(careforall=Careforall("greenleaf")))
    assert any(f.refuses and "there is no issuer careforall" in f.text for f in lacking)
    elsewhere = report(Settings(careforall=Careforall("hillside"), issuers=[platform_issuer()]))
    assert any(f.refuses and "does not list hillside" in f.text for f in elsewhere)


def test_every_route_of_the_wire_stands_in_a_play() -> None:
    plays = "".join(file.read_text() for file in Path(__file__).parent.glob("*.play"))
    for endpoint in TABLE:
        begin, _, end = endpoint.path.partition("{conversation_id}")
        assert any(f" {endpoint.method} {begin}" in line and end in line for line in plays.splitlines()), (
            f"{endpoint.method} {endpoint.path}"
        )
