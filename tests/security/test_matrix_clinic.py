"""The clinic wire's part of the matrix: its routes × the hospital's people × everybody's sessions and messages."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from careline.core.ids import new_id
from careline.features.workspaces.actions import update_workspace
from careline.partners import Clinic
from careline.wires.clinic.routes import LANGUAGE
from tests.security.foreign import Matrix
from tests.security.places import place
from tests.wires.clinic.conftest import ISSUER, bearing, token
from tests.world import GREENLEAF, HILLSIDE, World

# doc and cara: it is their session.  dara: another doctor.  dev: another patient.  ada: administrator.  hal: a doctor
# of another location.  forged: an administrator by another key.  Where one may see and not do, messages.play says so.
PEOPLE = ("doc", "cara", "dara", "dev", "ada", "hal", "forged", "nobody")
EXPECTED = """
POST   /auth/refresh                           401 401 401 401 401 401 401 401
POST   /chat/send                              -   403 403 403 -   403 401 401
GET    /chat/history                           -   -   403 403 -   403 401 401
PUT    /chat/read                              ok  ok  404 404 ok  404 401 401
GET    /chat/sessions                          -   -   403 403 -   403 401 401
GET    /chat/search                            -   -   -   -   -   -   401 401
POST   /chat/upload                            415 415 415 415 415 415 401 401
POST   /chat/message/reaction                  ok  ok  404 404 ok  404 401 401
DELETE /chat/message/reaction                  ok  ok  404 404 ok  404 401 401
PUT    /chat/message/{message_id}              ok  -   404 404 -   404 401 401
PUT    /chat/message/{message_id}/pin          ok  ok  404 404 ok  404 401 401
PUT    /chat/message/{message_id}/unpin        ok  ok  404 404 ok  404 401 401
POST   /chat/message/{message_id}/forward      ok  ok  404 404 ok  404 401 401
GET    /chat/session/{conversation_id}/pinned  ok  ok  404 404 ok  404 401 401
PUT    /chat/session/{conversation_id}/resolve ok  ok  404 404 ok  404 401 401
PUT    /chat/session/{conversation_id}/reopen  ok  ok  404 404 ok  404 401 401
PUT    /chat/session/{conversation_id}/archive ok  ok  404 404 ok  404 401 401
PUT    /chat/session/{conversation_id}/tags    ok  403 404 403 ok  404 401 401
GET    /chat/presence                          -   -   -   -   -   -   401 401
POST   /devices                                ok  403 403 403 -   403 401 401
DELETE /devices/{token}                        404 404 404 404 404 404 401 401
GET    /admin/chat/sessions                    403 403 403 403 -   403 401 401
PUT    /admin/chat/messages/delete             403 403 403 403 ok  403 401 401
GET    /admin/chat/analytics                   403 403 403 403 -   403 401 401
DELETE /chat/message/{message_id}              ok  -   404 404 ok  404 401 401
"""
SEND = {"sender_user_id": "doc", "receiver_contact_id": "cara", "content": "x"}


def where(ids: dict[str, str]) -> dict[str, str]:
    return {"location_id": ids["location_id"]}


def pair(ids: dict[str, str]) -> dict[str, str]:
    return where(ids) | {"user_id": "doc", "contact_id": "cara"}


def only_message(ids: dict[str, str]) -> dict[str, Any]:
    return {"message_ids": [ids["message_id"]]}


def reaction(ids: dict[str, str]) -> dict[str, str]:
    return {"message_id": ids["message_id"], "emoji": "✅"}


BODIES = {
    "POST /auth/refresh": lambda ids: {"refresh_token": ids["token"]},
    "POST /chat/send": lambda ids: SEND | where(ids),
    "PUT /chat/read": only_message,
    "POST /chat/upload": lambda ids: {"file": "x"},
    "POST /chat/message/reaction": reaction,
    "DELETE /chat/message/reaction": reaction,
    "PUT /chat/message/{message_id}": lambda ids: {"content": "x"},
    "POST /chat/message/{message_id}/forward": lambda ids: {"session_id": ids["session_id"]},
    "PUT /chat/session/{conversation_id}/tags": lambda ids: {"tags": ["urgent"]},
    "POST /devices": lambda ids: {"user_id": "doc", "token": "fcm", "platform": "ios"},
    "PUT /admin/chat/messages/delete": only_message,
}
QUERIES = {
    "GET /chat/history": pair,
    "GET /chat/sessions": pair,
    "GET /chat/search": lambda ids: where(ids) | {"q": "kanarie"},
    "GET /chat/presence": pair,
    "GET /admin/chat/sessions": where,
    "GET /admin/chat/analytics": where,
}
# What has no thing of its own to be about is asked of places, and another place is refused, whoever asks.
PLACES = [name for name in (*QUERIES, "POST /chat/send") if not name.startswith("GET /admin")]


@pytest.fixture
async def matrix(tmp_path: Path) -> AsyncIterator[Matrix]:
    async with place(tmp_path, issuers=[ISSUER], clinic=Clinic(on=True)) as world:
        await world.app.database.write(update_workspace, world.ana.actor, {"threading": "per_staff"})
        session = (await says(world))["session_id"]
        fays = (await world.fay.sends(world.fay_conversation, "kanarie-hillside")).id

        def headers(person: str) -> dict[str, str]:
            return bearers(person)

        async def ids(whose: str) -> dict[str, str]:
            own = (await says(world))["id"] if whose == "own" else ""
            return {
                "message_id": {"own": own, "foreign": fays}.get(whose, new_id()),
                "conversation_id": {"own": session, "foreign": world.fay_conversation}.get(whose, new_id()),
                "session_id": session,
                "location_id": {"own": GREENLEAF, "foreign": HILLSIDE}.get(whose, "nowhere"),
                "token": new_id(),
            }

        yield Matrix(LANGUAGE, world.url, world.http, PEOPLE, EXPECTED, headers, ids, BODIES, QUERIES)


async def says(world: World) -> dict[str, Any]:
    """A new message of Doc's to Cara."""
    body = SEND | {"location_id": GREENLEAF, "content": "kanarie of Doc"}
    async with world.http.post(world.url + "/chat/send", headers=bearers("doc"), json=body) as answer:
        assert answer.status == 201
        said: dict[str, Any] = await answer.json()
        return said


def bearers(person: str) -> dict[str, str]:
    if person == "nobody":
        return {}
    if person == "forged":
        return {"Authorization": f"Bearer {token('ada', 'ADMIN', by='some other secret, which is long enough')}"}
    role = {"cara": "PATIENT", "dev": "PATIENT", "ada": "ADMIN"}.get(person, "DOCTOR")
    return bearing(person, role, HILLSIDE if person == "hal" else GREENLEAF)


def test_every_route_of_the_wire_is_in_the_table(matrix: Matrix) -> None:
    matrix.check_complete()


async def test_everybody_of_the_hospital_gets_their_own_and_nothing_else(matrix: Matrix) -> None:
    await matrix.check()


async def test_another_location_is_refused_whoever_asks(matrix: Matrix) -> None:
    for name in PLACES:
        method, path = name.split()
        for person in ("doc", "cara", "ada"):
            for whose, want in (("own", 0), ("foreign", 403), ("unknown", 403)):
                status, answer = await matrix.ask(person, method, path, await matrix.ids(whose))
                allowed = {200, 201} | ({403} if (person, method) == ("cara", "POST") else set())
                assert status == want or (not want and status in allowed), (name, person, whose, status, answer)
                assert b"kanarie-hillside" not in answer


async def test_a_malformed_id_is_no_id_on_this_wire_either(matrix: Matrix) -> None:
    await matrix.check_malformed("ada")
