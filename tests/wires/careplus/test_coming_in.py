"""Coming in by careplus: which tokens count, what is revoked, codes by phone, pages of other sites, limits, the log."""

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from msgspec import structs

from careline.check import report
from careline.core.actor import system
from careline.features.people.actions import update_contact
from careline.features.people.staff import deactivate_staff, find_staff
from careline.features.tokens.actions import revoke_token
from careline.features.workspaces.actions import update_workspace
from careline.partners import Careplus
from careline.settings import Settings, SettingsError, load
from careline.wires.careplus.routes import TABLE
from careline.work.sms import Console
from tests.wires.careplus.conftest import HOSTS, ISSUER, OURS, SETTINGS, customers, greenleaf, token
from tests.wires.theatre import signed
from tests.world import GREENLEAF, HILLSIDE, World, stage

CHAT = "/api/v1/chat"


async def asks(
    world: World, bearer: str, method: str, path: str, *, json_: Any = None, **headers: str
) -> tuple[int, Any]:
    given = {"Authorization": f"Bearer {bearer}", **headers} if bearer else headers
    async with world.http.request(method, world.url + path, headers=given, json=json_) as answer:
        body = await answer.read()
        return answer.status, json.loads(body) if body else None


async def status(world: World, bearer: str, **headers: str) -> int:
    return (await asks(world, bearer, "GET", CHAT + "/settings", **headers))[0]


async def opens(world: World, bearer: str, path: str = CHAT + "/ws", **more: Any) -> aiohttp.ClientWebSocketResponse:
    url = f"{world.url.replace('http', 'ws', 1)}{path}?token={bearer}"
    socket: aiohttp.ClientWebSocketResponse = await world.http.ws_connect(url, **more)
    world.sockets.append(socket)
    return socket


def customer(world: World, bearer: str, **claims: Any) -> str:
    """The token with other claims, signed as it was; those that are None are left out."""
    before = jwt.decode(bearer, OURS, ["HS256"], options={"verify_aud": False})
    return signed({**before, **claims}, by=OURS, algorithm="HS256")


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"token_type": "refresh"}, "it is no access token"),
        ({"token_type": "chat_customer"}, "it is a customer's"),
        ({"token_type": None, "role": None}, "it has no role"),
        ({"token_type": 7}, "its kind is no text"),
        ({"exp": None}, "it never ends"),
        ({"exp": int(time.time()) - 1}, "it has ended"),
        ({"user_id": None}, "it names nobody"),
        ({"user_id": 7}, "its user id is not text"),
        ({"pharmacy_id": None}, "it names no pharmacy"),
    ],
)
@pytest.mark.proves("cp-2", "cp-3", "cp-11")
async def test_a_token_of_staff_does_not_count_when(pharmacy: World, wrong: dict[str, Any], because: str) -> None:
    assert await status(pharmacy, token("pia", "pharmacist", **wrong)) in (401, 403 if "role" in wrong else 401), (
        because
    )


@pytest.mark.proves("cp-2", "cp-3", "cp-4")
async def test_staff_come_in_by_the_tokens_of_their_own_system(pharmacy: World) -> None:
    assert await status(pharmacy, token("ada", "admin")) == 200
    assert await status(pharmacy, token("max", "manager", token_type=None, iss="pharmacy", sub="max")) == 200
    assert await status(pharmacy, token("pia", "pharmacist")) == 200
    assert await status(pharmacy, token("pia", "pharmacist", by=OURS)) == 401
    standing = []
    for id_ in ("ada", "max", "pia"):
        found = await pharmacy.app.database.read(find_staff, system(GREENLEAF), id_)
        assert found is not None
        standing.append((found.role, found.scope))
    assert standing == [("admin", "all"), ("agent", "all"), ("agent", "all")]
    await pharmacy.app.database.write(deactivate_staff, pharmacy.ana.actor, "pia")
    assert await status(pharmacy, token("pia", "pharmacist")) == 401
    assert await status(pharmacy, token("ana", "admin")) == 403  # she has an account of this server


@pytest.mark.proves("cp-4", "cp-8")
def test_roles_and_claims_are_the_pharmacy_systems_unless_the_settings_say_otherwise() -> None:
    issuer = json.dumps([{"name": "careplus", "algorithm": "HS256", "secret": HOSTS, "roles": {"staff": "contact"}}])
    given = {"CARELINE_CAREPLUS": json.dumps({"on": True, "secret": OURS}), "CARELINE_ISSUERS": issuer}
    (found,) = load(given).issuers
    assert found.roles == {"admin": "admin", "manager": "all", "pharmacist": "all", "staff": "contact"}
    assert found.claims == {"person": "user_id", "workspace": "pharmacy_id"}
    assert found.expects == {"token_type": "access"}
    assert load({"CARELINE_ISSUERS": issuer}).issuers[0].expects == {}


@pytest.mark.proves("cp-4", "cp-63")
async def test_a_role_mapped_to_those_who_take_part_sees_what_they_take_part_in(database: str) -> None:
    issuer = structs.replace(ISSUER, roles={"trainee": "participating", "pharmacist": "all"})
    async with greenleaf(database, issuers=[issuer]) as world:
        trainee = token("tom", "trainee")
        code, found = await asks(world, trainee, "GET", CHAT + "/conversations")
        assert (code, found) == (200, {"items": [], "total": 0})
        assert (await asks(world, trainee, "GET", f"{CHAT}/conversations/{world.conversation}"))[0] == 404
        for path in ("/conversations", "/customer-token"):
            assert (await asks(world, trainee, "POST", CHAT + path, json_={"customer_id": "cara"}))[0] == 404
        code, made = await asks(world, trainee, "POST", CHAT + "/conversations", json_={"customer_id": "gus"})
        assert (code, made["customer_id"]) == (200, "gus")
        assert (await asks(world, trainee, "GET", CHAT + "/conversations"))[1]["total"] == 1
        assert (await asks(world, trainee, "GET", "/api/v1/customers"))[1]["total"] == 1


@pytest.mark.proves("cp-24", "cp-10")
async def test_an_unknown_customer_is_made_where_the_issuer_may_and_what_is_no_id_is_named_in_its_words(
    database: str,
) -> None:
    issuer = structs.replace(ISSUER, create=["people", "workspaces"])
    async with greenleaf(database, issuers=[issuer]) as world:
        pia, path = token("pia", "pharmacist"), CHAT + "/conversations"
        code, made = await asks(world, pia, "POST", path, json_={"customer_id": "new-1"})
        assert (code, made["customer_id"]) == (200, "new-1")
        code, refused = await asks(world, pia, "POST", path, json_={"customer_id": "new/2"})
        assert (code, list(refused["fields"])) == (400, ["customer_id"])


@pytest.mark.proves("cp-5")
async def test_a_customers_token_says_its_kind_twice_and_either_is_enough(pharmacy: World) -> None:
    _, made = await asks(
        pharmacy, token("pia", "pharmacist"), "POST", CHAT + "/customer-token", json_={"customer_id": "cara"}
    )
    claims = jwt.decode(made["token"], OURS, ["HS256"], audience="chat_customer")
    assert claims["token_type"] == "chat_customer"
    assert (claims["pharmacy_id"], claims["customer_id"]) == (GREENLEAF, "cara")
    assert abs(claims["exp"] - time.time() - 24 * 3600) < 60
    assert await status(pharmacy, made["token"]) == 200
    assert await status(pharmacy, customer(pharmacy, made["token"], aud=None)) == 200
    assert await status(pharmacy, customer(pharmacy, made["token"], token_type=None)) == 200
    for wrong in (
        {"aud": None, "token_type": None}, {"aud": "careline", "token_type": "access"}, {"customer_id": "dev"},
        {"pharmacy_id": HILLSIDE}, {"jti": None}, {"jti": "unknown"}, {"exp": None}, {"exp": int(time.time()) - 1},
        {"customer_id": 7},
    ):  # fmt: skip
        assert await status(pharmacy, customer(pharmacy, made["token"], **wrong)) == 401, wrong
    assert await status(pharmacy, customer(pharmacy, made["token"])[:-2]) == 401


@pytest.mark.proves("cp-6")
async def test_a_revoked_token_is_nobodys_any_more_and_its_sockets_end(pharmacy: World) -> None:
    mine, other = await customers(pharmacy, pharmacy.cara), await customers(pharmacy, pharmacy.cara)
    socket, stays = await opens(pharmacy, mine), await opens(pharmacy, other)
    assert await status(pharmacy, mine) == 200
    jti = jwt.decode(mine, OURS, ["HS256"], audience="chat_customer")["jti"]
    listed = await pharmacy.ana.asks("GET", "/v1/contacts/cara/tokens", status=200)
    assert jti in [one["id"] for one in listed["items"]]
    await pharmacy.app.database.write(revoke_token, pharmacy.ana.actor, jti)
    await socket.receive(timeout=5)
    assert socket.close_code == 4410
    assert await status(pharmacy, mine) == 401
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await opens(pharmacy, mine)
    assert refused.value.status == 401
    await stays.send_json({"type": "ping"})
    assert await stays.receive_json(timeout=5) == {"type": "pong"}


@pytest.mark.proves("cp-5", "cp-60")
async def test_a_customers_token_opens_the_page_of_ours_that_its_link_leads_to(pharmacy: World) -> None:
    bearer = await customers(pharmacy, pharmacy.cara)
    code, found = await asks(pharmacy, bearer, "GET", "/v1/me")
    assert (code, found["id"]) == (200, "cara")
    assert (await asks(pharmacy, customer(pharmacy, bearer, jti="unknown"), "GET", "/v1/me"))[0] == 401


@pytest.mark.proves("cp-5")
async def test_a_token_lives_as_long_as_the_settings_say(database: str) -> None:
    async with greenleaf(database, structs.replace(SETTINGS, customer_token_h=2)) as world:
        _, made = await asks(
            world, token("pia", "pharmacist"), "POST", CHAT + "/customer-token", json_={"customer_id": "cara"}
        )
        claims = jwt.decode(made["token"], OURS, ["HS256"], audience="chat_customer")
        assert abs(claims["exp"] - time.time() - 2 * 3600) < 60


@pytest.mark.proves("cp-35", "cp-36")
async def test_a_code_by_phone_lets_a_customer_in_and_nobody_learns_who_is_known(database: str) -> None:
    async with greenleaf(database, sms="console") as world:
        texts: list[str] = []
        world.app.sms = Console(texts.append)
        await world.app.database.write(
            update_workspace, world.ana.actor, {"phone_codes": "anyone", "phone_region": "GB"}
        )
        await world.app.database.write(update_contact, world.ana.actor, "cara", {"phone": "020 7946 0000"})
        answers = []
        for phone in ("020 7946 0000", "+44 20 7946 0111"):
            body = {"pharmacy_id": GREENLEAF, "phone": phone}
            answers.append(await asks(world, "", "POST", CHAT + "/otp", json_=body))
        assert answers[0] == answers[1] and answers[0][0] == 202
        for _ in range(200):
            if len(texts) == 2:
                break
            await asyncio.sleep(0.02)
        codes = {text.partition(":")[0]: text.partition(": ")[2][:6] for text in texts}
        wrong = {
            "pharmacy_id": GREENLEAF,
            "phone": "020 7946 0000",
            "code": f"{(int(codes['+442079460000']) + 1) % 10**6:06}",
        }
        code, refused = await asks(world, "", "POST", CHAT + "/otp/verify", json_=wrong)
        assert (code, refused["code"]) == (401, "INVALID_CREDENTIALS")
        for phone, whose in (("020 7946 0000", "cara"), ("+44 20 7946 0111", None)):
            dialled = "+442079460000" if whose else "+442079460111"
            body = {"pharmacy_id": GREENLEAF, "phone": phone, "code": codes[dialled]}
            code, entered = await asks(world, "", "POST", CHAT + "/otp/verify", json_=body)
            assert (code, list(entered)) == (200, ["token"])
            code, mine = await asks(world, entered["token"], "GET", CHAT + "/me")
            assert (code, mine["customer"]["phone"]) == (200, dialled)
            assert whose in (None, mine["customer_id"])
            assert (await asks(world, "", "POST", CHAT + "/otp/verify", json_=body))[0] == 401


@pytest.mark.proves("cp-56", "cp-12")
async def test_pages_of_other_sites_must_be_listed(database: str) -> None:
    async with greenleaf(database, origins=["https://shop.example", "null"]) as world:
        pia = token("pia", "pharmacist")
        assert await status(world, pia, Origin="https://shop.example") == 200
        assert await status(world, pia, Origin="null") == 200
        _, no = await asks(world, pia, "GET", CHAT + "/settings", Origin="https://evil.example")
        assert no["code"] == "FORBIDDEN" and await status(world, pia, Origin="https://evil.example") == 403
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PATCH"}
        path = f"{CHAT}/conversations/{world.conversation}/messages/{world.conversation}"
        async with world.http.options(world.url + path, headers=asked) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
            assert {"PATCH", "DELETE"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
            assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        async with world.http.options(world.url + path, headers={**asked, "Origin": "https://evil.example"}) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await opens(world, pia, headers={"Origin": "https://evil.example"})
        assert refused.value.status == 403
        login = {"email": "ana@greenleaf.example", "password": "x"}
        assert (await asks(world, "", "POST", "/api/v1/auth/login", json_=login))[0] == 404


@pytest.mark.proves("cp-56")
async def test_a_page_opened_from_a_file_counts_only_when_it_is_listed(pharmacy: World) -> None:
    assert await status(pharmacy, token("pia", "pharmacist"), Origin="null") == 403


@pytest.mark.proves("cp-15")
async def test_too_many_are_told_so_in_the_wires_words(database: str) -> None:
    async with greenleaf(database, limit_send_contact="2/min", sockets_per_contact=1) as world:
        cara = await customers(world, world.cara)
        socket = await opens(world, cara)
        for body in ("one", "two", "three"):
            await socket.send_json({"type": "send_message", "conversation_id": world.conversation, "body": body})
        heard = [await socket.receive_json(timeout=5) for _ in range(3)]
        assert sorted(h.get("code", h["type"]) for h in heard) == ["RATE_LIMITED", "new_message", "new_message"]
        path = f"{CHAT}/conversations/{world.conversation}/messages"
        code, refused = await asks(world, cara, "POST", path, json_={"body": "four"})
        assert (code, refused["code"]) == (429, "RATE_LIMITED")
        with pytest.raises(aiohttp.WSServerHandshakeError) as full:
            await opens(world, cara)
        assert full.value.status == 429 and full.value.headers is not None
        assert int(full.value.headers["Retry-After"]) > 0


@pytest.mark.proves("cp-7")
async def test_no_token_reaches_the_log(pharmacy: World, caplog: pytest.LogCaptureFixture) -> None:
    bearers = [await customers(pharmacy, pharmacy.cara), token("pia", "pharmacist")]
    with caplog.at_level(logging.DEBUG):
        for bearer in bearers:
            await opens(pharmacy, bearer)
            await opens(pharmacy, bearer, "/ws/chat")
            await status(pharmacy, bearer)
            async with pharmacy.http.get(f"{pharmacy.url}/chat?token={bearer}&chat_token={bearer}") as page:
                assert page.status == 200
        await asyncio.sleep(0.1)
    assert any(record.name.startswith("careline") for record in caplog.records)
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert not any(part in written for bearer in bearers for part in (bearer, bearer.rpartition(".")[2]))


@pytest.mark.proves("cp-55")
async def test_a_server_that_stops_says_so_on_every_socket(database: str) -> None:
    async with greenleaf(database) as world:
        sockets = [
            await opens(world, await customers(world, world.cara)),
            await opens(world, token("pia", "pharmacist")),
        ]
        stopping = asyncio.create_task(world.app.server.drain())
        for socket in sockets:
            await socket.receive(timeout=5)
            assert socket.close_code == 1012
        await stopping


@pytest.mark.proves("cp-2")
async def test_a_socket_ends_with_its_token(pharmacy: World) -> None:
    socket = await opens(pharmacy, token("pia", "pharmacist", exp=int(time.time()) + 2))
    await socket.receive(timeout=6)
    assert socket.close_code == 4401


@pytest.mark.proves("cp-24")
async def test_customers_nobody_knows_are_not_found_unless_the_issuer_may_make_them(database: str) -> None:
    async with greenleaf(database, issuers=[structs.replace(ISSUER, create=[])]) as world:
        assert await status(world, token("pia", "pharmacist")) == 401  # nor are staff made
    assert ISSUER.create == ["people"]


async def test_without_its_setting_the_wire_is_not_there(world: World) -> None:
    assert await world.cara.status_of("GET", CHAT + "/settings") == 404
    assert await world.cara.status_of("POST", CHAT + "/otp", json={}) == 404


async def test_without_an_issuer_only_accounts_and_customers_come_in(database: str) -> None:
    async with greenleaf(database, structs.replace(SETTINGS, sign_in=True), issuers=[]) as world:
        assert await status(world, token("pia", "pharmacist")) == 401
        assert await status(world, world.ana.token) == 200
        assert await status(world, await customers(world, world.cara)) == 200


@pytest.mark.proves("cp-37")
async def test_where_staff_do_not_sign_in_their_own_tokens_of_this_server_do_not_count(database: str) -> None:
    async with greenleaf(database) as world:
        assert await status(world, world.ana.token) == 401
        for path in ("login", "refresh"):
            body = {"email": "ana@greenleaf.example", "password": "correct horse battery", "refresh_token": "x"}
            assert (await asks(world, "", "POST", f"/api/v1/auth/{path}", json_=body))[0] == 404


async def test_a_customers_token_opens_no_other_door_of_a_platform(database: str) -> None:
    """The issuer of another wire vouches for no token of this one."""
    async with greenleaf(database) as world:
        cara = await customers(world, world.cara)
        with pytest.raises(Exception, match="Sign in first"):
            await world.app.server.identify(cara, "127.0.0.1", issuer="careplus")


def test_check_says_what_the_wire_lacks(tmp_path: Path) -> None:
    assert not any(f.refuses for f in report(Settings(careplus=SETTINGS, issuers=[ISSUER])))
    assert any("there is no issuer careplus" in f.text for f in report(Settings(careplus=SETTINGS)))
    short = Settings(careplus=Careplus(on=True, secret="short", sign_in=True))
    assert any("secret is shorter" in f.text for f in report(short))


async def test_a_wire_without_a_secret_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        async with stage(tmp_path / "c.db", careplus=Careplus(on=True, sign_in=True)):
            pass


def test_every_route_of_the_wire_stands_in_a_play_or_in_these_tests() -> None:
    folder = Path(__file__).parent
    plays = "".join(file.read_text() for file in folder.glob("*.play"))
    for endpoint in TABLE:
        path = endpoint.path.replace("{conversation_id}", "${hers}")
        begin = f" {endpoint.method} {path.partition('{message_id}')[0]}"
        assert begin in plays or "upload" in path or path.endswith("verify"), begin
