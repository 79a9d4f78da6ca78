"""A foreign wire over HTTP: one table of what can be asked, and how that wire takes it and gives its answers."""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import msgspec
from aiohttp import web
from msgspec import Struct, field

from careline.core.actor import Actor
from careline.core.errors import Refused, Unauthenticated
from careline.features.messages.rows import Message
from careline.live.connection import News
from careline.settings import Settings
from careline.wires import shapes
from careline.wires.http import Call, Handler, Route, Wire, answered, show
from careline.wires.server import Server

# Where what is asked stands. `multipart` is read by the handler, from the call; with `nothing` no body is looked at.
Comes = Literal["query", "json", "form", "multipart", "nothing"]
_encode = msgspec.json.Encoder().encode


class Ask(Struct):
    """One request of the table: who asks, None where everybody may, and what stands in the address as we name it."""

    call: Call
    who: Actor | None
    parameters: dict[str, str] = field(default_factory=dict)
    shown: dict[str, News] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        return self.call.server

    @property
    def actor(self) -> Actor:
        """Who asks, where somebody must."""
        if self.who is None:
            raise Unauthenticated()
        return self.who

    @property
    def conversation_id(self) -> str:
        """The conversation that the address names."""
        return self.parameters["conversation_id"]

    def shows(self, page: Sequence[Message]) -> None:
        """These go out with the answer: once it is written whole, whoever asked has them."""
        show(self.shown, page)


class Empty(Struct, frozen=True):
    """Nothing is taken, or nothing given."""


class Error(Struct, frozen=True):
    """A refusal as several wires word it."""

    error: str


def bare(value: Any) -> Any:
    """The envelope of a wire that has none."""
    return value


async def nobody(call: Call) -> None:
    """Who asks where everybody may."""


class Endpoint(Struct, frozen=True):
    """What `handle` returns stands in the wire's envelope, unless it is a response already; 204 has no body. Its
    docstring is what the documents say. `comes` is the query of a GET, else JSON, unless `takes` is `Empty`.

    Parameters of the path are called as our verbs call them: `{conversation_id}`, so that the audit knows them too.
    `who` and `bucket` are the wire's unless they are given: who asks, and what of the gate it counts as. `media` is
    what a file that is given may be. Where a body may also come otherwise, `also` says what it takes then.
    """

    method: str
    path: str
    takes: type[Struct]
    gives: Any
    handle: Callable[[Ask, Any], Awaitable[Any]]
    status: int = 200
    comes: Comes | None = None
    who: Callable[[Call], Awaitable[Actor | None]] | None = None
    bucket: str | None = None
    media: str = ""
    also: dict[Comes, type[Struct]] = {}

    @property
    def place(self) -> Comes:
        if self.comes is not None:
            return self.comes
        if self.method == "GET":
            return "query"
        return "json" if self.takes.__struct_fields__ else "nothing"


class Dialect(Struct, frozen=True):
    """How a wire takes and gives everything in its table.

    `refusals` has its name and says no for it, in the shape of `error`. `who` makes an actor of a call. `parameters`
    turns what stands in an address into our id, or refuses. `envelope` is put around every answer.
    """

    title: str
    refusals: Wire
    error: Any
    who: Callable[[Call], Awaitable[Actor | None]]
    parameters: dict[str, Callable[[str], str]] = {}
    envelope: Callable[[Any], Any] = bare
    bucket: str = "commands"
    security: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return self.refusals.name


class Language(Struct, frozen=True):
    """A foreign wire as `careline.wiring` and the documents know it.

    `more` are routes beside the table: sockets, pages, files. `ws` is what the wire answers at `/ws`, which two share.
    `signed` makes what reads the contact tokens that the wire signs: whose each is, by which token of ours.
    `prepare` runs at every start, before anybody is answered.
    """

    dialect: Dialect
    table: list[Endpoint]
    is_on: Callable[[Settings], bool]
    more: Callable[[Settings], list[Route]]
    ws: Handler | None = None
    signed: Callable[[Settings], Callable[[str], Awaitable[Actor | None]]] | None = None
    prepare: Callable[[Server], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        return self.dialect.name

    def routes(self, settings: Settings) -> list[Route]:
        """Everything this wire answers; nothing where it is not set up."""
        if not self.is_on(settings):
            return []
        refusals = self.dialect.refusals
        table = [Route(e.method, e.path, answering(self.dialect, e), refusals) for e in self.table]
        return [*table, *self.more(settings)]


def answering(dialect: Dialect, endpoint: Endpoint) -> Handler:
    """What a route does: who asks, how often they may, what they ask, and the answer in the wire's envelope."""
    decoder = msgspec.json.Decoder(endpoint.takes).decode
    who = endpoint.who or dialect.who
    bucket = endpoint.bucket or dialect.bucket
    name = f"{endpoint.method} {endpoint.path}"

    async def answer(call: Call) -> web.StreamResponse:
        actor = await who(call)
        if actor is not None:
            call.server.gate.take_as(bucket, actor)
        ask = Ask(call, actor)
        try:
            for key, value in call.parameters.items():
                ask.parameters[key] = dialect.parameters.get(key, _as_it_is)(value)
            request = await _request(call, endpoint, decoder)
            result = await endpoint.handle(ask, request)
        except Refused as refused:
            call.server.auditor.refused(actor, name, SimpleNamespace(**ask.parameters), refused)
            raise
        if isinstance(result, web.StreamResponse):
            return result
        if endpoint.status == 204:
            return web.Response(status=204)
        return answered(call.server, actor, endpoint.status, _encode(dialect.envelope(result)), ask.shown)

    return answer


async def _request(call: Call, endpoint: Endpoint, decoder: Callable[[bytes], Any]) -> Any:
    if endpoint.place == "query":
        return from_text(call.query, endpoint.takes)
    if endpoint.place == "json":
        return shapes.decode(await call.body() or b"{}", decoder)
    if endpoint.place == "form":
        return from_text(await call.form(), endpoint.takes)
    return None if endpoint.place == "multipart" else endpoint.takes()


def from_text(words: dict[str, str], takes: type[Struct]) -> Any:
    """What a query or a form asks; `Invalid` names the field that cannot be."""
    try:
        return msgspec.convert(words, takes, strict=False)
    except msgspec.ValidationError as error:
        raise shapes.refused(error) from None


def _as_it_is(value: str) -> str:
    return value
