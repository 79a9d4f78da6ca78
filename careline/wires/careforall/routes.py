"""The wire over HTTP: one table of what can be asked, and how each asks our verbs."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.conversations.actions import (
    access,
    add_participant,
    assign_conversation,
    conversation_for,
    list_changed_conversations,
    participants_of,
    start_alone,
    update_conversation,
)
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import may_assign
from careline.features.messages.actions import access_message, list_messages
from careline.features.receipts.actions import marks_over, readers_of
from careline.features.receipts.rows import Marking
from careline.settings import Settings
from careline.store.database import Tx
from careline.wires import shapes as json
from careline.wires.careforall import auth, shapes, socket
from careline.wires.careforall.refusals import REFUSALS
from careline.wires.http import Call, Handler, Route
from careline.wires.server import Server

BASE = "/api/conversations"
_encode = msgspec.json.Encoder().encode


class Ask(Struct, frozen=True):
    """Who asks, and about which conversation."""

    server: Server
    actor: Actor
    conversation_id: str = ""


class Endpoint(Struct, frozen=True):
    """`takes` comes from the query of a GET, else from the body; what `handle` returns stands under `data`."""

    method: str
    path: str
    takes: type[Struct]
    gives: type[Struct]
    handle: Callable[[Ask, Any], Awaitable[Any]]
    status: int = 200


async def _whole(tx: Tx, actor: Actor, found: list[Conversation]) -> list[shapes.Conversation]:
    people = await participants_of(tx, actor, found)
    readers = await readers_of(tx, actor, found)
    return [shapes.conversation(c, people[c.id], readers[c.id]) for c in found]


async def _people(tx: Tx, actor: Actor, found: Conversation) -> shapes.People:
    whole = (await _whole(tx, actor, [found]))[0]
    return shapes.People(conversation_id=whole.conversation_id, participants=whole.participants)


async def conversations(ask: Ask, request: shapes.ConversationPages) -> shapes.ConversationList:
    """The conversations one takes part in, or an admin's: all; last changed first."""

    async def look(tx: Tx, actor: Actor) -> tuple[list[shapes.Conversation], int]:
        found, total = await list_changed_conversations(
            tx, actor, status=shapes.FILTERS[request.status], skip=request.skip, limit=request.most
        )
        return await _whole(tx, actor, found), total

    items, total = await ask.server.database.read(look, ask.actor)
    pagination = shapes.Pagination(total=total, page=request.page, limit=request.most)
    return shapes.ConversationList(conversations=items, pagination=pagination)


async def start(ask: Ask, request: shapes.Start) -> shapes.Conversation:
    """A new conversation; where the workspace lets a contact have only one, that one."""
    subject, metadata = request.subject, shapes.metadata(request.metadata)

    async def begin(tx: Tx, actor: Actor) -> shapes.Conversation:
        if actor.kind == "contact":
            found = await conversation_for(tx, actor, actor.id, fresh=True, subject=subject, metadata=metadata)
        else:
            found = await start_alone(tx, actor, subject=subject, metadata=metadata)
        return (await _whole(tx, actor, [found]))[0]

    return await ask.server.database.write(begin, ask.actor)


async def conversation(ask: Ask, request: shapes.Nothing) -> shapes.Conversation:
    """One conversation."""

    async def look(tx: Tx, actor: Actor) -> shapes.Conversation:
        return (await _whole(tx, actor, [await access(tx, actor, ask.conversation_id)]))[0]

    return await ask.server.database.read(look, ask.actor)


async def change(ask: Ask, request: shapes.Change) -> shapes.Conversation:
    """Change status or subject, merge metadata. Who says ACTIVE of what waits leaves it waiting: it is ACTIVE here."""

    async def store(tx: Tx, actor: Actor) -> shapes.Conversation:
        found = await access(tx, actor, ask.conversation_id)
        asked = request.status if request.status != shapes.STATUSES[found.status] else None
        if asked or request.subject is not None or request.metadata is not None:
            found = await update_conversation(
                tx,
                actor,
                found.id,
                subject=request.subject,
                status=shapes.SET[asked] if asked else None,
                metadata=None if request.metadata is None else shapes.metadata(request.metadata),
                merge=True,
            )
        return (await _whole(tx, actor, [found]))[0]

    return await ask.server.database.write(store, ask.actor)


async def assign(ask: Ask, request: shapes.Assign) -> shapes.People:
    """Give a conversation to an admin, by default to oneself."""

    async def store(tx: Tx, actor: Actor) -> shapes.People:
        found = await assign_conversation(tx, actor, ask.conversation_id, request.admin_id or actor.id)
        return await _people(tx, actor, found)

    may_assign(ask.actor)
    return await ask.server.database.write(store, ask.actor)


async def join(ask: Ask, request: shapes.Join) -> shapes.People:
    """Let somebody else take part: for admins and whoever started the conversation."""

    async def store(tx: Tx, actor: Actor) -> shapes.People:
        kind = shapes.KINDS[request.role]
        return await _people(tx, actor, await add_participant(tx, actor, ask.conversation_id, kind, request.user_id))

    return await ask.server.database.write(store, ask.actor)


async def read(ask: Ask, request: shapes.Nothing) -> shapes.Done:
    """Mark everything as read."""
    await ask.server.mark(Marking(ask.actor, ask.conversation_id, "read"))
    return shapes.Done(message="Conversation marked as read")


async def messages(ask: Ask, request: shapes.MessagePages) -> shapes.MessageList:
    """A page of history, the newest first of pages, each in the order things were said."""

    async def look(tx: Tx, actor: Actor) -> tuple[list[shapes.Message], int]:
        found = await access(tx, actor, ask.conversation_id)
        page = await list_messages(
            tx,
            actor,
            found.id,
            before=await _place(tx, actor, found.id, request.before),
            after=await _place(tx, actor, found.id, request.after),
            limit=request.most,
            skip=request.skip,
            notes=False,
        )
        marks = await marks_over(tx, actor, page.items)
        return [shapes.message(message, marks) for message in page.items], found.message_count

    items, total = await ask.server.database.read(look, ask.actor)
    pagination = shapes.Pagination(total=total, page=request.page, limit=request.most)
    return shapes.MessageList(messages=items, pagination=pagination)


async def _place(tx: Tx, actor: Actor, conversation_id: str, outside: str | None) -> int | None:
    if outside is None:
        return None
    message = await access_message(tx, actor, shapes.message_id(outside))
    if message.conversation_id != conversation_id:
        raise NotFound("There is no such message in this conversation.")
    return message.seq


async def say(ask: Ask, request: shapes.Say) -> shapes.Message:
    """Send a message; everybody in the conversation hears it."""
    sent = await ask.server.send(shapes.sending(ask.actor, ask.conversation_id, request))
    return shapes.message(sent.message)


TABLE = [
    Endpoint("GET", BASE, shapes.ConversationPages, shapes.ConversationList, conversations),
    Endpoint("POST", BASE, shapes.Start, shapes.Conversation, start, 201),
    Endpoint("GET", BASE + "/{id}", shapes.Nothing, shapes.Conversation, conversation),
    Endpoint("PUT", BASE + "/{id}", shapes.Change, shapes.Conversation, change),
    Endpoint("POST", BASE + "/{id}/assign", shapes.Assign, shapes.People, assign),
    Endpoint("POST", BASE + "/{id}/participants", shapes.Join, shapes.People, join),
    Endpoint("PUT", BASE + "/{id}/read", shapes.Nothing, shapes.Done, read),
    Endpoint("GET", BASE + "/{id}/messages", shapes.MessagePages, shapes.MessageList, messages),
    Endpoint("POST", BASE + "/{id}/messages", shapes.Say, shapes.Message, say, 201),
]


def routes(settings: Settings) -> list[Route]:
    """Everything this wire answers; nothing where it is not configured."""
    if not settings.careforall.workspace:
        return []
    return [*(Route(e.method, e.path, _answering(e), REFUSALS) for e in TABLE), socket.route()]


def _answering(endpoint: Endpoint) -> Handler:
    decoder = msgspec.json.Decoder(endpoint.takes).decode

    async def answer(call: Call) -> web.StreamResponse:
        actor = await auth.actor_of(call.server, call.bearer, call.address, call.origin)
        call.server.gate.take_as("commands", actor)
        outside = call.parameters.get("id")
        ask = Ask(call.server, actor, "" if outside is None else shapes.conversation_id(outside))
        if endpoint.method == "GET":
            request = _from_query(call.query, endpoint.takes)
        elif endpoint.takes is shapes.Nothing:
            request = shapes.Nothing()
        else:
            request = json.decode(await call.body() or b"{}", decoder)
        data = await endpoint.handle(ask, request)
        return web.Response(
            status=endpoint.status, body=_encode({"success": True, "data": data}), content_type="application/json"
        )

    return answer


def _from_query(query: dict[str, str], takes: type[Struct]) -> Any:
    try:
        return msgspec.convert(query, takes, strict=False)
    except msgspec.ValidationError as error:
        raise json.refused(error) from None
