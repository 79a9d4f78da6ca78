"""Searching messages and contacts."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from careline.core.actor import Actor
from careline.features.messages.rows import MessageKind
from careline.features.messages.rules import is_author
from careline.features.search.actions import search_contacts, search_messages
from careline.features.search.rows import Filters, Found, Match, Order
from careline.features.workspaces.rows import Status
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command

PAGES = "search"
Query = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Time = Annotated[int, Meta(ge=0, le=1 << 60)]


class SearchMessages(Request, frozen=True):
    """What to look for, and what else a message must be; what is not given asks nothing."""

    q: Query
    match: Match = "word"
    order: Order = "time"
    conversation_id: str | None = None
    sender_kind: Literal["staff", "contact", "system"] | None = None
    sender_id: str | None = None
    kind: MessageKind | None = None
    from_at: Time | None = None
    to_at: Time | None = None
    has_attachment: bool = False
    pinned: bool = False
    unread: bool = False
    label: str | None = None
    status: Status | None = None
    limit: Limit = 20
    cursor: str | None = None


class Snippet(Struct, frozen=True):
    """Where the message matches: marks are pairs of offsets in the text, counted in UTF-16 units."""

    text: str
    marks: list[tuple[int, int]]


class MessageFound(Struct, frozen=True):
    message: shapes.Message
    subject: str | None
    snippet: Snippet


class MessagesFound(Struct, frozen=True):
    """`next` is the cursor of what follows, None at the end; a page may be short and still have one."""

    items: list[MessageFound]
    next: str | None


class SearchContacts(Request, frozen=True):
    q: Query
    limit: Limit = 20


class ContactFound(Struct, frozen=True):
    contact: shapes.Contact
    similarity: float


class ContactsFound(Struct, frozen=True):
    """The most similar first."""

    items: list[ContactFound]


@command("message.search", "GET", "/v1/search/messages", MessagesFound)
async def messages(ask: Asking, request: SearchMessages) -> MessagesFound:
    """The messages one may read that say something: by word, the last of which may be begun only, or by part of one."""
    actor, cursors = ask.somebody, ask.server.cursors
    use = f"{PAGES}/{request.order}"
    before = cursors.decode(request.cursor, actor.workspace_id, use) if request.cursor else None
    found, further = await ask.server.database.read_aside(
        search_messages,
        actor,
        request.q,
        Filters(**{field: getattr(request, field) for field in Filters.__struct_fields__}),
        match=request.match,
        order=request.order,
        before=before,
        limit=request.limit,
    )
    items = [_shaped(one, actor) for one in found]
    return MessagesFound(items, None if further is None else cursors.encode(further, actor.workspace_id, use))


def _shaped(found: Found, actor: Actor) -> MessageFound:
    client_id = found.message.client_id if is_author(actor, found.message) else None
    message = shapes.message(found.message, actor.kind, client_id=client_id)
    return MessageFound(message, found.subject, Snippet(found.snippet.text, found.snippet.marks))


@command("contact.search", "GET", "/v1/search/contacts", ContactsFound, who="staff")
async def contacts(ask: Asking, request: SearchContacts) -> ContactsFound:
    """The contacts whose name, e-mail address or phone number is like what is typed, misspelled or not."""
    found = await ask.server.database.read_aside(search_contacts, ask.somebody, request.q, limit=request.limit)
    return ContactsFound([ContactFound(shapes.contact(one.contact), round(one.similarity, 2)) for one in found])
