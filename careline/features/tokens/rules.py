"""How long things that let people in are good for, and who may make them."""

import re
from hashlib import sha256

from careline.core import text
from careline.core.actor import Actor, Kind
from careline.core.errors import Forbidden, Invalid

MINUTE = 60_000
ACCESS_TOKEN = 15 * MINUTE
SESSION = 12 * 60 * MINUTE
TICKET = MINUTE // 2
SETUP = 60 * MINUTE
DAY = 24 * 60 * MINUTE
CONTACT_TOKEN = 365 * DAY
CODE = 5 * MINUTE
TRIES = 5

ACCESS, REFRESH, CONTACT, SOCKET_TICKET, SETUP_SECRET = "cla_", "clr_", "clc_", "clt_", "cls_"
_BARE = re.compile(r"[0-9a-f]{64}")


def digest(secret: str) -> str:
    """What is kept of a secret. Ours have 256 random bits, so a fast hash gives nothing to guess against."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def is_bare(secret: str) -> bool:
    """Whether it is written as a contact's token of 64 hex characters, which bears no mark of ours."""
    return _BARE.fullmatch(secret) is not None


def opens_to(secret: str) -> Kind | None:
    """Whom a secret that is written like this may let in."""
    if secret.startswith(ACCESS):
        return "staff"
    return "contact" if secret.startswith(CONTACT) or is_bare(secret) else None


def may_issue(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("Only staff may make or revoke chat links.")


def expiry(expires_at: int | None, now: int) -> int:
    """When a contact token ends: a year from now unless said otherwise, never in the past."""
    if expires_at is None:
        return now + CONTACT_TOKEN
    if expires_at <= now:
        raise Invalid("expires_at", "This moment has passed.")
    return min(expires_at, now + 10 * CONTACT_TOKEN)


def label(value: str | None) -> str | None:
    return text.line(value, "label", 100) if value else None


def is_live(revoked_at: int | None, expires_at: int | None, now: int) -> bool:
    return revoked_at is None and (expires_at is None or expires_at > now)
