"""Canned responses: what staff say often."""

from msgspec import UNSET, Struct, UnsetType

from careline.features.canned.actions import add_canned, delete_canned, fill_canned, list_canned, update_canned
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Nothing, Request, command, given


class CannedList(Struct, frozen=True):
    items: list[shapes.Canned]


class AddCanned(Request, frozen=True):
    shortcut: str
    title: str
    body: str


class WhichCanned(Request, frozen=True):
    canned_id: str


class ChangeCanned(WhichCanned, frozen=True):
    shortcut: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    body: str | UnsetType = UNSET


class FillCanned(WhichCanned, frozen=True):
    conversation_id: str


class Filled(Struct, frozen=True):
    text: str


@command("canned.list", "GET", "/v1/canned", CannedList, who="staff")
async def every_canned(ask: Asking, request: Nothing) -> CannedList:
    """All canned responses of the workspace, by shortcut; there are at most 500."""
    return CannedList([shapes.canned(c) for c in await ask.server.database.read(list_canned, ask.somebody)])


@command("canned.add", "POST", "/v1/canned", shapes.Canned, who="staff", status=201)
async def new_canned(ask: Asking, request: AddCanned) -> shapes.Canned:
    """Keep something that is said often, for everybody who works here."""
    stored = await ask.server.database.write(
        add_canned, ask.somebody, shortcut=request.shortcut, title=request.title, body=request.body
    )
    return shapes.canned(stored)


@command("canned.update", "PATCH", "/v1/canned/{canned_id}", shapes.Canned, who="staff")
async def change_canned(ask: Asking, request: ChangeCanned) -> shapes.Canned:
    """Change a canned response; for who wrote it, and administrators."""
    changes = given(request, "shortcut", "title", "body")
    return shapes.canned(await ask.server.database.write(update_canned, ask.somebody, request.canned_id, changes))


@command("canned.delete", "DELETE", "/v1/canned/{canned_id}", shapes.Empty, who="staff", status=204)
async def end_canned(ask: Asking, request: WhichCanned) -> shapes.Empty:
    """Remove a canned response; for who wrote it, and administrators."""
    await ask.server.database.write(delete_canned, ask.somebody, request.canned_id)
    return shapes.Empty()


@command("canned.fill", "GET", "/v1/conversations/{conversation_id}/canned/{canned_id}", Filled, who="staff")
async def fill(ask: Asking, request: FillCanned) -> Filled:
    """What a canned response says in a conversation, with the names filled in: to be read over, then sent."""
    return Filled(await ask.server.database.read(fill_canned, ask.somebody, request.canned_id, request.conversation_id))
