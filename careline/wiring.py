"""Which foreign wires this server speaks, and what they share: one address that two have, and strangers."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from careline.core.actor import Actor
from careline.core.errors import NotFound, Refused
from careline.settings import Settings
from careline.wires.careforall.routes import LANGUAGE as CAREFORALL
from careline.wires.careplus.routes import LANGUAGE as CAREPLUS
from careline.wires.clinic.routes import LANGUAGE as CLINIC
from careline.wires.documents import openapi, postman
from careline.wires.endpoints import Language
from careline.wires.http import Call, Handler, Route
from careline.wires.location.routes import LANGUAGE as LOCATION
from careline.wires.operator import EDGE, json_document
from careline.wires.server import Server
from careline.wires.visitor.routes import LANGUAGE as VISITOR

LANGUAGES = {language.name: language for language in (CAREFORALL, CAREPLUS, LOCATION, VISITOR, CLINIC)}
SHARED = "/ws"
FORMATS: dict[str, Callable[[Language, str], dict[str, Any]]] = {
    "openapi": openapi,
    "postman": lambda language, url: postman(openapi(language, url)),
}

logger = logging.getLogger("careline")


def spoken(settings: Settings) -> list[Language]:
    """The wires that are set up."""
    return [language for language in LANGUAGES.values() if language.is_on(settings)]


async def prepare(server: Server) -> None:
    """Let each wire that is set up find the workspaces as it needs them."""
    for language in spoken(server.settings):
        if language.prepare is not None:
            await language.prepare(server)


def routes(settings: Settings) -> list[Route]:
    """Everything the foreign wires answer."""
    languages = spoken(settings)
    found = [route for language in languages for route in language.routes(settings)]
    sharing = {language.name: language for language in languages if language.ws is not None}
    if sharing:
        found.append(Route("GET", SHARED, shared(sharing), EDGE, cors=False))
    for language in languages:
        for format_, make in FORMATS.items():
            handle = json_document(partial(make, language))
            found.append(Route("GET", f"/docs/{language.name}/{format_}.json", handle, EDGE, cors=False))
    return found


def signed(settings: Settings) -> Callable[[str], Awaitable[Actor | None]]:
    """What reads the contact tokens that wires sign; they open every door that contact tokens do."""
    readers = [language.signed(settings) for language in spoken(settings) if language.signed is not None]

    async def read(token: str) -> Actor | None:
        for reader in readers:
            if (named := await reader(token)) is not None:
                return named
        return None

    return read


def shared(sharing: dict[str, Language]) -> Handler:
    """The socket at `/ws`: with `location_id` in its query it is clinic's, every other one is location's."""

    async def handle(call: Call) -> web.StreamResponse:
        language = sharing.get("clinic" if "location_id" in call.query else "location")
        if language is None or language.ws is None:
            raise NotFound("There is nothing at this address.", code="no_such_route")
        try:
            return await language.ws(call)
        except Refused as refused:
            return language.dialect.refusals.refuse(refused, call.request_id)

    return handle


def warn(settings: Settings) -> None:
    """Say at every start which wires let strangers in."""
    for name in settings.strangers:
        logger.warning("%s takes strangers of this machine at their word: for trying it out only", name)
