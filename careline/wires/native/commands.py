"""The native wire's commands: each declared once, with its name, its place in REST, what it takes and what it gives.

REST routes, socket commands, OpenAPI and AsyncAPI documents and the authorisation matrix are all made from this table.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Unauthenticated
from careline.features.messages.rows import Message
from careline.live.connection import News
from careline.wires.http import show
from careline.wires.server import Server

Who = Literal["public", "anyone", "contact", "staff"]


class Asking(Struct):
    """Who asks, and how. `connection` is set on a socket; `cookies` carries cookies in and out."""

    server: Server
    actor: Actor | None
    address: str
    origin: str = ""
    connection: str | None = None
    cookies: "Cookies | None" = None
    token: str | None = None
    shown: dict[str, News] = field(default_factory=dict)

    def shows(self, page: Sequence[Message]) -> None:
        """These go out with the answer: over REST, once it is written whole, whoever asked has them."""
        show(self.shown, page)

    async def again(self) -> None:
        """Refuse now what would be refused if it were asked anew."""
        if self.token is not None:
            await self.server.identify(self.token, self.address)

    @property
    def somebody(self) -> Actor:
        """The actor of a command that is not public."""
        if self.actor is None:
            raise Unauthenticated()
        return self.actor


class Cookies(Struct):
    """The session cookie a browser brought, and the one to give it: None leaves it, an empty string removes it."""

    brought: str | None = None
    given: str | None = None
    expires_at: int = 0
    trusted: bool = False


class Document(Struct, frozen=True):
    """An answer that is no JSON: a file to keep under a name of ours."""

    body: bytes
    content_type: str
    filename: str


Handle = Callable[[Asking, Any], Awaitable[Any]]


class Command(Struct, frozen=True):
    """`who` may call it at all; what they may do with it, the verb decides. Not all make sense `on_socket`.
    Where one may ask for a document, `also` has its media types."""

    name: str
    method: str
    path: str
    takes: type[Struct]
    gives: Any
    who: Who
    handle: Handle
    status: int
    summary: str
    on_socket: bool
    also: tuple[str, ...] = ()

    def admit(self, actor: Actor | None) -> None:
        """Refuse whoever may not call this at all: nobody we know, or the wrong side of the counter."""
        if self.who == "public":
            return
        if actor is None:
            raise Unauthenticated()
        if self.who != "anyone" and actor.kind != self.who:
            raise Forbidden(f"This is for {self.who} only.")


COMMANDS: dict[str, Command] = {}


def command(
    name: str,
    method: str,
    path: str,
    gives: Any,
    *,
    who: Who = "anyone",
    status: int = 200,
    on_socket: bool = True,
    also: tuple[str, ...] = (),
) -> Callable[[Handle], Handle]:
    """Put a handler into the table; what it takes is its second parameter's type, its docstring the summary."""

    def declare(handle: Handle) -> Handle:
        takes = handle.__annotations__["request"]
        if name in COMMANDS:
            raise ValueError(f"two commands named {name}")
        summary = (handle.__doc__ or "").strip()
        if not summary:
            raise ValueError(f"command {name} says nothing about itself")
        COMMANDS[name] = Command(name, method, path, takes, gives, who, handle, status, summary, on_socket, also)
        return handle

    return declare


class Request(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a command takes: path, query and body together. Unknown fields are refused, never dropped in silence."""


class Nothing(Request, frozen=True):
    """A command that takes nothing."""


def given(request: Request, *names: str) -> dict[str, Any]:
    """The optional fields that were sent, told from those that were not."""
    values = {name: getattr(request, name) for name in names}
    return {name: value for name, value in values.items() if value is not msgspec.UNSET}
