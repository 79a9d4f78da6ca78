"""Whoever brings no credentials: admitted from this machine itself where a wire is set so, and taken at their word."""

from careline.core.actor import Actor, Kind, system
from careline.core.errors import Unauthenticated
from careline.core.ids import foreign_id
from careline.partners import Anonymous
from careline.wires.http import Call
from careline.wires.newcomers import admit, ensure_workspace, recognise
from careline.wires.server import Server


def check(call: Call, anonymous: Anonymous) -> None:
    """Refuse strangers, unless the wire takes those of this machine and this is one: peer and Host are loopback,
    nothing says that it was forwarded, and no web page of elsewhere sent it.
    """
    foreign = call.origin not in ("", "null") and not call.server.origins.known(call.origin)
    if anonymous != "loopback" or not call.local or foreign:
        raise Unauthenticated()


async def place(server: Server, workspace_id: str, *, threading: str) -> Actor:
    """The system itself in the workspace that a stranger names, which is made when nobody has named it before."""
    here = system(foreign_id(workspace_id, "workspace_id"))
    async with server.founding:  # two at once would both find none and both make it
        await server.database.write(ensure_workspace, system(), workspace_id, {"threading": threading})
    await server.follow(workspace_id)
    return here


async def named(
    server: Server, workspace_id: str, kind: Kind, person_id: str, *, threading: str, admin: bool = False
) -> Actor:
    """Whom a stranger says they are, in the workspace they name; both are made when nobody has named them before.

    Raises `Invalid` for what is no id. Somebody who has an account of this server cannot be named: `Forbidden`.
    """
    workspace_id = foreign_id(workspace_id, "workspace_id")
    person_id = foreign_id(person_id, f"{kind}_id")
    if kind == "contact":
        newcomer = Actor(workspace_id, "contact", person_id)
    else:
        newcomer = Actor(workspace_id, "staff", person_id, "", "admin" if admin else "agent", "all")
    known = await server.database.read(recognise, newcomer)
    if known is None:
        await place(server, workspace_id, threading=threading)
        known = await server.database.write(admit, system(workspace_id), newcomer, None)
    await server.follow(workspace_id)
    return known
