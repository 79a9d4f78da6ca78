"""The wire over HTTP: one table of what can be asked, and how each asks our verbs."""

from typing import Any

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.conversations.actions import (
    access,
    add_participant,
    assign_conversation,
    conversation_for,
    participants_of,
    start_alone,
    update_conversation,
)
from careline.features.conversations.finding import look_for_conversations
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import may_assign
from careline.features.messages.actions import access_message, list_messages
from careline.features.receipts.actions import marks_over, readers_of
from careline.features.receipts.rows import Marking
from careline.store.database import Tx
from careline.wires.careforall import auth, shapes, socket
from careline.wires.careforall.refusals import REFUSALS, Refusal
from careline.wires.endpoints import Ask, Dialect, Empty, Endpoint, Language
from careline.wires.wording import worded

BASE = "/api/conversations"


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
        found, total = await look_for_conversations(
            tx, actor, status=shapes.FILTERS[request.status], by="change", skip=request.skip, limit=request.most
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


async def conversation(ask: Ask, request: Empty) -> shapes.Conversation:
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


async def read(ask: Ask, request: Empty) -> shapes.Done:
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
        ask.shows(page.items)

        async def word() -> list[shapes.Message]:
            marks = await marks_over(tx, actor, page.items)
            return [shapes.message(message, marks) for message in page.items]

        return await worded(tx, found.id, ("careforall", request), word), found.message_count

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
    Endpoint("GET", BASE + "/{conversation_id}", Empty, shapes.Conversation, conversation),
    Endpoint("PUT", BASE + "/{conversation_id}", shapes.Change, shapes.Conversation, change),
    Endpoint("POST", BASE + "/{conversation_id}/assign", shapes.Assign, shapes.People, assign),
    Endpoint("POST", BASE + "/{conversation_id}/participants", shapes.Join, shapes.People, join),
    Endpoint("PUT", BASE + "/{conversation_id}/read", Empty, shapes.Done, read),
    Endpoint("GET", BASE + "/{conversation_id}/messages", shapes.MessagePages, shapes.MessageList, messages),
    Endpoint("POST", BASE + "/{conversation_id}/messages", shapes.Say, shapes.Message, say, 201),
]


def envelope(data: Any) -> dict[str, Any]:
    return {"success": True, "data": data}


LANGUAGE = Language(
    Dialect(
        "CareForAll: users and admins of a platform",
        REFUSALS,
        Refusal,
        auth.who,
        {"conversation_id": shapes.conversation_id},
        envelope,
    ),
    TABLE,
    lambda settings: bool(settings.careforall.workspace),
    lambda settings: [socket.route()],
)
