"""The careplus wire's part of the matrix: its routes × the pharmacy's people × everybody's things."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from msgspec import structs

from careline.core.ids import new_id
from careline.wires.careplus.routes import ALL, BASE, LANGUAGE, ONE, SAID
from tests.made import picture
from tests.security.foreign import Matrix
from tests.security.places import place
from tests.wires.careplus.conftest import HOSTS, ISSUER, SETTINGS, customers, token
from tests.world import World

# cara: it is her conversation.  dev: another.  una: the host's, and writes.  ada: administrator.  pia: staff.
# stan: a role that is not mapped.  native: Cara with her own link, not for this door.  rita: a refresh token.
PEOPLE = ("cara", "dev", "una", "ada", "pia", "stan", "native", "rita", "forged", "nobody")
EXPECTED = f"""
GET    {ALL}                          403 403 403 ok  ok  403 401 401 401 401
POST   {ALL}                          403 403 403 ok  ok  403 401 401 401 401
GET    {ONE}                          ok  404 404 ok  ok  403 401 401 401 401
POST   {ONE}/read                     ok  404 404 ok  ok  403 401 401 401 401
GET    {SAID}                         ok  404 404 ok  ok  403 401 401 401 401
POST   {SAID}                         ok  404 404 ok  ok  403 401 401 401 401
PATCH  {SAID}/{{message_id}}          ok  404 404 -   -   403 401 401 401 401
DELETE {SAID}/{{message_id}}          -   404 404 ok  -   403 401 401 401 401
DELETE {ONE}                          -   404 404 ok  -   403 401 401 401 401
POST   {BASE}/chat/customer-token     403 403 403 ok  ok  403 401 401 401 401
POST   {BASE}/chat/otp                403 403 403 403 403 403 403 403 403 403
POST   {BASE}/chat/otp/verify         403 403 403 403 403 403 403 403 403 403
GET    {BASE}/chat/me                 ok  ok  ok  403 403 403 401 401 401 401
GET    {BASE}/chat/settings           ok  ok  ok  ok  ok  403 401 401 401 401
GET    {BASE}/customers               403 403 403 ok  ok  403 401 401 401 401
POST   {BASE}/upload                  -   -   -   -   -   403 401 401 401 401
POST   {BASE}/chat/upload             -   -   -   -   -   403 401 401 401 401
POST   {BASE}/auth/login              401 401 401 401 401 401 401 401 401 401
POST   {BASE}/auth/refresh            401 401 401 401 401 401 401 401 401 401
GET    {BASE}/auth/me                 403 403 403 ok  ok  403 401 401 401 401
"""
CODE = {"pharmacy_id": "greenleaf", "phone": "+442079460000", "code": "000000"}
BODIES = {
    f"POST {ALL}": lambda ids: {"customer_id": ids["customer_id"]},
    f"POST {SAID}": lambda ids: {"body": "x"},
    f"PATCH {SAID}/{{message_id}}": lambda ids: {"body": "y"},
    f"POST {BASE}/chat/customer-token": lambda ids: {"customer_id": ids["customer_id"]},
    f"POST {BASE}/chat/otp": lambda ids: CODE,
    f"POST {BASE}/chat/otp/verify": lambda ids: CODE,
    f"POST {BASE}/upload": lambda ids: form(),
    f"POST {BASE}/chat/upload": lambda ids: form(),
    f"POST {BASE}/auth/login": lambda ids: {"email": "ana@greenleaf.example", "password": "wrong"},
    f"POST {BASE}/auth/refresh": lambda ids: {"refresh_token": "clr_wrong"},
}


def form() -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("file", picture(), filename="a.png", content_type="image/png")
    return made


def bearer(person: str) -> str:
    roles = {"una": "buyer", "ada": "admin", "pia": "pharmacist", "stan": "staff"}
    if person == "rita":
        return token("pia", "pharmacist", token_type="refresh")
    return token(person, roles.get(person, "admin"), by=HOSTS[::-1] if person == "forged" else HOSTS)


@pytest.fixture
async def matrix(tmp_path: Path) -> AsyncIterator[Matrix]:
    wanted = structs.replace(SETTINGS, sign_in=True)
    async with place(tmp_path, issuers=[ISSUER], careplus=wanted) as world:
        known = {name: bearer(name) for name in PEOPLE if name != "nobody"}
        known |= {"cara": await customers(world, world.cara), "dev": await customers(world, world.dev)}
        known["native"] = world.cara.token
        foreign = await world.fay.sends(world.fay_conversation, "kanarie-hillside")

        async def ids(whose: str) -> dict[str, str]:
            if whose == "own":
                return await _own(world)
            if whose == "foreign":
                there = {"conversation_id": world.fay_conversation, "message_id": foreign.id}
                return {**there, "customer_id": "fay"}
            return {"conversation_id": new_id(), "message_id": new_id(), "customer_id": "nobody"}

        def headers(person: str) -> dict[str, str]:
            return {"Authorization": f"Bearer {known[person]}"} if person in known else {}

        yield Matrix(LANGUAGE, world.url, world.http, PEOPLE, EXPECTED, headers, ids, BODIES)


async def _own(world: World) -> dict[str, str]:
    """Cara's conversation, which an administrator may have ended before, and a new message of hers."""
    here = await world.talk(world.cara)
    said = await world.cara.sends(here, "kanarie of Cara")
    return {"conversation_id": here, "message_id": said.id, "customer_id": "cara"}


def test_every_route_of_the_wire_is_in_the_table(matrix: Matrix) -> None:
    matrix.check_complete()


async def test_everybody_of_the_pharmacy_gets_their_own_and_nothing_else(matrix: Matrix) -> None:
    await matrix.check()


async def test_a_malformed_id_is_no_id_on_this_wire_either(matrix: Matrix) -> None:
    await matrix.check_malformed("ada")
