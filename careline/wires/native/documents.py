"""Where the native wire's documents are found: for operators, made once from the command table."""

import gzip
import hashlib
from collections.abc import Callable

import msgspec
from aiohttp import web

from careline.wires.http import Call, Handler, Route
from careline.wires.native.asyncapi import asyncapi
from careline.wires.native.openapi import openapi
from careline.wires.native.page import page
from careline.wires.native.routes import NATIVE
from careline.wires.operator import for_operators
from careline.wires.pages import File, answer, page_headers


def routes() -> list[Route]:
    """The two documents and the page to read."""

    def as_openapi(url: str) -> bytes:
        return msgspec.json.encode(openapi(url, secure=url.startswith("https:")))

    found = {
        "/v1/openapi.json": _document("application/json", as_openapi),
        "/v1/asyncapi.json": _document("application/json", lambda url: msgspec.json.encode(asyncapi(url))),
        "/docs": _document("text/html; charset=utf-8", lambda url: page(url).encode()),
    }
    return [Route("GET", path, for_operators(handle), NATIVE, cors=False) for path, handle in found.items()]


def _document(kind: str, make: Callable[[str], bytes]) -> Handler:
    made: dict[str, File] = {}

    async def handle(call: Call) -> web.StreamResponse:
        url = call.server.public_url
        if url not in made:
            body = make(url)
            tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            made[url] = File(body, gzip.compress(body, 6, mtime=0), tag, kind)
        return answer(call, made[url], page_headers(call, "'none'"))

    return handle
