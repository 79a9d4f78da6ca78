"""What a device's token may be."""

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid
from careline.features.push.rows import Platform

TOKEN = 4_096
MOST = 20


def may_have(actor: Actor) -> None:
    if actor.kind == "system":
        raise Forbidden("Only people have devices.")


def token(value: str, platform: Platform) -> str:
    """A platform's own name for a device, in ASCII; for the web a push subscription as JSON."""
    text.storable(value, "token")
    if not 0 < len(value) <= TOKEN or not value.isascii() or not value.isprintable():
        raise Invalid("token", f"1 to {TOKEN} printable ASCII characters.")
    if platform == "web" and not value.startswith("{"):
        raise Invalid("token", "A web token is the push subscription as JSON.")
    return value
