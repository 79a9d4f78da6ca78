"""The careforall wire's part of the matrix: its routes × the platform's people × everybody's conversations."""

from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest

from careline.core.ids import new_id
from careline.partners import Careforall, Issuer
from careline.wires.careforall.routes import BASE, LANGUAGE
from tests.security.foreign import Matrix
from tests.security.places import place
from tests.security.test_issuers import SECRET, claims
from tests.world import GREENLEAF, World

# cara: it is her conversation.  dev: another.  ada: administrator.  native: Cara with her own link, not for this door.
PEOPLE = ("cara", "dev", "ada", "native", "forged", "nobody")
EXPECTED = f"""
GET  {BASE}                                  ok  ok  ok 401 401 401
POST {BASE}                                  ok  ok  -  401 401 401
GET  {BASE}/{{conversation_id}}              ok  404 ok 401 401 401
PUT  {BASE}/{{conversation_id}}              ok  404 ok 401 401 401
POST {BASE}/{{conversation_id}}/assign       403 403 ok 401 401 401
POST {BASE}/{{conversation_id}}/participants ok  404 ok 401 401 401
PUT  {BASE}/{{conversation_id}}/read         ok  404 ok 401 401 401
GET  {BASE}/{{conversation_id}}/messages     ok  404 ok 401 401 401
POST {BASE}/{{conversation_id}}/messages     ok  404 ok 401 401 401
"""
ONE = BASE + "/{conversation_id}"
BODIES = {
    f"POST {ONE}/participants": lambda ids: {"userId": "gus"},
    f"POST {ONE}/messages": lambda ids: {"content": "x"},
    f"PUT {ONE}": lambda ids: {"subject": "x"},
}


@pytest.fixture
async def matrix(tmp_path: Path) -> AsyncIterator[Matrix]:
    issuer = Issuer(
        "careforall", "HS256", secret=SECRET, issuer="https://platform.example", audience="careline",
        roles={"USER": "contact", "ADMIN": "admin"}, workspaces=[GREENLEAF], create=["people"],
    )  # fmt: skip
    async with place(tmp_path, issuers=[issuer], careforall=Careforall(workspace=GREENLEAF)) as world:
        await world.cara.sends(world.conversation, "kanarie of Cara")
        await world.fay.sends(world.fay_conversation, "kanarie-hillside")
        await world.ana.asks("POST", "/v1/contacts", json={"id": "gus", "name": "Gus"}, status=201)

        def headers(person: str) -> dict[str, str]:
            return {} if person == "nobody" else {"Authorization": f"Bearer {token(world, person)}"}

        async def ids(whose: str) -> dict[str, str]:
            places = {"own": world.conversation, "foreign": world.fay_conversation, "unknown": new_id()}
            return {"conversation_id": places[whose]}

        prefix = {"conversation_id": "conv_"}
        yield Matrix(LANGUAGE, world.url, world.http, PEOPLE, EXPECTED, headers, ids, BODIES, prefix=prefix)


def token(world: World, person: str) -> str:
    role = "ADMIN" if person == "ada" else "USER"
    if person == "native":
        return world.cara.token
    return jwt.encode(claims(sub=person, role=role), SECRET[::-1] if person == "forged" else SECRET, "HS256")


def test_every_route_of_the_wire_is_in_the_table(matrix: Matrix) -> None:
    matrix.check_complete()


async def test_everybody_of_the_platform_gets_their_own_and_nothing_else(matrix: Matrix) -> None:
    await matrix.check()


async def test_a_malformed_id_is_no_id_on_this_wire_either(matrix: Matrix) -> None:
    await matrix.check_malformed("ada")
