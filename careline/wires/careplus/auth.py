"""Who somebody is on this wire: staff by their issuer's token or an account of ours, customers by a token of ours."""

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, NotFound, OriginNotAllowed, Unauthenticated
from careline.features.tokens.rules import ACCESS
from careline.wires.http import Call
from careline.wires.server import Server
from careline.wires.uploads import expect


async def who(call: Call) -> Actor:
    """The bearer of the request's token."""
    return await actor_of(call.server, call.bearer, call.address, call.origin)


async def uploader(call: Call) -> Actor:
    """The same for a request that brings a file: also what is going to be refused may arrive."""
    expect(call, call.server.settings.attachment_bytes)
    return await who(call)


async def actor_of(server: Server, token: str | None, address: str, origin: str) -> Actor:
    """The bearer of the token.

    Raises `Unauthenticated` for a token that makes nobody here, `Forbidden` for a role that is not mapped or a pharmacy
    it may not speak for, `OriginNotAllowed` for a web page that the pharmacy does not list.
    """
    if not token:
        raise Unauthenticated("Bring a token: as Authorization: Bearer, on the socket as ?token=.")
    try:
        actor = await _identified(server, token, address)
    except (NotFound, Invalid):
        raise Unauthenticated("This token names nobody who is known here.") from None
    if origin and not server.origins.allows(origin, actor.workspace_id):
        raise OriginNotAllowed()
    return actor


async def _identified(server: Server, token: str, address: str) -> Actor:
    settings = server.settings
    if await server.credentials.signed(token) is not None:
        return await server.identify(token, address)
    if token.startswith(ACCESS) and settings.careplus.sign_in:
        return await server.identify(token, address)
    if not any(issuer.name == settings.careplus.issuer for issuer in settings.issuers):
        raise Unauthenticated("This token makes nobody here.")
    return await server.identify(token, address, issuer=settings.careplus.issuer)


def is_user(actor: Actor) -> bool:
    """Somebody who writes to the pharmacy and has an account of the host's: a user there, not a customer."""
    return actor.kind == "contact" and actor.credential.startswith("issuer:")


def may_answer(actor: Actor) -> None:
    """What only staff may."""
    if actor.kind == "contact":
        raise Forbidden("This is for the pharmacy's staff.")


def makes_customers(server: Server, actor: Actor) -> bool:
    """Whether a customer whom this member of the staff names, and nobody knows, is made: as their issuer may."""
    name = actor.credential.removeprefix("issuer:")
    return any(issuer.name == name and "people" in issuer.create for issuer in server.settings.issuers)
