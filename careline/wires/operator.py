"""What only an operator should see: health, metrics, and the documents of the API."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from time import monotonic
from typing import Any

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from careline import __version__
from careline.core.errors import NotFound, Refused
from careline.wires.http import Call, Handler, Route
from careline.wires.pages import File, answer, page_headers
from careline.wires.problems import Problems

EDGE = Problems("edge")
_STARTED = monotonic()
_encode = msgspec.json.Encoder().encode


def for_operators(handle: Handler) -> Handler:
    """Answer requests of this machine itself, or with the operator's token, as the settings say; else: nothing here."""

    async def guarded(call: Call) -> web.StreamResponse:
        settings = call.server.settings
        bearer = (call.bearer or "").encode()
        if settings.operator_token and compare_digest(bearer, settings.operator_token.encode()):
            return await handle(call)
        if settings.operator_pages == "public" or (settings.operator_pages == "loopback" and call.local):
            return await handle(call)
        raise NotFound("There is nothing at this address.", code="no_such_route")

    return guarded


def document(kind: str, make: Callable[[str], bytes]) -> Handler:
    """A document for operators, made once for the server's address."""
    made: dict[str, File] = {}

    async def handle(call: Call) -> web.StreamResponse:
        url = call.server.public_url
        if url not in made:
            body = make(url)
            tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            made[url] = File(body, gzip.compress(body, 6, mtime=0), tag, kind)
        return answer(call, made[url], page_headers(call, "'none'"))

    return for_operators(handle)


def json_document(make: Callable[[str], Any]) -> Handler:
    """The same, of JSON."""
    return document("application/json", lambda url: msgspec.json.encode(make(url)))


def routes(registry: CollectorRegistry) -> list[Route]:
    async def metrics(call: Call) -> web.StreamResponse:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        Route("GET", "/health", health, EDGE),
        Route("GET", "/health/live", alive, EDGE),
        Route("GET", "/health/ready", ready, EDGE),
        Route("GET", "/metrics", for_operators(metrics), EDGE, cors=False),
    ]


async def health(call: Call) -> web.StreamResponse:
    """One object that satisfies everybody who asks: is it up, is the database there, since when."""
    try:
        facts = await call.server.database.engine.facts()
        database = {"healthy": True, "message": "connected", "details": facts}
    except Refused:
        database = {"healthy": False, "message": "the database does not answer", "details": {}}
    ok = bool(database["healthy"]) and not call.server.draining
    body = {
        "ok": ok,
        "status": "healthy" if ok else "stopping" if call.server.draining else "unhealthy",
        "service": "careline",
        "version": __version__,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "uptime": round(monotonic() - _STARTED, 1),
        "database": database,
    }
    return web.Response(status=200 if ok else 503, body=_encode(body), content_type="application/json")


async def alive(call: Call) -> web.StreamResponse:
    return web.Response(body=b'{"ok":true}', content_type="application/json")


async def ready(call: Call) -> web.StreamResponse:
    """Whether to send new requests here: not while stopping, not without a database."""
    return await health(call)
