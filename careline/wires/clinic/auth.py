"""Who somebody is on this wire: whom a token makes them, whom an administrator acts as, or whom a stranger names."""

from typing import Any

import msgspec
from msgspec import Struct, structs

from careline.core import context
from careline.core.actor import Actor, Kind, system
from careline.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from careline.core.ids import foreign_id
from careline.features.conversations.finding import workspace_of_conversation
from careline.features.messages.actions import access_message, workspaces_of_messages
from careline.features.people.actions import act_as
from careline.wires import strangers
from careline.wires.clinic import shapes
from careline.wires.clinic.refusals import missing
from careline.wires.endpoints import Ask
from careline.wires.http import JSON, Call
from careline.wires.issuers import looks_signed
from careline.wires.server import Server

IMPERSONATE = "X-Impersonate-User"
THREADING = "per_staff"  # of a location that strangers name first


class _Located(Struct, frozen=True):
    location_id: Any = None


_decode = msgspec.json.Decoder(_Located).decode


async def who(call: Call) -> Actor | None:
    """The bearer of the request's token, or whom they act as; None for a stranger where those are taken."""
    server = call.server
    if "Authorization" not in call.request.headers and "ticket" not in call.query:
        strangers.check(call, server.settings.clinic.anonymous)
        return None
    try:
        actor = await _bearer(call)
    except (NotFound, Invalid):
        raise Unauthenticated("This token names nobody who is known here.") from None
    call.allow_origin(actor.workspace_id)
    if (person_id := call.request.headers.get(IMPERSONATE)) is not None:
        return await _acting(server, actor, person_id)
    return actor


async def _bearer(call: Call) -> Actor:
    """A browser cannot send the header with a socket: it brings one of the tickets that the native API makes."""
    server, token = call.server, call.bearer
    if ticket := call.query.get("ticket"):
        actor = await server.credentials.by_ticket(ticket, call.origin, call.address)
        await server.follow(actor.workspace_id)
        if actor.credential.startswith("issuer:") and not _counts(server, actor.credential.removeprefix("issuer:")):
            raise Unauthenticated("Tokens of this issuer do not count here.")
        return actor
    if token is None:
        raise Unauthenticated()
    if not looks_signed(token):
        return await server.identify(token, call.address)
    believed = tuple(server.settings.clinic.issuers) or None
    asked = await _asked(call)
    if not asked:
        places = await server.credentials.places(token, call.address, believed)
        if len(places) != 1:
            raise Forbidden("Your token does not say its location, and our records do not say it either.")
        (asked,) = places
    return await server.identify(token, call.address, issuer=believed, workspace=asked)


def _counts(server: Server, issuer: str) -> bool:
    return issuer in (server.settings.clinic.issuers or [issuer])


async def _asked(call: Call) -> str:
    """The location that the request names, which a token may speak for; empty where it names none that could be."""
    asked: Any = call.query.get("location_id")
    if asked is None and call.request.headers.get("Content-Type", "").startswith(JSON):
        try:
            asked = _decode(await call.body()).location_id
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""  # whoever reads the body says so
    try:
        return foreign_id(asked, "location_id") if isinstance(asked, str) else ""
    except Invalid:
        return ""


async def _acting(server: Server, actor: Actor, person_id: str, kind: Kind | None = None) -> Actor:
    """Somebody else, as whom an administrator acts; the audit has both from here on."""
    acting = await server.database.read(act_as, actor, foreign_id(person_id, "user_id"), kind)
    asked = context.current.get()
    context.current.set(structs.replace(asked, impersonated_by=asked.impersonated_by or actor.person))
    return acting


# What a request names ------------------------------------------------------------------------------------------------


async def at(ask: Ask, location_id: str) -> Actor:
    """Who asks, at the location that the request names; of a stranger the system itself."""
    if ask.who is None:
        return await strangers.place(ask.server, location_id, threading=THREADING)
    return here(ask.actor, location_id)


def here(actor: Actor, location_id: str) -> Actor:
    if location_id != actor.workspace_id:
        raise Forbidden("Your token is for another location.")
    return actor


async def at_messages(ask: Ask, message_ids: list[str]) -> Actor:
    """The same, where a request names messages and no location."""
    if ask.who is not None:
        return ask.actor
    places = await ask.server.database.read(workspaces_of_messages, system(), message_ids)
    if len(places) != 1:
        raise NotFound("There is no such message.")
    await ask.server.follow(places[0])
    return system(places[0])


async def at_session(ask: Ask) -> Actor:
    """The same, where the address names a session."""
    if ask.who is not None:
        return ask.actor
    place = await ask.server.database.read(workspace_of_conversation, system(), ask.conversation_id)
    if place is None:
        raise NotFound("There is no such session.")
    await ask.server.follow(place)
    return system(place)


async def person(server: Server, actor: Actor, kind: Kind, person_id: str) -> Actor:
    """The one whom a request names as acting: oneself, or whom an administrator acts as, or whom a stranger is."""
    if actor.kind == "system":
        return await strangers.named(server, actor.workspace_id, kind, person_id, threading=THREADING)
    if (actor.kind, actor.id) == (kind, person_id):
        return actor
    if not actor.is_admin:
        raise Forbidden("This id is not yours.")
    return await _acting(server, actor, person_id, kind)


async def author(ask: Ask) -> Actor:
    """Whoever asks about the message of the address; of a stranger its author."""
    message_id = ask.parameters["message_id"]
    actor = await at_messages(ask, [message_id])
    if actor.kind != "system":
        return actor
    message = await ask.server.database.read(access_message, actor, message_id)
    if message.sender_kind == "system":
        raise Forbidden("Nobody wrote this message.")
    return await person(ask.server, actor, message.sender_kind, message.sender_id)


def own(actor: Actor, user_id: str | None, contact_id: str | None) -> None:
    """Refuse ids of others, where a request names both sides or either."""
    theirs = contact_id if actor.kind == "contact" else user_id
    if not actor.is_admin and theirs not in (None, actor.id):
        raise Forbidden("This id is not yours.")


def admin(actor: Actor) -> Actor:
    if not actor.is_admin:
        raise Forbidden("Only administrators.")
    return actor


async def named(ask: Ask, here: Actor, request: shapes.People) -> Actor:
    """The one person whom a request names, by default whoever asks."""
    user_id, contact_id = shapes.given(request.user_id), shapes.given(request.contact_id)
    if user_id or contact_id:
        return await person(ask.server, here, "staff" if user_id else "contact", user_id or contact_id or "")
    if here.kind == "system":
        raise missing()
    return here
