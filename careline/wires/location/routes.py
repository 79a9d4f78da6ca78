"""The wire over HTTP: one table of what can be asked, and how each asks our verbs."""

from collections.abc import Iterable

from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, NotFound
from careline.features.attachments.actions import add_reference
from careline.features.conversations.actions import access, conversation_for
from careline.features.conversations.finding import find_conversation_for
from careline.features.conversations.rows import Conversation
from careline.features.messages.actions import access_message, list_messages
from careline.features.messages.changes import delete_message
from careline.features.messages.rows import Message, Sending
from careline.features.messages.rules import is_author
from careline.features.people.actions import find_contact
from careline.features.receipts.actions import marks_over
from careline.features.receipts.rows import Mark, Marking
from careline.features.tokens.actions import access_token, issue_token, list_tokens, revoke_token
from careline.features.tokens.rows import IssuedToken
from careline.store.database import Tx
from careline.wires.endpoints import Ask, Dialect, Empty, Endpoint, Language
from careline.wires.files import Named
from careline.wires.location import auth, shapes, socket
from careline.wires.location.refusals import REFUSALS, Refusal
from careline.wires.newcomers import admit
from careline.wires.wording import worded

BASE = "/location-contact-chat"


async def _thread(tx: Tx, actor: Actor, contact_id: str, makes: bool) -> Conversation | None:
    """The pair's conversation as it is now. `NotFound` for a contact who is not known, unless their first message or
    token `makes` them: then they are somebody who has said nothing.
    """
    found = await find_conversation_for(tx, actor, contact_id, _mine(actor))
    if found is None and not makes and await find_contact(tx, actor, contact_id) is None:
        raise NotFound("There is no such contact at this location.")
    return found


def _mine(actor: Actor) -> str | None:
    """Whose thread with a contact is meant: the location's, unless somebody there sees none but their own."""
    return actor.id if actor.kind == "staff" and not actor.sees_all else None


async def _find(ask: Ask, pair: shapes.Pair | shapes.PairAsked) -> Conversation | None:
    actor = auth.agreeing(ask.actor, pair.location_id)
    return await ask.server.database.read(_thread, actor, pair.contact_id, auth.makes_people(ask.server, actor))


async def _make_known(tx: Tx, actor: Actor, contact_id: str, makes: bool) -> None:
    if makes:
        await admit(tx, system(actor.workspace_id), Actor(actor.workspace_id, "contact", contact_id), None)


def _shown(
    ask: Ask, pair: shapes.Pair | shapes.PairAsked, message: Message, marks: Iterable[Mark] = ()
) -> shapes.Message:
    server = ask.server

    def address(attachment_id: str) -> str:
        named = Named(ask.actor.workspace_id, attachment_id, False)
        return server.files.address(named, server.clock(), server.public_url)

    return shapes.message(message, pair, address, marks)


async def say(ask: Ask, request: shapes.Say) -> shapes.Said:
    """Send a message: as the location, or with a chat token as the contact."""
    request.check(ask.server.settings.attachments_per_message)
    conversation_id, attachment_ids = await _place(ask, request)
    # A contact is called what their record says: nobody signs as somebody else.
    label = request.sender_name if ask.actor.kind == "staff" else None
    sending = Sending(
        ask.actor, conversation_id, request.content, sender_label=label or None, attachment_ids=attachment_ids
    )
    return shapes.Said(_shown(ask, request, (await ask.server.send(sending)).message))


async def _place(ask: Ask, request: shapes.Say) -> tuple[str, tuple[str, ...]]:
    """The conversation that a message goes into and the attachments it takes; what is not there yet is made at once,
    all of it or nothing.
    """
    server = ask.server
    found = await _find(ask, request)
    files = request.attachments or []
    now, here = server.clock(), server.public_url
    uploads = [server.files.named(file.file_url, ask.actor.workspace_id, now, here) for file in files]

    async def make(tx: Tx, actor: Actor) -> tuple[str, tuple[str, ...]]:
        await _make_known(tx, actor, request.contact_id, auth.makes_people(server, actor))
        place = await access(tx, actor, (await conversation_for(tx, actor, request.contact_id, _mine(actor))).id)
        made = [
            upload or (await add_reference(tx, actor, *file.said, place.id)).id
            for upload, file in zip(uploads, files, strict=True)
        ]
        return place.id, tuple(made)

    if found is not None and found.closed_at is None and None not in uploads:
        return found.id, tuple(filter(None, uploads))
    for _ in range(uploads.count(None)):
        server.gate.take_as("upload", ask.actor)
    return await server.database.write(make, ask.actor)


async def messages(ask: Ask, request: shapes.MessagesAsked) -> shapes.Messages:
    """A page of what was said, the newest first."""
    only = request.only

    async def look(tx: Tx, actor: Actor) -> shapes.Messages:
        found = await _thread(tx, actor, request.contact_id, auth.makes_people(ask.server, actor))
        if found is None:
            return shapes.Messages([], is_last_page=True)
        most = min(request.limit, shapes.LIMIT)
        page = await list_messages(tx, actor, found.id, limit=most, skip=request.offset, notes=False, only=only)
        ask.shows(page.items)

        async def word() -> shapes.Messages:
            marks = await marks_over(tx, actor, page.items)
            shown = [_shown(ask, request, message, marks) for message in reversed(page.items)]
            return shapes.Messages(shown, is_last_page=page.before is None)

        # The addresses of files are good for some minutes: each answer has its own.
        has_files = any(message.attachments for message in page.items)
        return await (word() if has_files else worded(tx, found.id, ("location", request), word))

    return await ask.server.database.read(look, auth.agreeing(ask.actor, request.location_id))


async def read(ask: Ask, request: shapes.Pair) -> shapes.Done:
    """Mark what the other side wrote as read by one's own."""
    found = await _find(ask, request)
    if found is not None:
        await ask.server.mark(Marking(ask.actor, found.id, "read"))
    return shapes.Done("ok")


async def unread(ask: Ask, request: shapes.PairAsked) -> shapes.Unread:
    """How much each side has not read yet."""
    return shapes.unread(await _find(ask, request))


async def _public_message(tx: Tx, actor: Actor, message_id: str) -> Message:
    message = await access_message(tx, actor, message_id)
    if message.kind == "note":
        raise NotFound("There is no such message.")
    return message


async def delete(ask: Ask, request: Empty) -> shapes.Done:
    """Take one's own message back: its place stays, its text is gone."""

    async def take_back(tx: Tx, actor: Actor) -> None:
        message = await _public_message(tx, actor, ask.parameters["message_id"])
        if not is_author(actor, message):
            raise Forbidden("Only who sent a message may delete it.")
        await delete_message(tx, actor, message.id)

    await ask.server.database.write(take_back, ask.actor)
    return shapes.Done("deleted")


async def issue(ask: Ask, request: shapes.Issue) -> shapes.Issued:
    """A chat token for a contact, which is told this once."""

    async def make(tx: Tx, actor: Actor) -> IssuedToken:
        await _make_known(tx, actor, request.contact_id, auth.makes_people(ask.server, actor))
        return await issue_token(tx, actor, request.contact_id, expires_at=shapes.milliseconds(request.expires_at))

    issued = await ask.server.database.write(make, ask.actor)
    shown = shapes.token(issued.token, ask.server.clock())
    return shapes.Issued(issued.secret, shown.id, shown.expires_at)


async def tokens(ask: Ask, request: shapes.PairAsked) -> shapes.Tokens:
    """A contact's chat tokens without their values, the newest first."""
    try:
        found = await ask.server.database.read(list_tokens, ask.actor, request.contact_id)
    except NotFound:
        if not auth.makes_people(ask.server, ask.actor):
            raise
        found = []  # whoever would be known at the first message or token has none yet
    return shapes.Tokens([shapes.token(token, ask.server.clock()) for token in found])


async def invalidate(ask: Ask, request: Empty) -> shapes.Done:
    """End a chat token and the sockets it opened; again is no change."""
    await ask.server.database.write(revoke_token, ask.actor, ask.parameters["token_id"])
    return shapes.Done("ok")


_message, _token = "message_id", "token_id"
TABLE = [
    Endpoint("POST", BASE + "/messages", shapes.Say, shapes.Said, say),
    Endpoint("GET", BASE + "/messages", shapes.MessagesAsked, shapes.Messages, messages),
    Endpoint("POST", BASE + "/messages/read", shapes.Pair, shapes.Done, read),
    Endpoint("GET", BASE + "/messages/unread-count", shapes.PairAsked, shapes.Unread, unread),
    Endpoint(
        "DELETE", BASE + "/messages/{message_id}", Empty, shapes.Done, delete,
        who=auth.holder(_public_message, _message),
    ),
    Endpoint("POST", BASE + "/tokens", shapes.Issue, shapes.Issued, issue),
    Endpoint("GET", BASE + "/tokens", shapes.PairAsked, shapes.Tokens, tokens),
    Endpoint(
        "POST", BASE + "/tokens/{token_id}/invalidate", Empty, shapes.Done, invalidate,
        who=auth.holder(access_token, _token),
    ),
]  # fmt: skip

LANGUAGE = Language(
    Dialect(
        "Location contact chat: the staff of locations and their contacts",
        REFUSALS,
        Refusal,
        auth.who,
        security={
            "staff": {"type": "http", "scheme": "bearer"},
            "contact": {"type": "apiKey", "in": "header", "name": auth.CHAT_TOKEN},
        },
    ),
    TABLE,
    lambda settings: settings.location.on,
    lambda settings: [],
    socket.open_,
)
