"""Who somebody is here: staff by the CRM's signed token, at the location a request names; contacts by their own."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, NotFound, Refused, Unauthenticated
from careline.store.database import Tx
from careline.wires import shapes
from careline.wires.http import Call
from careline.wires.server import Server

CHAT_TOKEN = "X-Patient-Chat-Token"  # noqa: S105


class _Where(Struct, frozen=True):
    location_id: str


_decode_where = msgspec.json.Decoder(_Where).decode


async def who(call: Call) -> Actor:
    """Whose request this is, at the location that its query or body names."""
    if token := call.request.headers.get(CHAT_TOKEN):
        return agreeing(await contact(call, token), call.query.get("locationID"))
    bearer = _bearer(call)
    if call.request.method != "GET":
        # Nobody's body is read before their token counts.
        await places(call, bearer)
        return await staff(call, bearer, shapes.decode(await call.body() or b"{}", _decode_where).location_id)
    if not (location_id := call.query.get("locationID")):
        await places(call, bearer)
        raise Invalid("locationID", "Say which location is meant.")
    return await staff(call, bearer, location_id)


def holder(look: Callable[[Tx, Actor, str], Awaitable[Any]], name: str) -> Callable[[Call], Awaitable[Actor]]:
    """Whose request this is where the address holds nothing but the `name`d id: at that of their locations where they
    find it.
    """

    async def find(call: Call) -> Actor:
        if token := call.request.headers.get(CHAT_TOKEN):
            return await contact(call, token)
        bearer = _bearer(call)
        refused: Refused = Forbidden("This token is for no location.")
        for location_id in await places(call, bearer):
            try:
                actor = await staff(call, bearer, location_id)
                await call.server.database.read(look, actor, call.parameters[name])
                return actor
            except (Forbidden, NotFound) as other:
                refused = refused if isinstance(refused, NotFound) else other
        raise refused

    return find


async def contact(call: Call, token: str) -> Actor:
    """The contact whose chat token this is."""
    actor = await call.server.identify(token, call.address)
    if not actor.credential.startswith("token:"):
        raise Unauthenticated("This is no chat token.")
    call.allow_origin(actor.workspace_id)
    return actor


async def staff(call: Call, bearer: str, location_id: str | None) -> Actor:
    """Who works at the location, as the CRM's token and our records say. `Forbidden` at any other."""
    try:
        actor = await call.server.identify(
            bearer, call.address, issuer=issuers(call.server), workspace=location_id
        )  # fmt: skip
    except NotFound:
        raise Forbidden("This person is not known at this location.") from None
    except Invalid:
        raise Unauthenticated("This token names nobody.") from None
    call.allow_origin(actor.workspace_id)
    return actor


async def places(call: Call, bearer: str) -> list[str]:
    """The locations that the token may speak for."""
    try:
        return await call.server.credentials.places(bearer, call.address, issuers(call.server))
    except Invalid:
        raise Unauthenticated("This token names no location.") from None


def agreeing(actor: Actor, location_id: str | None) -> Actor:
    """A contact's token says where they are: `Forbidden` for a request that says otherwise."""
    if location_id not in (None, actor.workspace_id):
        raise Forbidden("This chat token is for another location.")
    return actor


def issuers(server: Server) -> tuple[str, ...]:
    """The names of those whose tokens staff bring."""
    settings = server.settings
    return tuple(settings.location.issuers or [issuer.name for issuer in settings.issuers])


def makes_people(server: Server, actor: Actor) -> bool:
    """Whether the issuer who vouches for the actor also vouches for the contacts they name."""
    known = {f"issuer:{issuer.name}": issuer for issuer in server.settings.issuers}
    issuer = known.get(actor.credential)
    return actor.kind == "staff" and issuer is not None and "people" in issuer.create


def _bearer(call: Call) -> str:
    if not call.bearer:
        raise Unauthenticated(f"Send the CRM's token as Authorization: Bearer, or a chat token as {CHAT_TOKEN}.")
    return call.bearer
