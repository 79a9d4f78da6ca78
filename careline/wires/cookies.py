"""Cookies of browsers: none that a script can read or another site can send."""

from datetime import UTC, datetime

from aiohttp import web

from careline.wires.http import Call
from careline.wires.server import Server

SESSION = "careline_session"


def named(name: str = SESSION, *, secure: bool) -> str:
    """What the cookie is called: over HTTPS so that only this host itself can have set it."""
    return f"__Host-{name}" if secure else name


def _is_secure(server: Server) -> bool:
    return server.public_url.startswith("https:")


def brought(call: Call, name: str = SESSION) -> str | None:
    """What the browser brings; what is not ASCII is nothing."""
    value = call.request.cookies.get(named(name, secure=_is_secure(call.server)))
    return value if value and value.isascii() else None


def give(response: web.StreamResponse, server: Server, value: str, expires_at: int | None, name: str = SESSION) -> None:
    """Let the browser keep it until then (milliseconds), None for until it is closed. An empty one takes it away."""
    until = ""
    if not value:
        until = " Max-Age=0;"
    elif expires_at is not None:
        until = datetime.fromtimestamp(expires_at / 1000, UTC).strftime(" Expires=%a, %d %b %Y %H:%M:%S GMT;")
    secure = _is_secure(server)
    kept = f"{named(name, secure=secure)}={value}; Path=/;{until} HttpOnly; SameSite=Strict" + "; Secure" * secure
    response.headers.add("Set-Cookie", kept)


def from_own_page(call: Call) -> bool:
    """Whether no page of elsewhere sent it: browsers say so whenever something is to change."""
    return not call.origin or call.origin in call.server.origins.own
