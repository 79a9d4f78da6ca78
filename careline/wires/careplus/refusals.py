"""How this wire says no: a code, a message to read, and the fields that are to blame."""

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from careline.core.errors import (
    Conflict,
    Failed,
    Forbidden,
    Infected,
    Invalid,
    MethodNotAllowed,
    NotFound,
    OriginNotAllowed,
    RangeNotSatisfiable,
    Refused,
    StorageFull,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from careline.wires import problems

_encode = msgspec.json.Encoder().encode


class WrongCredentials(Unauthenticated):
    """Address, password or code are not right: another word than for a token that does not count."""


# The nearest class counts. A store that does not answer keeps its 503, so that proxies and clients know to come back.
CODES: dict[type[Refused], tuple[str, int]] = {
    Refused: ("BAD_REQUEST", 400),
    Invalid: ("VALIDATION_ERROR", 400),
    Infected: ("VALIDATION_ERROR", 400),
    WrongCredentials: ("INVALID_CREDENTIALS", 401),
    Unauthenticated: ("UNAUTHORIZED", 401),
    Forbidden: ("FORBIDDEN", 403),
    OriginNotAllowed: ("FORBIDDEN", 403),
    NotFound: ("NOT_FOUND", 404),
    MethodNotAllowed: ("NOT_FOUND", 404),
    Conflict: ("CONFLICT", 409),
    TooLarge: ("PAYLOAD_TOO_LARGE", 413),
    UnsupportedType: ("UNSUPPORTED_MEDIA_TYPE", 415),
    RangeNotSatisfiable: ("BAD_REQUEST", 416),
    TooMany: ("RATE_LIMITED", 429),
    Failed: ("INTERNAL_ERROR", 500),
    StorageFull: ("INTERNAL_ERROR", 503),
    Unavailable: ("INTERNAL_ERROR", 503),
}


def code(refused: Refused) -> tuple[str, int]:
    """The wire's code and the HTTP status of a refusal."""
    return next(CODES[kind] for kind in type(refused).__mro__ if kind in CODES)


FIELDS = {"workspace_id": "pharmacy_id", "contact_id": "customer_id"}


class Refusal(Struct, frozen=True):
    """Every refusal. `fields` says of each field what is wrong with it."""

    code: str
    message: str
    fields: dict[str, str] | UnsetType = UNSET


def refusal(refused: Refused) -> Refusal:
    fields = {FIELDS.get(refused.field, refused.field): refused.detail} if isinstance(refused, Invalid) else UNSET
    return Refusal(code(refused)[0], refused.detail, fields)


class Refusals:
    """Puts a refusal into the wire's words."""

    name = "careplus"

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        return web.Response(
            status=code(refused)[1],
            body=_encode(refusal(refused)),
            content_type="application/json",
            headers=problems.headers(refused),
        )


REFUSALS = Refusals()
