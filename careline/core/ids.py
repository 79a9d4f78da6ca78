"""Names of things: UUIDv7 for what the server makes, text within bounds for what a host system brings."""

import os
import re
import time

from careline.core.errors import Invalid

_FOREIGN = re.compile(r"[^\s/\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]{1,128}")


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    bits = int.from_bytes(os.urandom(10))
    high = (time.time_ns() // 1_000_000 << 16) | 0x7000 | (bits >> 62 & 0x0FFF)
    low = 0x8000_0000_0000_0000 | (bits & 0x3FFF_FFFF_FFFF_FFFF)
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def foreign_id(value: str, field: str) -> str:
    """An id from outside as it came: 1 to 128 printable characters without spaces or slashes, else `Invalid`."""
    if not _FOREIGN.fullmatch(value) or not value.isprintable():
        raise Invalid(field, "An id has 1 to 128 printable characters without spaces or slashes.")
    return value
