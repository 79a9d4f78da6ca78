"""How this wire says no: one of six codes, and a message to read."""

from typing import Literal

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.errors import (
    Failed,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    OriginNotAllowed,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from careline.wires import problems

_encode = msgspec.json.Encoder().encode

# Whatever is not listed is something the client got wrong. A store that does not answer keeps its 503, so that proxies
# and clients that look at the status know to come back.
CODES: dict[type[Refused], tuple[str, int]] = {
    Unauthenticated: ("UNAUTHORIZED", 401),
    Forbidden: ("FORBIDDEN", 403),
    OriginNotAllowed: ("FORBIDDEN", 403),
    NotFound: ("NOT_FOUND", 404),
    MethodNotAllowed: ("NOT_FOUND", 404),
    TooMany: ("RATE_LIMITED", 429),
    Failed: ("INTERNAL_ERROR", 500),
    Unavailable: ("INTERNAL_ERROR", 503),
}


def code(refused: Refused) -> tuple[str, int]:
    """The wire's code and the HTTP status of a refusal."""
    return CODES.get(type(refused), ("VALIDATION_ERROR", 400))


FIELDS = {"skip": "page", "body": ""}


def message(refused: Refused) -> str:
    return problems.sentence(refused, FIELDS)


class Reason(Struct, frozen=True):
    code: str
    message: str


class Refusal(Struct, frozen=True):
    """The envelope of every refusal."""

    success: Literal[False]
    error: Reason


class Refusals:
    """Puts a refusal into the wire's envelope."""

    name = "careforall"

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        word, status = code(refused)
        return web.Response(
            status=status,
            body=_encode(Refusal(False, Reason(word, message(refused)))),
            content_type="application/json",
            headers=problems.headers(refused),
        )


REFUSALS = Refusals()
