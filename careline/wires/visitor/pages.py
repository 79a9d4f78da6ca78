"""The admin's way in, without any script: a page to sign in, and from there to the inbox."""

import html

from aiohttp import web

from careline.core.errors import Forbidden, OriginNotAllowed, Refused, TooMany, Unauthenticated
from careline.settings import Settings
from careline.wires import cookies, pages, problems
from careline.wires.http import Call, Route
from careline.wires.visitor import auth
from careline.wires.visitor.refusals import REFUSALS, SignInFirst

INBOX = "/inbox"
PAGE = pages.read(pages.ROOT / "inbox" / "login.html").body.decode()
TOLD: dict[type[Refused], str] = {
    Unauthenticated: "E-mail address or password is wrong.",
    TooMany: "Too many attempts. Wait a little and try again.",
    Forbidden: "This page was open for too long. Try again.",
    OriginNotAllowed: "This page was open for too long. Try again.",
}


def routes(settings: Settings) -> list[Route]:
    begin = settings.visitor.pages
    return [
        Route("GET", begin, front, REFUSALS, cors=False),
        Route("GET", f"{begin}/login", page, REFUSALS, cors=False),
        Route("POST", f"{begin}/login", sign_in, REFUSALS, cors=False),
    ]


async def front(call: Call) -> web.StreamResponse:
    """To the inbox, or to sign in first."""
    try:
        await auth.somebody_of_the_staff(call)
    except Unauthenticated:
        raise SignInFirst(f"{call.server.settings.visitor.pages}/login") from None
    return _to_the_inbox()


async def page(call: Call) -> web.StreamResponse:
    """The page to sign in."""
    return _page(call, 200)


async def sign_in(call: Call) -> web.StreamResponse:
    """A session for the browser. Whoever is refused sees the page again."""
    sent = await call.form()
    try:
        auth.check_csrf(call, sent)
        issued = await call.server.credentials.sign_in(
            sent.get("username", ""), sent.get("password", ""), call.server.settings.visitor.workspace, call.address
        )
    except (Unauthenticated, Forbidden, OriginNotAllowed, TooMany) as refused:
        status = 429 if isinstance(refused, TooMany) else 401
        response = _page(call, status, TOLD[type(refused)], sent.get("username", ""))
        response.headers.update(problems.headers(refused))
        return response
    response = _to_the_inbox()
    cookies.give(response, call.server, issued.refresh_token, issued.session.expires_at)
    return response


def _to_the_inbox() -> web.Response:
    return web.Response(status=302, headers={"Location": INBOX})


def _page(call: Call, status: int, trouble: str = "", username: str = "") -> web.Response:
    csrf = auth.csrf(call)
    told = f'<p class="field-error" role="alert">{html.escape(trouble)}</p>' if trouble else ""
    filled = (
        PAGE.replace("{action}", f"{call.server.settings.visitor.pages}/login")
        .replace("{csrf}", csrf)
        .replace("{trouble}", told)
        .replace("{username}", html.escape(username[:254]))
    )
    response = web.Response(status=status, text=filled, content_type="text/html", charset="utf-8")
    response.headers.update(pages.page_headers(call, "'none'"))
    # With no-referrer a browser says Origin: null of our own form as well, and then it could be anybody's.
    response.headers["Referrer-Policy"] = "same-origin"
    cookies.give(response, call.server, csrf, None, auth.CSRF_COOKIE)
    return response
