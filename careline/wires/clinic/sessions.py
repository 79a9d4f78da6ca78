"""What can be asked about sessions, people and the location, and how each asks our verbs."""

from typing import Any

from msgspec import structs

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.conversations.actions import access, participants_of, update_conversation
from careline.features.conversations.finding import find_conversation_for, look_for_conversations
from careline.features.conversations.rows import Conversation, LookedFor
from careline.features.desk.actions import label_conversation
from careline.features.desk.labels import list_labels
from careline.features.insight.actions import get_insight
from careline.features.messages.actions import last_messages
from careline.features.people.actions import access_contact
from careline.features.people.staff import access_staff
from careline.features.presence.actions import people_present
from careline.features.push.actions import list_devices, register_device, remove_device
from careline.features.workspaces.rows import Status as StoredStatus
from careline.store.database import Tx
from careline.wires.clinic import auth, shapes, words
from careline.wires.clinic.asking import links, told
from careline.wires.clinic.refusals import missing
from careline.wires.endpoints import Ask, Empty
from careline.wires.shapes import rfc3339


async def sessions(ask: Ask, request: shapes.Sessions) -> list[shapes.Session]:
    """The sessions one may see, the newest message first; archived ones only where they are asked for."""
    if not request.location_id:
        raise missing("query params")
    actor = await auth.at(ask, request.location_id)
    auth.own(actor, request.user_id or None, request.contact_id or None)
    return await _sessions(ask, actor, request, shapes.FILTERS[request.status])


async def all_sessions(ask: Ask, request: shapes.Sessions) -> list[shapes.Session]:
    """Every session of the location, archived ones as well: administrators."""
    actor = await _administering(ask, request.location_id)
    return await _sessions(ask, actor, request, shapes.FILTERS[request.status] if request.status else "any")


async def _administering(ask: Ask, location_id: str | None) -> Actor:
    if ask.who is not None:
        auth.admin(ask.who)
        location_id = location_id or ask.who.workspace_id
    if not location_id:
        raise missing("query params")
    return auth.admin(await auth.at(ask, location_id))


async def _sessions(ask: Ask, actor: Actor, request: shapes.Sessions, status: str) -> list[shapes.Session]:
    async def look(tx: Tx, actor: Actor) -> list[shapes.Session]:
        labels = {} if actor.kind == "contact" else {label.id: label for label in await list_labels(tx, actor)}
        wanted = LookedFor(staff_id=request.user_id or None)
        if actor.kind != "contact":
            wanted = structs.replace(wanted, contact_id=request.contact_id or None)
        if request.tag:
            folded = request.tag.casefold()
            label = next((one.id for one in labels.values() if one.folded == folded), "")
            wanted = structs.replace(wanted, label=label)
        found, _ = await look_for_conversations(tx, actor, wanted, status=status, skip=request.skip, limit=request.most)
        return await _told(ask, tx, actor, found, {id_: label.name for id_, label in labels.items()})

    return await ask.server.database.read_aside(look, actor)


async def _told(
    ask: Ask, tx: Tx, actor: Actor, found: list[Conversation], labels: dict[str, str]
) -> list[shapes.Session]:
    people = await participants_of(tx, actor, found)
    last = await last_messages(tx, actor, found)
    pairs = {one.id: words.pair(one, people[one.id]) for one in found}
    messages = await told(tx, actor, list(last.values()), pairs, links(ask.server))
    by_session = {message.session_id: message for message in messages}
    by_contact = actor.kind == "contact"
    return [words.session(one, people[one.id], labels, by_session.get(one.id), by_contact=by_contact) for one in found]


async def resolve(ask: Ask, request: Empty) -> shapes.Done:
    """It needs no answer any more."""
    return await _become(ask, "closed", "Session resolved")


async def reopen(ask: Ask, request: Empty) -> shapes.Done:
    """It does again."""
    return await _become(ask, "open", "Session reopened")


async def archive(ask: Ask, request: Empty) -> shapes.Done:
    """Put it away."""
    return await _become(ask, "archived", "Session archived")


async def _become(ask: Ask, status: StoredStatus, done: str) -> shapes.Done:
    async def store(tx: Tx, actor: Actor) -> None:
        found = await access(tx, actor, ask.conversation_id)
        if found.status != status:
            await update_conversation(tx, actor, found.id, status=status)

    await ask.server.database.write(store, await auth.at_session(ask))
    return shapes.Done(done)


async def tags(ask: Ask, request: shapes.Tags) -> shapes.Done:
    """Let it bear exactly these tags: doctors and administrators."""
    if request.tags is None:
        raise missing()
    actor = await auth.at_session(ask)
    await ask.server.database.write(label_conversation, actor, ask.conversation_id, request.tags)
    return shapes.Done("Session tags updated")


async def presence(ask: Ask, request: shapes.People) -> shapes.Presence:
    """Whether somebody is there, or when they last were."""
    kind, person_id = ("staff", request.user_id) if request.user_id else ("contact", request.contact_id)
    if not person_id or not (request.location_id or ask.who):
        raise missing("query params")
    actor = await auth.at(ask, request.location_id or ask.actor.workspace_id)
    seen_at = await ask.server.database.read(_last_seen, actor, kind, person_id)
    if ask.server.board.online(actor.workspace_id, f"{kind}:{person_id}"):
        return shapes.Presence("online")
    return shapes.Presence("offline" if seen_at is None else f"last seen at {rfc3339(seen_at)}")


async def _last_seen(tx: Tx, actor: Actor, kind: str, person_id: str) -> int | None:
    """When somebody was last here, for those who may know of them: a patient knows the doctors they talk with."""
    if kind == "contact":
        return (await access_contact(tx, actor, person_id)).last_seen_at
    if actor.kind != "contact":
        return (await access_staff(tx, actor, person_id)).last_seen_at
    session = await find_conversation_for(tx, actor, actor.id, person_id)
    people = await people_present(tx, actor, session.id) if session else []
    for somebody, seen_at in people:
        if (somebody.kind, somebody.id) == ("staff", person_id):
            return seen_at
    raise NotFound("There is nobody of this id whom you talk with.")


async def register(ask: Ask, request: shapes.Register) -> shapes.Done:
    """Be reached on this device; again renews it."""
    if not request.token or request.platform is None:
        raise missing()
    actor = await _owner(ask, request)
    await ask.server.database.write(register_device, actor, request.token, request.platform)
    return shapes.Done("Device registered")


async def unregister(ask: Ask, request: shapes.People) -> shapes.Done:
    """Be reached on it no more."""

    async def remove(tx: Tx, actor: Actor) -> None:
        found = {device.token: device.id for device in await list_devices(tx, actor)}
        await remove_device(tx, actor, found.get(ask.parameters["token"], ""))

    await ask.server.database.write(remove, await _owner(ask, request))
    return shapes.Done("Device removed")


async def _owner(ask: Ask, request: shapes.People) -> Actor:
    if not (request.location_id or ask.who):
        raise missing()
    return await auth.named(ask, await auth.at(ask, request.location_id or ask.actor.workspace_id), request)


async def analytics(ask: Ask, request: shapes.Analytics) -> shapes.Figures:
    """Messages and active people by day: administrators."""
    actor = await _administering(ask, request.location_id)
    found = await ask.server.database.read(get_insight, actor, days=request.days)
    days = [
        shapes.Day(day.day, day.contact_messages + day.staff_messages, day.active_staff, day.active_contacts)
        for day in found.days
    ]
    return shapes.Figures(
        actor.workspace_id,
        request.days,
        sum(day.messages for day in days),
        len(found.staff),
        found.active_contacts,
        days,
    )


async def refresh(ask: Ask, request: shapes.Refresh) -> shapes.Tokens:
    """New tokens for whoever signs in to Careline itself; each refresh token works once."""
    if not request.refresh_token:
        raise missing()
    issued: Any = await ask.server.credentials.refresh(
        request.refresh_token, request.location_id or None, ask.call.address
    )
    return shapes.Tokens(issued.access_token, issued.refresh_token, rfc3339(issued.session.access_expires_at))
