"""JSON as it comes and goes, for every wire: strict on the way in, the same words for times on the way out."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from careline.core.errors import BadRequest, Invalid

T = TypeVar("T")
DEPTH = 32
_FIELD = re.compile(r"at `\$\.?([^`]*)`")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
encode = msgspec.json.Encoder().encode
_decode_any = msgspec.json.Decoder().decode


def decode(raw: bytes, decoder: Callable[[bytes], T]) -> T:
    """Typed JSON. `BadRequest` for what is not JSON, `Invalid` for what is but not of this shape.

    Beyond what msgspec checks: no key twice in one object (two readers of it would disagree), no NUL, no nesting
    deeper than 32. All three are decided on the bytes in about a microsecond unless they look suspicious.
    """
    _strictly(raw)
    try:
        return decoder(raw)
    except msgspec.ValidationError as error:
        raise refused(error) from None


def refused(error: msgspec.ValidationError) -> Invalid:
    """msgspec's words for what is wrong, with the field in its own place."""
    text = str(error)
    field = _FIELD.search(text)
    named = re.search(r"(?:unknown|missing required) field `(\w{1,40})`", text, re.ASCII)
    name = ".".join(part for part in (field and field[1], named and named[1]) if part)
    why = re.sub(r" - at `.*$", "", text, flags=re.S)
    # A value we do not take is what somebody sent, and so is the name of a field, unless it looks like one.
    why = re.sub(r"(unknown field|enum value) (?!`\w{1,40}`$)[`'].*$", r"\1", why, flags=re.S | re.ASCII)
    return Invalid(name or "body", why + ".")


def _strictly(raw: bytes) -> None:
    try:
        # All of it, even what a typed decoder keeps unread: a wrong number or byte in there would fail us later.
        value = _decode_any(raw)
    except RecursionError:
        raise BadRequest(f"JSON may be nested {DEPTH} deep.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if _SURROGATE.search(raw):
            raise Invalid("body", "Half of a surrogate pair is not a character.") from None
        why = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise BadRequest(f"This is not JSON: {why}.") from None
    # Without \u escapes there is no NUL, and decoding and encoding keep the number of quotes unless a key came twice.
    if b"\\u" not in raw and raw.count(b'"') == encode(value).count(b'"'):
        if raw.count(b"{") + raw.count(b"[") > DEPTH:
            _check(value, 1)
        return
    try:
        value = json.loads(raw, object_pairs_hook=_once)
    except (RecursionError, ValueError):
        raise BadRequest(f"JSON may be nested {DEPTH} deep, with numbers that fit.") from None
    _check(value, 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest("A key stands twice in one JSON object.")
    return found


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid("body", "NUL characters cannot be stored.")
    elif isinstance(value, (dict, list)):
        if depth > DEPTH:
            raise BadRequest(f"JSON may be nested {DEPTH} deep.")
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(inner, depth + 1)


def rfc3339(milliseconds: int) -> str:
    """`2026-11-21T08:30:00.000Z`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(4_096)
def _second(seconds: int) -> str:
    # What is said now is worded several times within its second; formatting took a tenth of what a message costs.
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
