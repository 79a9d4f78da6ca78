"""How this wire says no: a message to read, and the status that says the rest."""

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.errors import Invalid, Refused
from careline.wires import problems

_encode = msgspec.json.Encoder().encode

FIELDS = {"workspace_id": "location_id", "page": "offset", "url": "file_url", "body": ""}


class Refusal(Struct, frozen=True):
    """The shape of every refusal."""

    message: str


class Refusals:
    """Puts a refusal into the wire's words."""

    name = "location"

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        wrong = isinstance(refused, Invalid)
        return web.Response(
            status=400 if wrong else refused.status,
            body=_encode(Refusal(problems.sentence(refused, FIELDS))),
            content_type="application/json",
            headers=problems.headers(refused),
        )


REFUSALS = Refusals()
