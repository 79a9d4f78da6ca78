"""What can be asked about messages, and how each asks our verbs."""

from typing import Any

from careline.core.actor import Actor
from careline.core.errors import Invalid
from careline.features.messages.actions import access_message
from careline.features.messages.answers import forward_message
from careline.features.messages.changes import (
    delete_message,
    delete_messages,
    edit_message,
    pin_message,
    unpin_message,
)
from careline.features.reactions.actions import add_reaction, remove_reaction
from careline.store.database import Tx
from careline.wires.clinic import auth, shapes, words
from careline.wires.clinic.asking import links, pairs_of, sending, session_of, told
from careline.wires.clinic.refusals import missing
from careline.wires.endpoints import Ask, Empty
from careline.wires.uploads import receive


async def send(ask: Ask, request: shapes.Send) -> shapes.Message:
    """Send a message to the other side; both hear it on their sockets."""
    sides = _sides(request)
    if sides is None or not (request.content or request.file_url):
        raise missing()
    here = await auth.at(ask, sides.location_id)
    by_staff = shapes.given(request.sender_user_id) is not None
    staff, contact = ("staff", sides.user_id), ("contact", sides.contact_id)
    if here.kind == "system":
        await auth.person(ask.server, here, *(contact if by_staff else staff))  # type: ignore[arg-type]
    actor = await auth.person(ask.server, here, *(staff if by_staff else contact))  # type: ignore[arg-type]
    session_id = await session_of(ask.server, actor, sides.user_id, sides.contact_id)
    sent = await ask.server.send(sending(ask.server, actor, session_id, request))

    async def look(tx: Tx, actor: Actor) -> shapes.Message:
        return (await told(tx, actor, [sent.message], {session_id: sides}, links(ask.server)))[0]

    if sent.repeated:  # by now it may have been read
        return await ask.server.database.read(look, actor)
    return words.message(sent.message, sides, links(ask.server), ask.server.clock())


def _sides(request: shapes.Said) -> shapes.Pair | None:
    """Whom a message is between: a doctor and a patient, one of them its sender."""
    from_user, to_user = shapes.given(request.sender_user_id), shapes.given(request.receiver_user_id)
    from_contact, to_contact = shapes.given(request.sender_contact_id), shapes.given(request.receiver_contact_id)
    if (from_user is None) == (from_contact is None):
        return None
    user_id, contact_id = (from_user, to_contact) if from_user else (to_user, from_contact)
    if not (request.location_id and user_id and contact_id):
        return None
    return shapes.Pair(request.location_id, user_id, contact_id)


async def upload(ask: Ask, request: Any) -> shapes.Uploaded:
    """Upload a file, to be sent with a message by its address."""
    query = ask.call.query
    actor = ask.who
    if actor is None:
        kind: Any = "staff" if query.get("user_id") else "contact"
        person_id = query.get("user_id") or query.get("contact_id")
        if not query.get("location_id") or not person_id:
            raise missing("query params")
        actor = await auth.person(ask.server, await auth.at(ask, query["location_id"]), kind, person_id)

    async def again() -> Actor | None:
        return await auth.who(ask.call)

    stored = await receive(ask.call, actor, query.get("session_id"), again, strict=False)
    url = links(ask.server)(actor.workspace_id, stored.id, ask.server.clock())
    return shapes.Uploaded(url, stored.name, stored.type)


async def edit(ask: Ask, request: shapes.Content) -> shapes.Done:
    """Say it differently: its author, for a while."""
    if not request.content:
        raise missing()
    actor = await auth.author(ask)
    await ask.server.database.write(edit_message, actor, ask.parameters["message_id"], request.content)
    return shapes.Done("Message updated")


async def delete(ask: Ask, request: Empty) -> shapes.Done:
    """Take it back: its author, or an administrator."""
    actor = await auth.author(ask)
    await ask.server.database.write(delete_message, actor, ask.parameters["message_id"])
    return shapes.Done("Message deleted")


async def react(ask: Ask, request: shapes.React) -> shapes.Done:
    """React with an emoji; again is no change."""
    actor, message_id, emoji = await _reacting(ask, request)
    await ask.server.database.write(add_reaction, actor, message_id, emoji)
    return shapes.Done("Reaction added")


async def unreact(ask: Ask, request: shapes.React) -> shapes.Done:
    """Take one's reaction back; again is no change."""
    actor, message_id, emoji = await _reacting(ask, request)
    await ask.server.database.write(remove_reaction, actor, message_id, emoji)
    return shapes.Done("Reaction removed")


async def _reacting(ask: Ask, request: shapes.React) -> tuple[Actor, str, str]:
    if not request.message_id or not request.emoji:
        raise missing()
    here = await auth.at_messages(ask, [request.message_id])
    return await auth.named(ask, here, request), request.message_id, request.emoji


async def pin(ask: Ask, request: Empty) -> shapes.Done:
    """Keep it at hand for both sides."""
    message_id = ask.parameters["message_id"]
    await ask.server.database.write(pin_message, await auth.at_messages(ask, [message_id]), message_id)
    return shapes.Done("Message pinned")


async def unpin(ask: Ask, request: Empty) -> shapes.Done:
    """Keep it at hand no longer."""
    message_id = ask.parameters["message_id"]
    await ask.server.database.write(unpin_message, await auth.at_messages(ask, [message_id]), message_id)
    return shapes.Done("Message unpinned")


async def forward(ask: Ask, request: shapes.Forward) -> shapes.Message:
    """Say it again in another session, in one's own name."""
    message_id = ask.parameters["message_id"]
    to_user, to_contact = shapes.given(request.receiver_user_id), shapes.given(request.receiver_contact_id)
    if not (request.session_id or to_user or to_contact):
        raise missing()
    actor = await _forwarding(ask, request, by_contact=to_user is not None)
    session_id = request.session_id
    if not session_id:
        user_id, contact_id = (to_user, actor.id) if actor.kind == "contact" else (actor.id, to_contact)
        if user_id is None or contact_id is None:
            raise Invalid("receiver_user_id", "A doctor forwards to a patient or a session, a patient to a doctor.")
        session_id = await session_of(ask.server, actor, user_id, contact_id)
    sent = await ask.server.database.write(forward_message, actor, message_id, session_id, request.client_id or None)

    async def look(tx: Tx, actor: Actor) -> shapes.Message:
        pairs = await pairs_of(tx, actor, {session_id})
        return (await told(tx, actor, [sent.message], pairs, links(ask.server)))[0]

    return await ask.server.database.read(look, actor)


async def _forwarding(ask: Ask, request: shapes.Forward, *, by_contact: bool) -> Actor:
    """Whoever asks, or says to be the sender; of a stranger who names none, the side of the message that can."""
    actor = await auth.at_messages(ask, [ask.parameters["message_id"]])
    user_id, contact_id = shapes.given(request.sender_user_id), shapes.given(request.sender_contact_id)
    if user_id or contact_id:
        return await auth.person(ask.server, actor, "staff" if user_id else "contact", user_id or contact_id or "")
    if actor.kind != "system":
        return actor
    message = await ask.server.database.read(access_message, actor, ask.parameters["message_id"])
    pairs = await ask.server.database.read(pairs_of, actor, {message.conversation_id})
    sides = pairs[message.conversation_id]
    if by_contact or not sides.user_id:
        return await auth.person(ask.server, actor, "contact", sides.contact_id)
    return await auth.person(ask.server, actor, "staff", sides.user_id)


async def moderate(ask: Ask, request: shapes.MessageIds) -> shapes.Done:
    """Take messages back, all of them or none: administrators."""
    ids = tuple(dict.fromkeys(request.message_ids or ()))
    if not ids:
        raise missing()
    if ask.who is not None:
        auth.admin(ask.who)
    await ask.server.database.write(delete_messages, auth.admin(await auth.at_messages(ask, list(ids))), ids)
    return shapes.Done("Messages deleted")
