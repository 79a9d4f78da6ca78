"""The HTTP listener: aiohttp's parser with limits of our own, and our words where it refuses by itself."""

from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import http_exceptions, web
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from careline.core.errors import BadRequest, Failed, HeadersTooLarge, MethodNotAllowed, Refused
from careline.core.ids import new_id
from careline.wires.problems import problem

HEADER_BYTES = 32_768
HEADERS = 100
LINE_BYTES = 8_190
IDLE_S = 10.0
LINGER_S = 2.0
REQUEST_BYTES = 4 << 20
_encode = msgspec.json.Encoder().encode


class Listener(web.Server):
    """Makes one protocol per connection. A connection that asks for nothing whole within 10 s is closed."""

    def __call__(self) -> RequestHandler:
        return _Connection(
            self,
            loop=self._loop,
            keepalive_timeout=IDLE_S,
            max_headers=HEADERS,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
            read_bufsize=65_536,
            lingering_time=LINGER_S,
            access_log=None,
            auto_decompress=False,  # a small body could become a large one before anybody has looked at it
        )


class _Connection(RequestHandler):
    """aiohttp bounds a line and the number of lines; what all of them weigh together is counted here, and what comes
    while a request is under way: its body in whatever wrapping, or more requests.
    """

    __slots__ = ("_asking", "_broken", "_most", "_under_way")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._asking = self._under_way = 0
        self._broken = False
        self._most = REQUEST_BYTES

    def expect(self, most: int) -> None:
        """Let the request under way have so many bytes: who asked is known, and reads them piece by piece."""
        self._most = max(REQUEST_BYTES, most)

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return  # what follows cannot be read, and every try would keep a copy of it until the answer is out
        waiting = self._waiter
        super().data_received(data)
        if self._messages and isinstance(self._messages[-1][0], _ErrInfo):
            self._broken = True
            self._messages[-1][0].exc.__traceback__ = None  # holds the data
        if waiting is None or self._force_close:
            self._asking = 0
            self._under_way += len(data)
            if self._under_way > self._most:
                self.force_close()
            return
        self._under_way, self._most = 0, REQUEST_BYTES
        self._asking = 0 if waiting.done() else self._asking + len(data)
        if self._asking > HEADER_BYTES and self.transport is not None:
            self._broken = True
            self.transport.write(_plainly(HeadersTooLarge()))
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Our own words: aiohttp's repeat what was sent, and its log would too."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer had begun")
        refused = _refusal(status, exc)
        response = web.Response(
            status=refused.status,
            body=_encode(problem(refused, new_id())),
            content_type="application/problem+json",
            headers={"Server": "careline", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )
        response.force_close()
        return response

    def log_exception(self, *args: Any, **named: Any) -> None:
        """Nothing: requests that fail in our code are logged by the edge, and the rest is what somebody sent."""


def _refusal(status: int, error: BaseException | None) -> Refused:
    if isinstance(error, http_exceptions.LineTooLong) or "Too many headers" in getattr(error, "message", ""):
        return HeadersTooLarge()
    if isinstance(error, http_exceptions.BadHttpMethod):
        return MethodNotAllowed([])
    return BadRequest("This is not HTTP as RFC 9112 has it.") if status < 500 else Failed()


def _plainly(refused: Refused) -> bytes:
    """The whole answer as bytes, for a connection that has not come as far as a request."""
    body = _encode(problem(refused, new_id()))
    phrase = HTTPStatus(refused.status).phrase
    return (
        f"HTTP/1.1 {refused.status} {phrase}\r\nServer: careline\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    ).encode() + body
