"""The location wire's part of the matrix: its routes × the CRM's people × everybody's messages and tokens."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from careline.core.actor import system
from careline.core.ids import new_id
from careline.features.conversations.actions import add_participant
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.partners import Issuer, Location
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.location.routes import BASE, LANGUAGE
from tests.security.foreign import Matrix
from tests.security.places import place
from tests.security.test_issuers import SECRET, claims
from tests.world import GREENLEAF, HILLSIDE, World

# lea: the message is hers.  leo: works there too.  hal: only takes part, in this too.  cara: the contact.
# dev: another.  eli: works at a location that is no workspace here.  native: Ana's own session, not for this door.
PEOPLE = ("lea", "leo", "hal", "cara", "dev", "eli", "native", "forged", "nobody")
EXPECTED = f"""
POST   {BASE}/messages                     ok  ok  ok  ok  403 403 401 401 401
GET    {BASE}/messages                     ok  ok  ok  ok  403 403 401 401 401
POST   {BASE}/messages/read                ok  ok  ok  ok  403 403 401 401 401
GET    {BASE}/messages/unread-count        ok  ok  ok  ok  403 403 401 401 401
DELETE {BASE}/messages/{{message_id}}      ok  -   -   -   404 403 401 401 401
POST   {BASE}/tokens                       ok  ok  ok  403 403 403 401 401 401
GET    {BASE}/tokens                       ok  ok  ok  403 403 403 401 401 401
POST   {BASE}/tokens/{{token_id}}/invalidate ok ok ok  403 403 403 401 401 401
"""


def pair(ids: dict[str, str]) -> dict[str, str]:
    return {"location_id": ids["location_id"], "contact_id": ids["contact_id"]}


def asked(ids: dict[str, str]) -> dict[str, str]:
    return {"locationID": ids["location_id"], "contactID": ids["contact_id"]}


BODIES: dict[str, Any] = {
    f"POST {BASE}/messages": lambda ids: {**pair(ids), "content": "x"},
    f"POST {BASE}/messages/read": pair,
    f"POST {BASE}/tokens": pair,
}
QUERIES = {f"GET {BASE}/{path}": asked for path in ("messages", "messages/unread-count", "tokens")}


@pytest.fixture
async def matrix(tmp_path: Path) -> AsyncIterator[Matrix]:
    issuer = Issuer(
        "crm", "HS256", secret=SECRET, issuer="https://platform.example", audience="careline",
        claims={"workspace": "locations"}, roles={"clerk": "all", "helper": "participating"}, create=["people"],
    )  # fmt: skip
    async with place(tmp_path, issuers=[issuer], location=Location(on=True)) as world:
        write = world.app.database.write
        await write(add_staff, system(GREENLEAF), "Hal", scope="participating", staff_id="hal")
        await write(add_participant, world.ana.actor, world.conversation, "staff", "hal")

        def headers(person: str) -> dict[str, str]:
            return letting_in(world, person)

        async def ids(whose: str) -> dict[str, str]:
            """What is asked for is new each time, or it would be gone after the first who may delete it."""
            if whose == "unknown":
                nobody = {"location_id": "nowhere", "contact_id": "nobody"}
                return {**nobody, "message_id": new_id(), "token_id": new_id()}
            foreign = whose == "foreign"
            location_id, contact = (HILLSIDE, "fay") if foreign else (GREENLEAF, "cara")
            if foreign:
                message_id = (await world.eve.sends(world.fay_conversation, "kanarie-hillside")).id
            else:
                said = {"location_id": location_id, "contact_id": contact, "content": "kanarie of Lea"}
                url, lea = f"{world.url}{BASE}/messages", letting_in(world, "lea")
                async with world.http.post(url, json=said, headers=lea) as answer:
                    message_id = (await answer.json())["message"]["id"]
            issued = await write(issue_token, system(location_id), contact)
            things = {"message_id": message_id, "token_id": issued.token.id}
            return {"location_id": location_id, "contact_id": contact, **things}

        yield Matrix(LANGUAGE, world.url, world.http, PEOPLE, EXPECTED, headers, ids, BODIES, QUERIES)


def letting_in(world: World, person: str) -> dict[str, str]:
    if person in ("cara", "dev"):
        return {CHAT_TOKEN: getattr(world, person).token}
    if person == "nobody":
        return {}
    if person == "native":
        return {"Authorization": f"Bearer {world.ana.token}"}
    said = claims(
        sub=person, role="helper" if person == "hal" else "clerk", locations="third" if person == "eli" else GREENLEAF
    )
    return {"Authorization": f"Bearer {jwt.encode(said, SECRET[::-1] if person == 'forged' else SECRET, 'HS256')}"}


def test_every_route_of_the_wire_is_in_the_table(matrix: Matrix) -> None:
    matrix.check_complete()


async def test_everybody_of_the_locations_gets_their_own_and_nothing_else(matrix: Matrix) -> None:
    await matrix.check()


async def test_a_malformed_id_is_no_id_on_this_wire_either(matrix: Matrix) -> None:
    await matrix.check_malformed("lea")
