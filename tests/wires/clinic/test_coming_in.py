"""Who comes in by this wire, as whom, and how long."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from careline.core.actor import system
from careline.features.people.actions import add_contact
from careline.features.people.staff import add_staff, deactivate_staff
from careline.features.workspaces.actions import find_workspace
from careline.partners import Clinic
from careline.settings import Settings
from careline.wires.clinic.routes import TABLE
from tests.wires.clinic.conftest import ISSUER, bearing, token, ward
from tests.wires.theatre import public_pem, signed
from tests.world import GREENLEAF, HILLSIDE, PASSWORD, World

HELLO = {"location_id": GREENLEAF, "sender_user_id": "doc", "receiver_contact_id": "cara", "content": "Hello"}
PAIR = f"/ws?location_id={GREENLEAF}&user_id=doc&contact_id=cara"


async def asks(world: World, method: str, path: str, headers: dict[str, str], **body: Any) -> tuple[int, Any]:
    async with world.http.request(method, world.url + path, headers=headers, json=body or None) as answer:
        return answer.status, await answer.json()


async def answer_of(world: World, method: str, path: str, headers: dict[str, str], **body: Any) -> int:
    return (await asks(world, method, path, headers, **body))[0]


async def opens(world: World, path: str, headers: dict[str, str]) -> aiohttp.ClientWebSocketResponse:
    socket = await world.http.ws_connect(world.url.replace("http", "ws", 1) + path, headers=headers)
    world.sockets.append(socket)
    await socket.send_json({"type": "ping"})
    while (await socket.receive_json(timeout=5)).get("type") != "pong":
        pass
    return socket


async def refused(world: World, path: str, headers: dict[str, str]) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as found:
        await opens(world, path, headers)
    return found.value.status


async def acts(world: World) -> list[tuple[str, str | None]]:
    """Who did what in whose place, as an administrator sees it in the audit."""
    found = await world.ana.asks("GET", "/v1/audit", status=200)
    return [(act["actor"], act["impersonated_by"]) for act in found["items"]]


@pytest.mark.proves("cl-1")
async def test_tokens_of_an_rsa_key_count_where_the_settings_say_so(database: str) -> None:
    issuer = structs.replace(ISSUER, algorithm="RS256", secret="", public_key=public_pem())
    async with ward(database, issuers=[issuer]) as world:
        claims = {"user_id": "doc", "role": "DOCTOR", "location_id": GREENLEAF}
        bearer = {"Authorization": f"Bearer {signed(claims)}"}
        assert await answer_of(world, "POST", "/chat/send", bearer, **HELLO) == 201
        assert await answer_of(world, "POST", "/chat/send", bearing("doc", "DOCTOR"), **HELLO) == 401


@pytest.mark.proves("cl-1")
async def test_only_the_issuers_of_this_wire_count(database: str) -> None:
    other = structs.replace(ISSUER, name="other", secret="the secret of somebody else, which is long")
    async with ward(database, clinic=Clinic(on=True, issuers=["ehr"]), issuers=[ISSUER, other]) as world:
        theirs = {"Authorization": f"Bearer {token('doc', 'DOCTOR', by=other.secret)}"}
        assert await answer_of(world, "POST", "/chat/send", theirs, **HELLO) == 401
        assert await answer_of(world, "POST", "/chat/send", bearing("doc", "DOCTOR"), **HELLO) == 201
        ours = {"Authorization": f"Bearer {world.ana.token}"}
        assert await answer_of(world, "POST", "/chat/send", ours, **HELLO | {"sender_user_id": "ana"}) == 201


@pytest.mark.proves("cl-5")
async def test_our_records_say_where_a_doctor_is_whose_token_does_not(hospital: World) -> None:
    add = hospital.app.database.write
    for place, ids in ((GREENLEAF, ("here", "both")), (HILLSIDE, ("both",))):
        for id_ in ids:
            await add(add_staff, system(place), id_, staff_id=id_)
    said, doc = HELLO | {"sender_user_id": "here"}, bearing("here", "DOCTOR", None)
    status, message = await asks(hospital, "POST", "/chat/send", doc, **said)
    assert status == 201
    assert await answer_of(hospital, "POST", "/chat/send", doc, **said | {"location_id": HILLSIDE}) == 403
    new = bearing("new", "DOCTOR", None)
    assert await answer_of(hospital, "POST", "/chat/send", new, **said | {"sender_user_id": "new"}) == 403
    assert await answer_of(hospital, "PUT", f"/chat/message/{message['id']}", doc, content="x") == 200
    both = bearing("both", "DOCTOR", None)
    assert await answer_of(hospital, "POST", "/chat/send", both, **HELLO | {"sender_user_id": "both"}) == 201
    assert await answer_of(hospital, "PUT", f"/chat/message/{message['id']}", both, content="x") == 403
    # Patients are found where a request says so, and not made where nothing but the request does.
    for place, person, status in ((GREENLEAF, "cara", 200), (HILLSIDE, "cara", 403), (GREENLEAF, "pat", 403)):
        patient = bearing(person, "PATIENT", None)
        assert await answer_of(hospital, "GET", f"/chat/sessions?location_id={place}", patient) == status
    # A list of them is where the request says.
    several = {"Authorization": f"Bearer {token('roving', 'DOCTOR', [GREENLEAF, HILLSIDE])}"}
    for place, status in ((GREENLEAF, 200), (HILLSIDE, 200), ("valley", 403)):
        assert await answer_of(hospital, "GET", f"/chat/sessions?location_id={place}", several) == status


@pytest.mark.proves("cl-3", "cl-4")
async def test_an_admin_acts_as_others_and_the_audit_has_both(hospital: World) -> None:
    doc, ada = bearing("doc", "DOCTOR"), bearing("ada", "ADMIN")
    _, first = await asks(hospital, "POST", "/chat/send", doc, **HELLO)
    as_cara = {**ada, "X-Impersonate-User": "cara"}
    answer = {"location_id": GREENLEAF, "sender_contact_id": "cara", "receiver_user_id": "doc", "content": "Hi"}
    status, message = await asks(hospital, "POST", "/chat/send", as_cara, **answer)
    assert (status, message["sender_contact_id"]) == (201, "cara")
    assert ("contact:cara", "staff:ada") in await acts(hospital)
    history = f"/chat/history?location_id={GREENLEAF}&user_id=doc&contact_id=cara"
    assert [m["delivered_at"] for m in (await asks(hospital, "GET", history, as_cara))[1]] == [None, None]
    # A doctor is looked for before a patient of the same id.
    await hospital.app.database.write(add_contact, system(GREENLEAF), contact_id="doc")
    status, message = await asks(hospital, "POST", "/chat/send", {**ada, "X-Impersonate-User": "doc"}, **HELLO)
    assert (status, message["sender_user_id"]) == (201, "doc")
    # As somebody who is no admin, one has no more rights than they have.
    assert await answer_of(hospital, "GET", "/admin/chat/sessions", as_cara) == 403
    assert await answer_of(hospital, "DELETE", f"/chat/message/{first['id']}", as_cara) == 403
    # Whoever is named in the request is acted as too.
    status, message = await asks(hospital, "POST", "/chat/send", ada, **HELLO | {"content": "for Doc"})
    assert (status, message["sender_user_id"]) == (201, "doc")
    assert ("staff:doc", "staff:ada") in await acts(hospital)
    for headers, status in (
        ({**ada, "X-Impersonate-User": "fay"}, 404),
        ({**ada, "X-Impersonate-User": "two words"}, 400),
        ({**doc, "X-Impersonate-User": "cara"}, 403),
        ({**bearing("cara", "PATIENT"), "X-Impersonate-User": "doc"}, 403),
    ):
        assert await answer_of(hospital, "GET", history, headers) == status


@pytest.mark.proves("cl-4", "cl-10")
async def test_an_admin_acts_as_somebody_on_a_socket_and_no_longer_than_they_are_one(hospital: World) -> None:
    await asks(hospital, "POST", "/chat/send", bearing("doc", "DOCTOR"), **HELLO)
    inbox = await hospital.ana.opens()
    socket = await opens(hospital, PAIR, bearing("ada", "ADMIN", **{"X-Impersonate-User": "cara"}))
    await socket.send_json({"content": "as Cara"})
    assert (await inbox.hears("message.sent"))["data"]["message"]["sender_id"] == "cara"
    assert (await socket.receive_json(timeout=5))["sender_contact_id"] == "cara"
    assert ("contact:cara", "staff:ada") in await acts(hospital)
    await socket.ping()
    history = f"/chat/history?location_id={GREENLEAF}&user_id=doc&contact_id=cara&limit=2"
    await asyncio.sleep(0.7)
    assert (await asks(hospital, "GET", history, bearing("dev", "ADMIN")))[1][0]["delivered_at"] is None
    await hospital.app.database.write(deactivate_staff, hospital.ana.actor, "ada")
    while (await socket.receive(timeout=5)).type == aiohttp.WSMsgType.TEXT:
        pass
    assert socket.close_code == 4410
    assert await refused(hospital, PAIR, bearing("ada", "ADMIN", **{"X-Impersonate-User": "cara"})) == 401


@pytest.mark.proves("cl-10")
async def test_somebody_who_is_deactivated_is_closed_out(hospital: World) -> None:
    socket = await opens(hospital, PAIR, bearing("doc", "DOCTOR"))
    await hospital.app.database.write(deactivate_staff, hospital.ana.actor, "doc")
    await socket.receive(timeout=5)
    assert socket.close_code == 4410
    assert await refused(hospital, PAIR, bearing("doc", "DOCTOR")) == 401


@pytest.mark.proves("cl-10")
async def test_a_link_that_is_revoked_closes_its_sockets(hospital: World) -> None:
    await asks(hospital, "POST", "/chat/send", bearing("doc", "DOCTOR"), **HELLO)
    mine = {"Authorization": f"Bearer {hospital.cara.token}"}
    socket = await opens(hospital, PAIR, mine)
    id_ = hospital.cara.actor.credential.partition(":")[2]
    assert await hospital.ana.status_of("DELETE", f"/v1/tokens/{id_}") == 204
    while (await socket.receive(timeout=5)).type == aiohttp.WSMsgType.TEXT:
        pass
    assert socket.close_code == 4410 and await refused(hospital, PAIR, mine) == 401


@pytest.mark.proves("cl-51")
async def test_whoever_may_not_come_in_is_refused_before_there_is_a_socket(hospital: World) -> None:
    doc = bearing("doc", "DOCTOR")
    assert await refused(hospital, f"/ws?location_id={GREENLEAF}&user_id=doc", doc) == 400
    assert await refused(hospital, PAIR, {}) == 401
    assert await refused(hospital, PAIR + f"&token={token('doc', 'DOCTOR')}", {}) == 401
    assert await refused(hospital, PAIR, bearing("dara", "DOCTOR")) == 403
    assert await refused(hospital, PAIR, bearing("dev", "PATIENT")) == 403
    assert await refused(hospital, PAIR, bearing("hal", "DOCTOR", HILLSIDE)) == 403
    assert await refused(hospital, PAIR, bearing("nora", "JANITOR")) == 403
    assert (
        await refused(hospital, f"/ws?location_id={GREENLEAF}&user_id=doc9&contact_id=cara", bearing("cara", "PATIENT"))
        == 404
    )
    async with hospital.http.get(hospital.url + PAIR) as answer:
        assert (answer.status, list(await answer.json())) == (401, ["error"])


async def test_a_browser_comes_to_its_socket_with_a_ticket(hospital: World) -> None:
    await asks(hospital, "POST", "/chat/send", bearing("doc", "DOCTOR"), **HELLO)
    _, issued = await asks(hospital, "POST", "/v1/tickets", bearing("cara", "PATIENT"))
    socket = await opens(hospital, f"{PAIR}&ticket={issued['ticket']}", {})
    await socket.send_json({"content": "Hi"})
    assert (await socket.receive_json(timeout=5))["sender_contact_id"] == "cara"
    assert await refused(hospital, f"{PAIR}&ticket={issued['ticket']}", {}) == 401
    assert await refused(hospital, f"{PAIR}&ticket=", {}) == 401


@pytest.mark.proves("cl-7", "cl-37")
async def test_whoever_signs_in_here_gets_new_tokens(hospital: World) -> None:
    signed_in = {"email": "ben@greenleaf.example", "password": PASSWORD}
    _, session = await asks(hospital, "POST", "/v1/session", {}, **signed_in)
    status, fresh = await asks(hospital, "POST", "/auth/refresh", {}, refresh_token=session["refresh_token"])
    assert status == 200 and set(fresh) == {"access_token", "refresh_token", "expires_at", "token_type"}
    bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert await answer_of(hospital, "GET", f"/chat/sessions?location_id={GREENLEAF}", bearer) == 200
    assert await answer_of(hospital, "POST", "/auth/refresh", {}, refresh_token=fresh["access_token"]) == 401
    assert await answer_of(hospital, "POST", "/auth/refresh", {}, refresh_token=fresh["refresh_token"]) == 200


@pytest.mark.proves("cl-8")
async def test_pages_of_other_sites_must_be_listed(database: str) -> None:
    async with ward(database, origins=["https://ehr.example"]) as world:
        path = f"/chat/sessions?location_id={GREENLEAF}"
        for origin, status in (("https://ehr.example", 200), ("https://evil.example", 403), ("null", 403)):
            assert await answer_of(world, "GET", path, bearing("doc", "DOCTOR", Origin=origin)) == status
            assert (
                origin == "https://ehr.example"
                or await refused(world, PAIR, bearing("doc", "DOCTOR", Origin=origin)) == 403
            )
        for method, place in (("PUT", "/chat/read"), ("DELETE", "/chat/message/x"), ("POST", "/chat/send")):
            asked = {"Origin": "https://ehr.example", "Access-Control-Request-Method": method}
            async with world.http.options(world.url + place, headers=asked) as answer:
                assert answer.status == 204 and method in answer.headers["Access-Control-Allow-Methods"]
                assert answer.headers["Access-Control-Allow-Origin"] == "https://ehr.example"
                assert "X-Impersonate-User" in answer.headers["Access-Control-Allow-Headers"]
            async with world.http.options(world.url + place, headers={**asked, "Origin": "null"}) as answer:
                assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.proves("cl-6", "cl-8")
async def test_strangers_come_from_this_machine_and_listed_pages_alone(strange: World) -> None:
    said = HELLO | {"location_id": "loc1"}
    for headers, status in (
        ({}, 201),
        ({"Origin": "null"}, 201),
        ({"Origin": "https://evil.example"}, 401),
        ({"X-Forwarded-For": "192.0.2.7"}, 401),
        ({"Authorization": "Bearer undefined"}, 401),
    ):
        assert await answer_of(strange, "POST", "/chat/send", headers, **said) == status, headers
        assert (
            status == 201 or await refused(strange, "/ws?location_id=loc1&user_id=doc&contact_id=cara", headers) == 401
        )
    place = await strange.app.database.read(find_workspace, system(), "loc1")
    assert place is not None and place.threading == "per_staff"


@pytest.mark.proves("cl-9")
async def test_no_query_reaches_the_log(hospital: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await opens(hospital, PAIR + "&secret=kanarie", bearing("doc", "DOCTOR"))
        await asks(hospital, "GET", f"/chat/search?location_id={GREENLEAF}&q=kanarie", bearing("doc", "DOCTOR"))
        await refused(hospital, PAIR + "&token=kanarie", {})
        await asyncio.sleep(0.1)
    assert any(record.name.startswith("careline") for record in caplog.records)
    assert "kanarie" not in " ".join(str(vars(record)) for record in caplog.records)


@pytest.mark.proves("cl-17")
async def test_too_many_are_told_so_in_the_wires_words(database: str) -> None:
    async with ward(database, limit_send_staff="2/min", sockets_per_staff=1) as world:
        doc = bearing("doc", "DOCTOR")
        socket = await opens(world, PAIR, doc)
        assert await refused(world, PAIR, doc) == 429
        for content in ("one", "two", "three"):
            await socket.send_json({"content": content})
        heard = [await socket.receive_json(timeout=5) for _ in range(3)]
        assert [list(h) for h in heard if h.get("type") == "error"] == [["type", "error"]]
        async with world.http.post(world.url + "/chat/send", headers=doc, json=HELLO) as answer:
            assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
            assert list(await answer.json()) == ["error"]


async def test_without_being_set_up_the_wire_is_not_there(world: World) -> None:
    assert await world.ana.status_of("GET", f"/chat/sessions?location_id={GREENLEAF}") == 404
    assert await world.ana.status_of("GET", PAIR) == 404
    assert not Settings().clinic.on


def test_every_route_of_the_wire_stands_in_a_play() -> None:
    plays = "".join(file.read_text() for file in Path(__file__).parent.glob("*.play"))
    for endpoint in TABLE:
        begin, _, end = endpoint.path.partition("{")
        end = end.partition("}")[2]
        assert endpoint.path == "/chat/upload" or any(
            f" {endpoint.method} {begin}" in line and end in line for line in plays.splitlines()
        ), f"{endpoint.method} {endpoint.path}"
