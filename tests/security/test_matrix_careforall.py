"""The careforall wire's part of the matrix: its routes × the platform's people × everybody's conversations."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from careline.core.ids import new_id
from careline.partners import Careforall, Issuer
from careline.wires.careforall.routes import BASE, TABLE
from tests.security.places import place
from tests.security.test_issuers import SECRET, claims
from tests.security.test_revocation import bearing
from tests.world import GREENLEAF, World

# cara: it is her conversation.  dev: another.  ada: administrator.  native: Cara with her own link, not for this door.
PEOPLE = ("cara", "dev", "ada", "native", "forged", "nobody")
EXPECTED = f"""
GET  {BASE}                     ok  ok  ok 401 401 401
POST {BASE}                     ok  ok  -  401 401 401
GET  {BASE}/{{conversation_id}}              ok  404 ok 401 401 401
PUT  {BASE}/{{conversation_id}}              ok  404 ok 401 401 401
POST {BASE}/{{conversation_id}}/assign       403 403 ok 401 401 401
POST {BASE}/{{conversation_id}}/participants ok  404 ok 401 401 401
PUT  {BASE}/{{conversation_id}}/read         ok  404 ok 401 401 401
GET  {BASE}/{{conversation_id}}/messages     ok  404 ok 401 401 401
POST {BASE}/{{conversation_id}}/messages     ok  404 ok 401 401 401
"""
BODIES: dict[str, dict[str, Any]] = {
    "assign": {}, "participants": {"userId": "gus"}, "messages": {"content": "x"}, "PUT": {"subject": "x"},
}  # fmt: skip


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[World]:
    issuer = Issuer(
        "careforall", "HS256", secret=SECRET, issuer="https://platform.example", audience="careline",
        roles={"USER": "contact", "ADMIN": "admin"}, workspaces=[GREENLEAF], create=["people"],
    )  # fmt: skip
    async with place(tmp_path, issuers=[issuer], careforall=Careforall(workspace=GREENLEAF)) as world:
        await world.cara.sends(world.conversation, "kanarie of Cara")
        await world.fay.sends(world.fay_conversation, "kanarie-hillside")
        await world.ana.asks("POST", "/v1/contacts", json={"id": "gus", "name": "Gus"}, status=201)
        yield world


def token(world: World, person: str) -> str:
    role = "ADMIN" if person == "ada" else "USER"
    if person == "native":
        return world.cara.token
    return jwt.encode(claims(sub=person, role=role), SECRET[::-1] if person == "forged" else SECRET, "HS256")


async def ask(world: World, person: str, method: str, path: str, id_: str) -> tuple[int, bytes]:
    headers = {"Authorization": ""} if person == "nobody" else bearing(token(world, person))["headers"]
    body = BODIES.get(path.rpartition("/")[2], BODIES.get(method, {}))
    more: dict[str, Any] = {} if method == "GET" or path.endswith("read") else {"json": body}
    url = world.url + path.replace("{conversation_id}", id_)
    async with world.http.request(method, url, headers=headers, **more) as answer:
        return answer.status, await answer.read()


def rows() -> dict[tuple[str, str], list[str]]:
    return {(method, path): outcomes for method, path, *outcomes in map(str.split, EXPECTED.strip().splitlines())}


def test_every_route_of_the_wire_is_in_the_table() -> None:
    assert {(endpoint.method, endpoint.path) for endpoint in TABLE} == set(rows())


async def test_everybody_of_the_platform_gets_their_own_and_nothing_else(platform: World) -> None:
    places = {"own": platform.conversation, "foreign": platform.fay_conversation, "unknown": new_id()}
    for (method, path), outcomes in rows().items():
        for person, want in zip(PEOPLE, outcomes, strict=True):
            answers = {}
            for whose, id_ in places.items():
                status, answer = await ask(platform, person, method, path, f"conv_{id_}")
                where = (method, path, person, whose, status, answer[:200])
                assert status < 500 and b"kanarie-hillside" not in answer, where
                if want == "-":
                    continue
                there = whose == "own" or "{conversation_id}" not in path
                expected = want if there or want != "ok" else "404"
                assert str(status) == expected if expected != "ok" else status in (200, 201), where
                answers[whose] = status
            assert answers.get("foreign") == answers.get("unknown")


@pytest.mark.parametrize(
    "id_", ["x", "conv_", "conv_%00", "conv_..%2f", "msg_1", "conv_" + "x" * 900, "conv_%27--", "%ff"]
)
async def test_a_malformed_id_is_no_id_on_this_wire_either(platform: World, id_: str) -> None:
    for method, path in rows():
        if "{conversation_id}" in path:
            status, _ = await ask(platform, "ada", method, path, id_)
            assert 400 <= status < 500, (method, path, status)
