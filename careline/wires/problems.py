"""Refusals as RFC 9457 problem details: the native wire's way, and the edge's where no wire was reached."""

import re
from functools import cache
from typing import Any

import msgspec
from aiohttp import web

from careline.core.errors import Invalid, MethodNotAllowed, Refused, TooMany, Unavailable

_encode = msgspec.json.Encoder().encode


class Problems:
    """`title` is the kind of refusal, `code` its stable name, `field` what is to blame, where something is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse:
        return web.Response(
            status=refused.status,
            body=_encode(problem(refused, request_id)),
            content_type="application/problem+json",
            headers=headers(refused),
        )


def sentence(refused: Refused, words: dict[str, str]) -> str:
    """A refusal in one line, with the field that is to blame as the wire calls it. An empty word names none."""
    field = refused.field if isinstance(refused, Invalid) else ""
    word = words.get(field, field)
    return f"{word}: {refused.detail}" if word else refused.detail


def headers(refused: Refused) -> dict[str, str]:
    """What HTTP itself wants to be said with a refusal, on any wire."""
    found = {}
    if isinstance(refused, (TooMany, Unavailable)):
        found["Retry-After"] = str(-(-refused.retry_after // 1000))
    if isinstance(refused, MethodNotAllowed):
        found["Allow"] = ", ".join(refused.allowed)
    if refused.status == 401:
        found["WWW-Authenticate"] = "Bearer"
    return found


def problem(refused: Refused, request_id: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(type(refused).__name__),
        "status": refused.status,
        "detail": refused.detail,
        "code": refused.code,
    }
    if (field := getattr(refused, "field", None)) is not None:
        found["field"] = field
    if isinstance(refused, (TooMany, Unavailable)):
        found["retry_after_ms"] = refused.retry_after
    if request_id is not None:
        found["request_id"] = request_id
    return found


@cache
def _title(kind: str) -> str:
    """What kind of refusal it is, as people write it: RFC 9457 wants a title for eyes."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()
