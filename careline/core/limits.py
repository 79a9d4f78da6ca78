"""How much is too much: rates per key, kept in bounded memory."""

import re
from ipaddress import IPv6Address, ip_address

from msgspec import Struct

_RATE = re.compile(r"(\d+)/(\d+)?(s|min|h|d)")
_UNIT = {"s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


class Rate(Struct, frozen=True):
    """At most `count` in any `window` milliseconds, roughly: a burst of `count`, refilled evenly."""

    count: int
    window: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """`20/10s`, `6/min`, `50/d`; `0/s` never allows. Raises `ValueError`."""
        match = _RATE.fullmatch(text)
        if not match or match[2] == "0":
            raise ValueError(f"{text!r} is not a rate such as 20/10s, 6/min, 100/h or 50/d")
        return cls(int(match[1]), int(match[2] or 1) * _UNIT[match[3]])


class Limiter:
    """Counts by the generic cell rate algorithm: one number per key, the time at which its bucket is empty again.

    Memory is bounded: those of the last `most` keys that were counted are known, and never more than twice as many.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._full_until: dict[tuple[str, ...], float] = {}
        self._older: dict[tuple[str, ...], float] = {}
        self._most = most

    def take(self, key: tuple[str, ...], rate: Rate, now: int) -> int:
        """0 when allowed (and counted), else the milliseconds to wait (and not counted)."""
        if rate.count == 0:
            return rate.window
        step = rate.window / rate.count
        empty_at = max(self._full_until.get(key) or self._older.get(key, 0.0), now)
        wait = empty_at + step - rate.window - now
        if wait > 0:
            return int(wait) + 1
        self._full_until[key] = empty_at + step
        if len(self._full_until) >= self._most:
            self._older, self._full_until = self._full_until, {}
        return 0


def network(address: str) -> str:
    """What counts as one peer: an IPv4 address, or the /64 an IPv6 host can roam in for free."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(IPv6Address(int(ip) >> 64 << 64)) + "/64"
    return address
