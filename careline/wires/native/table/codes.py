"""Coming in by a code that is sent to a phone."""

from msgspec import Struct

from careline.core.actor import system
from careline.core.errors import BadRequest, OriginNotAllowed, Unauthenticated
from careline.features.tokens.codes import start_code, verify_code
from careline.features.workspaces.actions import find_workspace
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command


class StartCode(Request, frozen=True):
    workspace_id: str
    phone: str


class CodeOnItsWay(Struct, frozen=True):
    """The same answer whether the number is known here or not."""

    request_id: str
    expires_at: int


class VerifyCode(StartCode, frozen=True):
    request_id: str
    code: str


class CameIn(Struct, frozen=True):
    """`token` lets the contact in from now on; it is shown this once."""

    token: str
    contact: shapes.Contact


@command("code.start", "POST", "/v1/codes", CodeOnItsWay, who="public", status=202, on_socket=False)
async def start(ask: Asking, request: StartCode) -> CodeOnItsWay:
    """Have a one-time code sent to a phone number, if somebody may come in by it."""
    await _enters(ask, request.workspace_id)
    ask.server.gate.take_from("codes_address", ask.address)
    started = await ask.server.database.write(start_code, system(request.workspace_id), request.phone)
    return CodeOnItsWay(started.request_id, started.expires_at)


@command("code.verify", "POST", "/v1/codes/verify", CameIn, who="public", on_socket=False)
async def verify(ask: Asking, request: VerifyCode) -> CameIn:
    """Come in by the code; it works once, for five minutes, with five tries."""
    await _enters(ask, request.workspace_id)
    ask.server.gate.take_from("sign_in_address", ask.address)
    entered = await ask.server.database.write(
        verify_code, system(request.workspace_id), request.request_id, request.phone, request.code
    )
    if entered is None:
        raise Unauthenticated("This code is wrong, used or too old: ask for a new one.", code="wrong_code")
    await ask.server.follow(request.workspace_id)
    return CameIn(entered.issued.secret, shapes.contact(entered.contact))


async def _enters(ask: Asking, workspace_id: str) -> None:
    """Whether this door is there at all, from where it is asked for."""
    if await ask.server.database.read(find_workspace, system(), workspace_id) is None:
        raise BadRequest("There is no such workspace.", code="no_such_workspace")
    if ask.origin and not ask.server.origins.allows(ask.origin, workspace_id):
        raise OriginNotAllowed()
