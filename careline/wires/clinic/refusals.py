"""How this wire says no: a status, and one sentence."""

import msgspec
from aiohttp import web

from careline.core.errors import Infected, Invalid, Refused
from careline.wires import problems
from careline.wires.endpoints import Error

_encode = msgspec.json.Encoder().encode

FIELDS = {"workspace_id": "location_id", "staff_id": "user_id", "skip": "page", "body": ""}


def missing(what: str = "required fields") -> Invalid:
    return Invalid("body", f"Missing {what}")


def sentence(refused: Refused) -> str:
    return problems.sentence(refused, FIELDS)


class Refusals:
    """What cannot be taken is 400 here; every other status is our own."""

    name = "clinic"

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        return web.Response(
            status=400 if isinstance(refused, (Invalid, Infected)) else refused.status,
            body=_encode(Error(sentence(refused))),
            content_type="application/json",
            headers=problems.headers(refused),
        )


REFUSALS = Refusals()
