"""What was said, as it is asked for: by pair, by words, and what of it is read."""

import asyncio

from careline.core import context
from careline.core.actor import Actor
from careline.core.errors import Invalid, NotFound
from careline.features.conversations.actions import access, participants_of
from careline.features.conversations.finding import find_conversation_for
from careline.features.messages.actions import access_message, access_messages, list_messages
from careline.features.messages.changes import (
    list_pinned,
)
from careline.features.messages.rows import Message, Only
from careline.features.search.actions import search_messages
from careline.features.search.rows import Filters
from careline.store.database import Tx
from careline.wires.clinic import auth, shapes, words
from careline.wires.clinic.asking import links, markings, pairs_of, told
from careline.wires.clinic.refusals import missing
from careline.wires.endpoints import Ask, Empty

SEARCHED = 200
ROUNDS = 5


async def history(ask: Ask, request: shapes.History) -> list[shapes.Message]:
    """What these two have said to each other, oldest first."""
    if not (request.location_id and request.user_id and request.contact_id):
        raise missing("query params")
    sides = shapes.Pair(request.location_id, request.user_id, request.contact_id)
    reader = await auth.at(ask, sides.location_id)
    auth.own(reader, sides.user_id, sides.contact_id)
    only = Only(
        from_at=request.from_at,
        to_at=request.to_at,
        kind=None if request.type == "file" else request.type,
        unread_by=("contact" if reader.kind == "contact" else "staff") if request.unread else None,
        pinned=request.pinned,
        has_attachment=request.has_attachment or request.type == "file",
    )
    limit = min(request.limit, shapes.HISTORY_MOST)

    async def look(tx: Tx, actor: Actor) -> list[shapes.Message]:
        found = await find_conversation_for(tx, actor, sides.contact_id, sides.user_id)
        if found is None:
            return []
        before = await _place(tx, actor, found.id, request.before)
        messages = await _latest(tx, actor, found.id, only, request.type, before, limit)
        if actor.id in (sides.user_id, sides.contact_id):
            ask.shows(messages)
        return await told(tx, actor, messages, {found.id: sides}, links(ask.server))

    return await ask.server.database.read(look, reader)


async def _place(tx: Tx, actor: Actor, session_id: str, message_id: str | None) -> int | None:
    if not message_id:
        return None
    message = await access_message(tx, actor, message_id)
    if message.conversation_id != session_id:
        raise NotFound("There is no such message in this session.")
    return message.seq


async def _latest(
    tx: Tx, actor: Actor, session_id: str, only: Only, type_: str | None, before: int | None, limit: int
) -> list[Message]:
    """The last of the messages that are of this type here: a text with a file is a file on this wire."""
    found: list[Message] = []
    while True:
        page = await list_messages(tx, actor, session_id, before=before, limit=limit, notes=False, only=only)
        found = [m for m in page.items if type_ in (None, words.message_type(m))] + found
        before = page.before
        if before is None or len(found) >= limit:
            return found[-limit:]


async def read(ask: Ask, request: shapes.MessageIds) -> shapes.Done:
    """Mark exactly these messages as read, by the side they went to."""
    ids = list(dict.fromkeys(request.message_ids or ()))
    if not ids:
        raise missing()
    actor = await auth.at_messages(ask, ids)
    messages = await ask.server.database.read(access_messages, actor, ids)
    readers = await _readers(ask, actor, messages)
    done = []
    for session, who in readers.items():
        mine = [message for message in messages if message.conversation_id == session]
        done += [ask.server.mark(marking) for marking in markings(who, mine, context.current.get(), None)]
    await asyncio.gather(*done)
    return shapes.Done("Messages marked as read")


async def _readers(ask: Ask, actor: Actor, messages: list[Message]) -> dict[str, dict[str, Actor]]:
    """Who reads on which side of each session, in the order of the messages: whoever asks on theirs, a stranger as the
    receivers.
    """
    sessions = list(dict.fromkeys(message.conversation_id for message in messages))
    if actor.kind != "system":
        return {id_: {actor.kind: actor} for id_ in sessions}
    pairs = await ask.server.database.read(pairs_of, actor, set(sessions))
    found: dict[str, dict[str, Actor]] = {id_: {} for id_ in sessions}
    for id_, sides in pairs.items():
        if sides.user_id:
            found[id_]["staff"] = await auth.person(ask.server, actor, "staff", sides.user_id)
        if sides.contact_id:
            found[id_]["contact"] = await auth.person(ask.server, actor, "contact", sides.contact_id)
    return found


async def search(ask: Ask, request: shapes.Search) -> list[shapes.Message]:
    """The messages that say something and that one may read."""
    typed = request.q if request.q is not None else request.query
    if not request.location_id or typed is None:
        raise missing("query params")
    reader = await auth.at(ask, request.location_id)
    end = request.skip + request.most
    if end > SEARCHED:
        raise Invalid("page", f"A search reaches {SEARCHED} messages far.")
    filters = Filters(from_at=request.from_at, to_at=request.to_at)

    async def look(tx: Tx, actor: Actor) -> list[shapes.Message]:
        found: list[Message] = []
        order, before = request.sort, None
        for _ in range(ROUNDS):
            page, before = await search_messages(
                tx, actor, typed, filters, match="part", order=order, before=before, limit=SEARCHED
            )
            found += [one.message for one in page if _is_found(one.message, request.type)]
            if before is None or len(found) >= end:
                break
        messages = found[request.skip : end]
        pairs = await pairs_of(tx, actor, {message.conversation_id for message in messages})
        return await told(tx, actor, messages, pairs, links(ask.server))

    return await ask.server.database.read_aside(look, reader)


def _is_found(message: Message, type_: str | None) -> bool:
    return message.kind != "note" and type_ in (None, words.message_type(message))


async def pinned(ask: Ask, request: Empty) -> list[shapes.Message]:
    """The pinned messages of a session, the newest message first."""

    async def look(tx: Tx, actor: Actor) -> list[shapes.Message]:
        session = await access(tx, actor, ask.conversation_id)
        people = await participants_of(tx, actor, [session])
        found = [m for m in await list_pinned(tx, actor, session.id) if m.kind != "note"]
        return await told(tx, actor, found, {session.id: words.pair(session, people[session.id])}, links(ask.server))

    return await ask.server.database.read(look, await auth.at_session(ask))
