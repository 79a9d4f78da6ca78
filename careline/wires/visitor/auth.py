"""Who somebody is on this wire: a visitor by their chat token, an admin by a browser's session or a bearer token."""

import re
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, NotFound, OriginNotAllowed, Unauthenticated
from careline.features.tokens.rules import is_bare
from careline.wires import cookies, shapes
from careline.wires.http import FORM, Call
from careline.wires.visitor.refusals import SignInFirst

TOKEN, HEADER = "chat_token", "X-Chat-Token"  # where tokens stand
CSRF, CSRF_HEADER, CSRF_COOKIE = "_csrf", "X-CSRF-Token", "careline_csrf"
MULTIPART = "multipart/form-data"
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_FOREIGN = (Unauthenticated, NotFound, Invalid)


def is_multipart(call: Call) -> bool:
    return call.request.content_type == MULTIPART


async def fields(call: Call) -> Mapping[str, Any]:
    """What stands in a body of JSON or of a form without files."""
    if call.request.method == "GET":
        return {}
    if call.request.content_type == FORM:
        return await call.form()
    found = shapes.decode(await call.body() or b"{}", _decode)
    return {name: msgspec.json.decode(found[name]) for name in (TOKEN, CSRF) if name in found}


# Visitors ------------------------------------------------------------------------------------------------------------


async def visitor(call: Call) -> Actor:
    """The visitor whose token stands in the header, the body or the address."""
    return await visitor_of(call, {} if HEADER in call.request.headers else await fields(call))


async def visitor_unless_later(call: Call) -> Actor | None:
    """The same; None where the token may still come as a field of a form with files."""
    if is_multipart(call) and HEADER not in call.request.headers:
        return None
    return await visitor(call)


async def visitor_of(call: Call, sent: Mapping[str, Any]) -> Actor:
    """The bearer of the token, which may be one of these fields. A client begins anew on `Unauthenticated`."""
    token = call.request.headers.get(HEADER) or sent.get(TOKEN)
    if token is None and call.request.method == "GET":
        token = call.query.get(TOKEN)
    workspace_id = call.server.settings.visitor.workspace
    if not isinstance(token, str) or not is_bare(token):
        raise Unauthenticated("Send the chat_token of this chat, or start a new one.")
    actor = await call.server.identify(token, call.address)
    if actor.workspace_id != workspace_id:
        raise Unauthenticated()
    call.allow_origin(workspace_id)
    return actor


# Admins --------------------------------------------------------------------------------------------------------------


async def admin(call: Call) -> Actor:
    """Whoever works here. What a browser's session is to change needs the secret of the page as well."""
    actor = await somebody_of_the_staff(call)
    later = is_multipart(call)  # its fields are read by whoever takes the files, and `admin_of` is asked then
    if call.bearer is None and call.request.method != "GET" and not later:
        check_csrf(call, {} if CSRF_HEADER in call.request.headers else await fields(call))
    return actor


async def admin_of(call: Call, sent: Mapping[str, Any]) -> Actor:
    """The same, with these fields of a form that was read."""
    actor = await somebody_of_the_staff(call)
    if call.bearer is None and call.request.method != "GET":
        check_csrf(call, sent)
    return actor


async def somebody_of_the_staff(call: Call) -> Actor:
    """The admin, or `Unauthenticated`; a browser is sent to the page to sign in."""
    cookie = cookies.brought(call) if call.bearer is None else None
    token = call.bearer or cookie
    workspace_id = call.server.settings.visitor.workspace
    try:
        if token is None:
            raise Unauthenticated()
        actor = await call.server.identify(token, call.address, cookie=cookie is not None)
        if (actor.workspace_id, actor.kind) != (workspace_id, "staff"):
            raise Unauthenticated()
    except _FOREIGN:
        if "Authorization" not in call.request.headers and "text/html" in call.request.headers.get("Accept", ""):
            raise SignInFirst(f"{call.server.settings.visitor.pages}/login") from None
        raise Unauthenticated() from None
    if cookie is None:
        call.allow_origin(workspace_id)
    elif not cookies.from_own_page(call):
        raise OriginNotAllowed()
    return actor


async def visitor_or_admin(call: Call) -> Actor:
    """Who may ask for a file: whoever brings a chat token is that visitor, everybody else an admin."""
    if HEADER in call.request.headers or TOKEN in call.query:
        return await visitor(call)
    try:
        return await admin(call)
    except SignInFirst:
        raise Unauthenticated() from None


def csrf(call: Call) -> str:
    """The secret of this browser's pages: the one it has already, else a new one."""
    brought = cookies.brought(call, CSRF_COOKIE) or ""
    return brought if _SECRET.fullmatch(brought) else secrets.token_urlsafe(32)


def check_csrf(call: Call, sent: Mapping[str, Any]) -> None:
    """What the page sends must be what the cookie has, which no other site can read; and no other site's page may send
    it at all.
    """
    given, brought = call.request.headers.get(CSRF_HEADER) or sent.get(CSRF), cookies.brought(call, CSRF_COOKIE)
    if not isinstance(given, str) or brought is None or not compare_digest(given.encode(), brought.encode()):
        raise Forbidden("Send the _csrf of the sign-in page along.", code="csrf")
    if not cookies.from_own_page(call):
        raise OriginNotAllowed()
