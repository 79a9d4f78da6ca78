"""How this wire says no: a status, and one text to read. A browser without a session is led to the page to sign in."""

import msgspec
from aiohttp import web

from careline.core.errors import Infected, Invalid, Refused, Unauthenticated
from careline.wires import problems
from careline.wires.endpoints import Error

_encode = msgspec.json.Encoder().encode

# Every other refusal has the status of its own.
STATUSES: dict[type[Refused], int] = {Invalid: 400, Infected: 415}
FIELDS = {
    "name": "visitor_name", "email": "visitor_email", "phone": "visitor_phone", "body": "message", "skip": "offset",
}  # fmt: skip


class SignInFirst(Unauthenticated):
    """Somebody at a browser has no session: `page` is where they get one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page


def message(refused: Refused) -> str:
    field = refused.field if isinstance(refused, Invalid) else ""
    return f"{FIELDS.get(field, field)}: {refused.detail}" if field else refused.detail


class Refusals:
    """Words a refusal as this wire does."""

    name = "visitor"

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        if isinstance(refused, SignInFirst):
            return web.Response(status=302, headers={"Location": refused.page})
        return web.Response(
            status=STATUSES.get(type(refused), refused.status),
            body=_encode(Error(message(refused))),
            content_type="application/json",
            headers=problems.headers(refused),
        )


REFUSALS = Refusals()
