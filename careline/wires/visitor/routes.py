"""The wire over HTTP: one table of what can be asked, and how each asks our verbs."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.actor import Actor, system
from careline.core.errors import Conflict, Infected, Invalid, NotFound, TooMany
from careline.core.limits import network
from careline.features.attachments.actions import access_attachment, may_upload
from careline.features.conversations.actions import access, update_conversation
from careline.features.conversations.finding import contacts_in, look_for_conversations
from careline.features.conversations.rows import Conversation
from careline.features.conversations.visits import start_visit
from careline.features.messages.actions import access_message, last_messages, list_messages
from careline.features.messages.bringing import send_with_files
from careline.features.messages.rows import Message, Only, Sending
from careline.features.people.actions import access_contact, update_contact
from careline.features.receipts.actions import marks_over
from careline.features.receipts.rows import Marking
from careline.store.database import Tx
from careline.wires import forms, uploads
from careline.wires.endpoints import Ask, Comes, Dialect, Empty, Endpoint, Error, Language, from_text, nobody
from careline.wires.http import FORM, Call
from careline.wires.shapes import decode
from careline.wires.visitor import auth, pages, shapes, site
from careline.wires.visitor.refusals import REFUSALS
from careline.wires.wording import worded

VISITOR, ADMIN = "/api/chat", "/api/admin/chats"
STANDING = Only(standing=True)
_say = msgspec.json.Decoder(shapes.Say).decode


# A chat and its thread -----------------------------------------------------------------------------------------------


async def _chats(tx: Tx, actor: Actor, found: list[Conversation]) -> list[shapes.Chat]:
    """As the actor sees them; to a visitor, whoever else may be in a chat is nobody."""
    last = await last_messages(tx, actor, found, standing=True)
    if actor.kind == "contact":
        me = await access_contact(tx, actor, actor.id)
        return [shapes.chat(c, me, last.get(c.id), "contact") for c in found]
    people = await contacts_in(tx, actor, found)
    return [shapes.chat(c, people.get(c.id), last.get(c.id), "staff") for c in found]


async def _thread(tx: Tx, actor: Actor, conversation_id: str, after_id: str = "") -> list[Message]:
    """The newest of a thread, or what follows a message, oldest first; what was deleted is left out."""
    after = await _place(tx, actor, conversation_id, after_id) if after_id else None
    page = await list_messages(tx, actor, conversation_id, after=after, limit=shapes.PAGE, notes=False, only=STANDING)
    return page.items


async def _place(tx: Tx, actor: Actor, conversation_id: str, message_id: str) -> int:
    """Not `NotFound`: a visitor's client that hears that begins a new chat."""
    with suppress(NotFound):
        message = await access_message(tx, actor, message_id)
        if message.conversation_id == conversation_id:
            return message.seq
    raise Invalid("after", "There is no such message in this chat.")


async def _told(ask: Ask, after: str = "") -> list[shapes.Message]:
    """The thread in this wire's words; once it is written whole, whoever asked has it."""

    async def look(tx: Tx, actor: Actor) -> list[shapes.Message]:
        found = await _thread(tx, actor, ask.conversation_id, after)
        ask.shows(found)

        async def word() -> list[shapes.Message]:
            return shapes.messages(found, await marks_over(tx, actor, found))

        return await worded(tx, ask.conversation_id, ("visitor", after), word)

    return await ask.server.database.read(look, ask.actor)


async def _read(ask: Ask, found: Conversation) -> None:
    """Whoever opens a chat as an admin, or writes in it, has read it; that it cannot be noted now refuses nothing."""
    unread = found.contact_unread if ask.actor.kind == "contact" else found.shown_to_staff_as_unread
    if unread:
        with suppress(TooMany):
            await ask.server.mark(Marking(ask.actor, found.id, "read"))


# Visitors ------------------------------------------------------------------------------------------------------------


async def start(ask: Ask, request: shapes.Start) -> shapes.Started:
    """A new chat, and the token that opens it again."""
    server, workspace_id = ask.server, ask.server.settings.visitor.workspace
    ask.call.allow_origin(workspace_id)
    server.gate.take_from("visitor_start", ask.call.address)
    server.gate.take("visits_workspace", workspace_id)
    await site.settle(server)
    begun = await server.database.write(
        start_visit,
        system(workspace_id),
        metadata=shapes.metadata(request.source_page),
        bare=True,
        **request.details,
    )
    await server.follow(workspace_id)
    chat = shapes.chat(begun.conversation, begun.contact, None, "contact")
    return shapes.Started(begun.conversation.id, begun.issued.secret, chat)


async def messages(ask: Ask, request: shapes.After) -> shapes.Thread:
    """The whole thread, oldest first: its newest 500, or those after a message."""
    return shapes.Thread(ask.conversation_id, await _told(ask, request.after))


async def details(ask: Ask, request: shapes.Details) -> shapes.One:
    """Let the visitor say who they are."""

    async def store(tx: Tx, actor: Actor) -> shapes.One:
        found = await access(tx, actor, ask.conversation_id)
        if request.changes:
            await update_contact(tx, actor, actor.id, request.changes)
        return shapes.One((await _chats(tx, actor, [found]))[0])

    return await ask.server.database.write(store, ask.actor)


# Writing, for both ---------------------------------------------------------------------------------------------------


class _Writer(Struct, frozen=True):
    """`late` says who writes once the fields of a form are there; visitors are `counted`."""

    late: Callable[[Call, Mapping[str, Any]], Awaitable[Actor]]
    counted: bool

    def count(self, call: Call, name: str, chat_id: str | None = None) -> None:
        """One more of this address, or of a chat that is known to be theirs."""
        if self.counted and chat_id is None:
            call.server.gate.take_from(name, call.address)
        elif self.counted:
            call.server.gate.take(name, "chat", str(chat_id))


VISITORS, ADMINS = _Writer(auth.visitor_of, counted=True), _Writer(auth.admin_of, counted=False)


async def _write(ask: Ask, writer: _Writer) -> shapes.Thread:
    """Send a message, its files with it or nothing at all, and give the whole thread."""
    call = ask.call
    if auth.is_multipart(call):
        who = (ask.actor.workspace_id, ask.actor.person) if ask.who else ("address", network(call.address))
        writer.count(call, "visitor_send")
        counting = lambda: writer.count(call, "visitor_upload")  # noqa: E731
        async with forms.read(call, "files", shapes.FILES, who, counting) as form:
            ask.who = await writer.late(call, form.fields)
            await _send(ask, writer, from_text({"message": form.fields.get("message", "")}, shapes.Say), form)
    else:
        writer.count(call, "visitor_send")
        is_form = call.request.content_type == FORM
        raw = await call.body(kind=FORM if is_form else "application/json")
        await _send(ask, writer, from_text(await call.form(), shapes.Say) if is_form else decode(raw or b"{}", _say))
    return shapes.Thread(ask.conversation_id, await _told(ask))


async def _send(ask: Ask, writer: _Writer, said: shapes.Say, form: forms.Form | None = None) -> None:
    server, actor = ask.server, ask.actor
    found: Conversation = await server.database.read(access, actor, ask.conversation_id)
    files = form.files if form else []
    writer.count(ask.call, "visitor_send", found.id)
    for file in files:
        uploads.check_extension(file.name, shapes.EXTENSIONS)
        writer.count(ask.call, "visitor_upload", found.id)
    sending = Sending(actor, found.id, said.body)
    if form is None or not files:
        await server.send(sending)
    else:
        server.gate.send(actor)
        allowed = await server.database.read(may_upload, actor, found.id)
        async with form.kept(allowed) as stored:
            await server.database.write(send_with_files, actor, sending, stored)
    await _read(ask, found)


async def visitor_says(ask: Ask, request: None) -> shapes.Thread:
    """Write as the visitor: JSON, or a form with up to three files. The whole thread comes back."""
    return await _write(ask, VISITORS)


async def admin_says(ask: Ask, request: None) -> shapes.Thread:
    """Reply as the admin, in the same ways."""
    return await _write(ask, ADMINS)


async def file(ask: Ask, request: Empty) -> web.StreamResponse:
    """A file of the chat, for its visitor and for admins."""
    found = await ask.server.database.read(access_attachment, ask.actor, ask.parameters["attachment_id"])
    try:
        response = await uploads.answer(ask.call, found)
    except (Infected, Conflict) as refused:
        raise NotFound(refused.detail) from None
    if ask.actor.kind == "contact":
        # A page of the site shows it as a picture; who names the token may have it wherever they are.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# Admins --------------------------------------------------------------------------------------------------------------


async def chats(ask: Ask, request: shapes.Chats) -> shapes.Listed:
    """The chats, newest activity first."""
    wanted, status = request.wanted, request.filter
    limit = min(request.limit, shapes.LIMIT)

    async def look(tx: Tx, actor: Actor) -> shapes.Listed:
        found, total = await look_for_conversations(tx, actor, wanted, status=status, skip=request.offset, limit=limit)
        return shapes.Listed(await _chats(tx, actor, found), total)

    return await ask.server.database.read(look, ask.actor)


async def chat(ask: Ask, request: Empty) -> shapes.Whole:
    """A chat and its thread. Whoever opens it has read it."""
    found = await ask.server.database.read(access, ask.actor, ask.conversation_id)
    await _read(ask, found)

    async def look(tx: Tx, actor: Actor) -> shapes.Chat:
        return (await _chats(tx, actor, [await access(tx, actor, ask.conversation_id)]))[0]

    return shapes.Whole(await ask.server.database.read(look, ask.actor), await _told(ask))


async def change(ask: Ask, request: shapes.Change) -> shapes.One:
    """Set the status. Who says closed of what is archived leaves it there: it is closed here."""

    async def store(tx: Tx, actor: Actor) -> shapes.One:
        found = await access(tx, actor, ask.conversation_id)
        if request.status != shapes.STATUSES[found.status]:
            found = await update_conversation(tx, actor, found.id, status=request.status)
        return shapes.One((await _chats(tx, actor, [found]))[0])

    return await ask.server.database.write(store, ask.actor)


async def _visitor_to_come(call: Call) -> Actor | None:
    forms.wait(call, shapes.FILES)
    return await auth.visitor_unless_later(call)


async def _admin_to_come(call: Call) -> Actor:
    forms.wait(call, shapes.FILES)
    return await auth.admin(call)


_ONE, _CHAT = VISITOR + "/{conversation_id}", ADMIN + "/{conversation_id}"
_FILE = VISITOR + "/files/{attachment_id}"
_FILES = shapes.SayWithFiles
_BARE: dict[Comes, type[Struct]] = {"json": shapes.Say, "form": shapes.Say}  # without files a message needs no parts
TABLE = [
    Endpoint("POST", VISITOR + "/start", shapes.Start, shapes.Started, start, 201, who=nobody),
    Endpoint("GET", _ONE + "/messages", shapes.After, shapes.Thread, messages, who=auth.visitor),
    Endpoint(
        "POST", _ONE + "/messages", _FILES, shapes.Thread, visitor_says, 201, "multipart", _visitor_to_come, also=_BARE
    ),
    Endpoint("PATCH", _ONE, shapes.Details, shapes.One, details, who=auth.visitor),
    Endpoint("GET", _FILE, Empty, None, file, who=auth.visitor_or_admin, media="*/*"),
    Endpoint("GET", ADMIN, shapes.Chats, shapes.Listed, chats),
    Endpoint("GET", _CHAT, Empty, shapes.Whole, chat),
    Endpoint(
        "POST", _CHAT + "/messages", _FILES, shapes.Thread, admin_says, 201, "multipart", _admin_to_come, also=_BARE
    ),
    Endpoint("PATCH", _CHAT, shapes.Change, shapes.One, change),
]

LANGUAGE = Language(
    Dialect(
        "Visitor: anonymous visitors of a site and its admin",
        REFUSALS,
        Error,
        auth.admin,
        security={
            "visitor": {"type": "apiKey", "in": "header", "name": auth.HEADER},
            "admin": {"type": "http", "scheme": "bearer"},
        },
    ),
    TABLE,
    lambda settings: bool(settings.visitor.workspace),
    pages.routes,
    prepare=site.prepare,
)
