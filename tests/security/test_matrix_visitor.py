"""The visitor wire's part of the matrix: its routes × visitors and admins × everybody's chats and files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from careline.core.ids import new_id
from careline.partners import Visitor
from careline.wires.visitor.routes import ADMIN, LANGUAGE, VISITOR
from tests.made import picture, uploads
from tests.security.foreign import Matrix
from tests.security.places import place
from tests.world import GREENLEAF, World

# vera: it is her chat.  otis: another visitor.  ana: administrator.  ben: an agent who takes part in no chat.
# native: Cara with her own link, not for this door.  eve: an administrator of elsewhere.
PEOPLE = ("vera", "otis", "ana", "ben", "native", "eve", "forged", "nobody")
EXPECTED = f"""
POST  {VISITOR}/start                      ok  ok  ok  ok  ok  ok  ok  ok
GET   {VISITOR}/{{conversation_id}}/messages ok  404 401 401 401 401 401 401
POST  {VISITOR}/{{conversation_id}}/messages ok  404 401 401 401 401 401 401
PATCH {VISITOR}/{{conversation_id}}          ok  404 401 401 401 401 401 401
GET   {VISITOR}/files/{{attachment_id}}      ok  404 ok  404 401 401 401 401
GET   {ADMIN}                              401 401 ok  ok  401 401 401 401
GET   {ADMIN}/{{conversation_id}}            401 401 ok  404 401 401 401 401
POST  {ADMIN}/{{conversation_id}}/messages   401 401 ok  404 401 401 401 401
PATCH {ADMIN}/{{conversation_id}}            401 401 ok  404 401 401 401 401
"""
BODIES = {
    f"POST {VISITOR}/{{conversation_id}}/messages": lambda ids: {"message": "x"},
    f"PATCH {VISITOR}/{{conversation_id}}": lambda ids: {"visitor_name": "x"},
    f"POST {ADMIN}/{{conversation_id}}/messages": lambda ids: {"message": "x"},
    f"PATCH {ADMIN}/{{conversation_id}}": lambda ids: {"status": "closed"},
}


async def begins(world: World) -> dict[str, Any]:
    async with world.http.post(f"{world.url}{VISITOR}/start") as answer:
        found: dict[str, Any] = await answer.json()
        return found


@pytest.fixture
async def matrix(tmp_path: Path) -> AsyncIterator[Matrix]:
    async with place(tmp_path, visitor=Visitor(workspace=GREENLEAF)) as world:
        vera, otis = await begins(world), await begins(world)
        form = aiohttp.FormData({"message": "kanarie of Vera"}, default_to_multipart=True)
        form.add_field("files", picture(), filename="a.png")
        path = f"{world.url}{VISITOR}/{vera['chat_id']}/messages"
        async with world.http.post(path, data=form, headers={"X-Chat-Token": vera["chat_token"]}) as answer:
            file = (await answer.json())["messages"][0]["attachments"][0]["id"]
        await world.fay.sends(world.fay_conversation, "kanarie-hillside")
        theirs = (await uploads(world.fay, picture(), "kanarie-hillside.png", status=201))["id"]
        await world.fay.sends(world.fay_conversation, "kanarie-hillside", attachment_ids=(theirs,))
        bearers = {"ana": world.ana.token, "ben": world.ben.token, "native": world.cara.token, "eve": world.eve.token}
        tokens = {"vera": vera["chat_token"], "otis": otis["chat_token"], "forged": "0" * 64}

        def headers(person: str) -> dict[str, str]:
            if person in tokens:
                return {"X-Chat-Token": tokens[person]}
            return {"Authorization": f"Bearer {bearers[person]}"} if person in bearers else {}

        async def ids(whose: str) -> dict[str, str]:
            chats = {"own": vera["chat_id"], "foreign": world.fay_conversation, "unknown": new_id()}
            files = {"own": file, "foreign": theirs, "unknown": new_id()}
            return {"conversation_id": chats[whose], "attachment_id": files[whose]}

        yield Matrix(LANGUAGE, world.url, world.http, PEOPLE, EXPECTED, headers, ids, BODIES)


def test_every_route_of_the_wire_is_in_the_table(matrix: Matrix) -> None:
    matrix.check_complete()


async def test_everybody_of_the_site_gets_their_own_and_nothing_else(matrix: Matrix) -> None:
    await matrix.check()


@pytest.mark.parametrize("person", ["vera", "ana"])
async def test_a_malformed_id_is_no_id_on_this_wire_either(matrix: Matrix, person: str) -> None:
    await matrix.check_malformed(person)
