"""The edge of every wire: one request in, its route found, its limits kept, one answer out, one line in the log."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from msgspec import Struct

from careline.core import context
from careline.core.actor import Actor
from careline.core.context import Context
from careline.core.errors import (
    BadRequest,
    Failed,
    HeadersTooLarge,
    MethodNotAllowed,
    Misdirected,
    NotFound,
    OriginNotAllowed,
    Refused,
    TimedOut,
    TooLarge,
    UnsupportedType,
)
from careline.features.messages.rows import Message
from careline.live.connection import News
from careline.wires.listener import HEADER_BYTES
from careline.wires.router import Found, Router
from careline.wires.server import Server

BODY_BYTES = 262_144
BODY_SECONDS = 30.0
TARGET_CHARACTERS = 8_000
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")

logger = logging.getLogger("careline.http")
# Unique, cheap and telling nothing: a number within this process, after a word for the process.
_request_ids = (f"{word}-{number:x}" for word in [secrets.token_hex(5)] for number in count(1))
_HOST = re.compile(r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")


class Wire(Protocol):
    """How a wire says no. Everything else about it is in its routes."""

    name: str

    def refuse(self, refused: Refused, request_id: str) -> web.StreamResponse: ...


class Call(Struct):
    """One request as routes see it. Nothing here has been believed yet except where the peer is."""

    request: web.BaseRequest
    server: Server
    address: str
    request_id: str
    parameters: dict[str, str]
    query: dict[str, str]
    origin: str
    forwarded: bool = False
    _read: bytes | None = None

    @property
    def local(self) -> bool:
        """Whether it comes from this machine itself, and not through something that stands before the server."""
        host = self.request.headers.get("Host", "")
        return not self.forwarded and _is_loopback(self.address) and _is_loopback_host(host)

    @property
    def bearer(self) -> str | None:
        """The bearer token of the Authorization header (RFC 6750), if there is one; what is not ASCII is none."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        return token if scheme.lower() == "bearer" and token and token.isascii() else None

    async def body(self, most: int = BODY_BYTES, kind: str = JSON) -> bytes:
        """The whole body, which is of this kind. Refuses by the declared length before reading any of it."""
        if self._read is None:
            self._read = await self._body(most, kind)
        return self._read

    async def form(self) -> dict[str, str]:
        """The fields of a form as a web page sends it, without files."""
        raw = await self.body(kind=FORM)
        try:
            return _query(raw.decode())
        except UnicodeDecodeError:
            raise BadRequest("The form cannot be read.") from None

    async def _body(self, most: int, kind: str) -> bytes:
        request = self.request
        declared = request.content_length
        if declared is not None and declared > most:
            raise TooLarge(f"The body has {declared} bytes, the limit is {most}.")
        if not request.body_exists or declared == 0:
            return b""
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != kind:
            raise UnsupportedType(f"Send {'JSON' if kind == JSON else 'the form'} with Content-Type: {kind}.")
        if request.headers.get("Content-Encoding"):
            raise UnsupportedType("Send the body as it is, without Content-Encoding.")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while chunk := await request.content.readany():
                    parts.append(chunk)
                    size += len(chunk)
                    if size > most:
                        raise TooLarge(f"The limit is {most} bytes.")
        except TimeoutError:
            raise TimedOut() from None
        except web.RequestPayloadError:
            raise BadRequest("The body is not what its headers say.") from None
        except RuntimeError:  # so aiohttp says that the peer has hung up
            raise ConnectionResetError from None
        return b"".join(parts)

    def allow_origin(self, workspace_id: str) -> None:
        """Refuse a web page that the workspace does not list; programs send no Origin."""
        if self.origin and not self.server.origins.allows(self.origin, workspace_id):
            raise OriginNotAllowed()


class _Whole(web.Response):
    """Tells when it has been written to its end."""

    then: Callable[[], object]

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        self.then()


def show(shown: dict[str, News], page: Sequence[Message]) -> None:
    """Note how far an answer shows a conversation: to the newest public message, whichever end of the page that is."""
    newest_first = page if page and page[0].seq > page[-1].seq else reversed(page)
    for message in newest_first:
        if message.kind != "note":
            known = shown.get(message.conversation_id)
            if known is None or known.seq < message.seq:
                shown[message.conversation_id] = News(message.conversation_id, message.id, message.seq)
            return


def answered(server: Server, actor: Actor | None, status: int, body: bytes, shown: dict[str, News]) -> web.Response:
    """JSON. Once it is written whole, whoever asked has the messages it shows; who looks on in their place has not."""
    if actor is None or not shown or context.current.get().impersonated_by is not None:
        return web.Response(status=status, body=body, content_type="application/json")
    response = _Whole(status=status, body=body, content_type="application/json")
    response.then = lambda: server.received(actor, shown)
    return response


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


class Route(Struct, frozen=True):
    """`path` has `{name}` segments. `cors` lets pages of listed origins read the answer."""

    method: str
    path: str
    handle: Handler
    wire: Wire
    cors: bool = True


Methods = Found[Route]


class Edge:
    """The one request handler of the process."""

    def __init__(
        self,
        server: Server,
        routes: list[Route],
        default: Wire,
        observe: Callable[[str, str, int, float], None] = lambda method, path, status, seconds: None,
    ) -> None:
        self.router: Router[Route] = Router(routes)
        self._server = server
        self._default = default
        self._observe = observe
        self._proxies = [ip_network(network) for network in server.settings.trusted_proxies]
        self.hosts: set[str] = set()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        started = time.perf_counter()
        request_id = next(_request_ids)
        wire, path = self._default, "-"
        origin = request.headers.get("Origin", "")
        cors = False
        try:
            target, _, query = request.raw_path.partition("?")
            methods, raw = self._find(request, target)
            if not methods:
                wire = self._at_home(target)
                raise NotFound("There is nothing at this address.", code="no_such_route")
            wire = next(iter(methods.values()))[0].wire  # the address is theirs: from here on they say no
            parameters = [_segment(value) for value in raw]
            if request.method == "OPTIONS" and "OPTIONS" not in methods:
                response = self._preflight(methods, origin)
            elif request.method not in methods:
                raise MethodNotAllowed(sorted(methods))
            else:
                route, names = methods[request.method]
                wire, path, cors = route.wire, route.path, route.cors
                call = self._call(request, request_id, dict(zip(names, parameters, strict=True)), query)
                reads = request.method == "GET"
                context.current.set(Context(request_id, call.address, wire.name, reads=reads))
                response = await route.handle(call)
        except Refused as refused:
            response = wire.refuse(refused, request_id)
            if isinstance(refused, (TooLarge, BadRequest, TimedOut, HeadersTooLarge)):
                response.force_close()
        except ConnectionError:
            raise
        except Exception as error:
            log_failure(error, request_id, path)
            response = wire.refuse(Failed(), request_id)
        if not response.prepared:
            self._dress(response, origin, cors, request_id)
        seconds = time.perf_counter() - started
        self._observe(request.method, path, response.status, seconds)
        if logger.isEnabledFor(logging.INFO):
            logger.info(
                "request",
                extra={"fields": {"method": request.method, "path": path, "status": response.status,
                                  "ms": round(seconds * 1000, 2), "request_id": request_id, "wire": wire.name}},
            )  # fmt: skip
        return response

    def _find(self, request: web.BaseRequest, target: str) -> tuple[Methods, list[str]]:
        """The routes of the raw target. Host and target are judged as they came, before anything is made of them."""
        if request.method in ("CONNECT", "TRACE"):
            raise MethodNotAllowed([])
        if sum(len(name) + len(value) + 4 for name, value in request.raw_headers) > HEADER_BYTES:
            raise HeadersTooLarge()
        host = request.headers.get("Host", "").lower()
        if len(request.headers.getall("Host", [])) != 1 or not _HOST.fullmatch(host) or not target.startswith("/"):
            raise BadRequest("The request line or the Host header is not what HTTP asks for.")
        if len(request.raw_path) > TARGET_CHARACTERS:
            raise BadRequest("The address is too long.")
        if self.hosts and host not in self.hosts and host.rpartition(":")[0] not in self.hosts:
            raise Misdirected()
        return self.router.find(target)

    def _at_home(self, target: str) -> Wire:
        """Who says that nothing is there: the wire that alone has what begins like this, else our own."""
        wires = {route.wire.name: route.wire for route in self.router.beside(target)}
        return next(iter(wires.values())) if len(wires) == 1 else self._default

    def _call(self, request: web.BaseRequest, request_id: str, parameters: dict[str, str], query: str) -> Call:
        address, forwarded = self._address(request)
        return Call(
            request=request,
            server=self._server,
            address=address,
            request_id=request_id,
            parameters=parameters,
            query=_query(query),
            origin=request.headers.get("Origin", "").lower(),
            forwarded=forwarded,
        )

    def _address(self, request: web.BaseRequest) -> tuple[str, bool]:
        """Where the request comes from, and whether it says it was forwarded. Only trusted hops are believed, from the
        right, and every line of the header counts.
        """
        peer = request.transport.get_extra_info("peername") if request.transport else None
        address = peer[0] if isinstance(peer, tuple) else "127.0.0.1"
        lines = request.headers.getall("X-Forwarded-For", [])
        forwarded = any(name in request.headers for name in FORWARDED)
        hops = [hop.strip() for line in lines for hop in line.split(",")]
        while hops and self._trusts(address):
            hop = hops.pop()
            try:
                ip_address(hop)
            except ValueError:
                break
            address = hop
        return address, forwarded

    def _trusts(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._proxies)

    def _preflight(self, methods: dict[str, Any], origin: str) -> web.StreamResponse:
        response = web.Response(status=204)
        if self._server.origins.known(origin.lower()):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Idempotency-Key, X-Requested-With, X-Chat-Token, X-CSRF-Token, "
                "X-Impersonate-User, X-Patient-Chat-Token"
            )
            response.headers["Access-Control-Max-Age"] = "600"
        response.headers["Vary"] = "Origin"
        return response

    def _dress(self, response: web.StreamResponse, origin: str, cors: bool, request_id: str) -> None:
        headers = response.headers
        headers.setdefault("Server", "careline")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Vary", "Authorization, Origin, Cookie")
        headers.setdefault("X-Request-Id", request_id)
        if cors and origin and self._server.origins.known(origin.lower()):
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"


def _segment(raw: str) -> str:
    try:
        value = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        raise NotFound() from None
    if not value.isprintable() or len(value) > 1_024:
        raise NotFound()
    return value


def _query(raw: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise BadRequest("The query string cannot be read.") from None
    query = dict(pairs)
    if len(query) != len(pairs):
        raise BadRequest("A name stands twice in the query string.")
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest("NUL characters are refused.")
    return query


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_loopback_host(host: str) -> bool:
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    return name.strip("[]") in ("localhost", "127.0.0.1", "::1")


def log_failure(error: BaseException, request_id: str, path: str) -> None:
    """Where it happened, without a message or a value: those could hold what people wrote."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('careline/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    fields = {"error": type(error).__name__, "at": places[-8:], "request_id": request_id, "path": path}
    logger.error("failed", extra={"fields": fields})
