"""Who somebody is on this wire: whom the platform's signed token makes them, in the one workspace it speaks for."""

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, NotFound, OriginNotAllowed, Unauthenticated
from careline.wires.http import Call
from careline.wires.server import Server


async def who(call: Call) -> Actor:
    """The bearer of the request's token."""
    return await actor_of(call.server, call.bearer, call.address, call.origin)


async def actor_of(server: Server, token: str | None, address: str, origin: str) -> Actor:
    """The bearer of the token.

    Raises `Unauthenticated` for a token that makes nobody here, `Forbidden` for a role or workspace it may not speak
    for, `OriginNotAllowed` for a web page that the workspace does not list.
    """
    wanted = server.settings.careforall
    if not token:
        raise Unauthenticated("Send the platform's token as Authorization: Bearer.")
    try:
        actor = await server.identify(token, address, issuer=wanted.issuer)
    except (NotFound, Invalid):
        raise Unauthenticated("This token names nobody who is known here.") from None
    if actor.workspace_id != wanted.workspace:
        raise Forbidden("This token is for another workspace.")
    if origin and not server.origins.allows(origin, actor.workspace_id):
        raise OriginNotAllowed()
    return actor
