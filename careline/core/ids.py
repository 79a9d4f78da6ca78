"""Names of things: UUIDv7 for what the server makes, text within bounds for what a host system brings."""

import os
import re
import time

from careline.core.errors import Invalid

_FOREIGN = re.compile(r"[^\s/\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]{1,128}")


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    time_ms, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(chance[4], 16) & 3]
    return f"{time_ms[:8]}-{time_ms[8:]}-7{chance[1:4]}-{variant}{chance[5:8]}-{chance[8:]}"


def foreign_id(value: str, field: str) -> str:
    """An id from outside as it came: 1 to 128 printable characters without spaces or slashes, else `Invalid`."""
    if not _FOREIGN.fullmatch(value) or not value.isprintable():
        raise Invalid(field, "An id has 1 to 128 printable characters without spaces or slashes.")
    return value
