"""Customers' tokens as this wire signs them: a contact token of ours, in the words of the pharmacy system.

What is signed is of no effect by itself: `jti` is the token's row, and what that says counts, also that it was revoked.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import jwt

from careline.core.actor import Actor
from careline.features.tokens.rows import ContactToken
from careline.partners import Issuer
from careline.settings import Settings
from careline.wires.issuers import Trusted

KIND = "chat_customer"


def expiry(settings: Settings, now: int) -> int:
    """When a token made now ends, in milliseconds."""
    return now + settings.careplus.customer_token_h * 3_600_000


def sign(settings: Settings, token: ContactToken) -> str:
    """The token as customers bring it. Its kind stands there twice: clients of either name are out there."""
    claims: dict[str, Any] = {
        "pharmacy_id": token.workspace_id,
        "customer_id": token.contact_id,
        "aud": KIND,
        "token_type": KIND,
        "jti": token.id,
        "iat": token.created_at // 1000,
        "exp": (token.expires_at or 0) // 1000,
    }
    return jwt.encode(claims, settings.careplus.secret, "HS256")


def reader(settings: Settings) -> Callable[[str], Awaitable[Actor | None]]:
    """What tells whose token this is, and by which row; None for what was not signed here, or is over."""
    trusted = Trusted(Issuer("careplus customers", "HS256", secret=settings.careplus.secret))

    async def read(token: str) -> Actor | None:
        claims = await trusted.verify(token)
        if claims is None or KIND not in (claims.get("aud"), claims.get("token_type")):
            return None
        names = [claims.get(name) for name in ("pharmacy_id", "customer_id", "jti")]
        if not all(isinstance(name, str) and name for name in names):
            return None
        pharmacy_id, customer_id, token_id = map(str, names)
        return Actor(pharmacy_id, "contact", customer_id, credential=f"token:{token_id}")

    return read
