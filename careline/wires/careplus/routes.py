"""The wire over HTTP: one table of what can be asked, and how each asks our verbs."""

from typing import Any

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.conversations.actions import access
from careline.features.conversations.finding import look_for_conversations
from careline.features.conversations.rows import LookedFor
from careline.features.desk.removal import delete_conversation
from careline.features.messages.actions import access_message, count_standing, list_messages
from careline.features.messages.changes import delete_message, edit_message
from careline.features.messages.rows import Message, Only, Sending, Sent
from careline.features.receipts.rows import Marking
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx
from careline.wires.careplus import auth, files, people, shapes, socket, takes, tokens
from careline.wires.careplus.refusals import REFUSALS, Refusal
from careline.wires.careplus.sending import send
from careline.wires.careplus.threads import own_thread, shaped, thread_of
from careline.wires.endpoints import Ask, Dialect, Empty, Endpoint, Language, nobody
from careline.wires.uploads import receive

BASE = "/api/v1"
ALL = BASE + "/chat/conversations"
ONE = ALL + "/{conversation_id}"
SAID = ONE + "/messages"
STANDING = Only(standing=True)


def addresses(ask: Ask) -> files.Addresses:
    return files.Addresses(ask.server.files.links, ask.actor.workspace_id, ask.server.clock())


async def conversations(ask: Ask, request: takes.Found) -> shapes.ConversationList:
    """The pharmacy's conversations, newest activity first."""
    auth.may_answer(ask.actor)

    async def look(tx: Tx, actor: Actor) -> shapes.ConversationList:
        wanted = LookedFor(q=request.q)
        found, total = await look_for_conversations(
            tx, actor, wanted, status="any", skip=request.offset, limit=request.most
        )
        return shapes.ConversationList(await shaped(tx, actor, found), total)

    return await ask.server.database.read(look, ask.actor)


async def start(ask: Ask, request: takes.Whom) -> shapes.Conversation:
    """The conversation with a customer, made if there is none."""
    auth.may_answer(ask.actor)
    makes = auth.makes_customers(ask.server, ask.actor)

    async def begin(tx: Tx, actor: Actor) -> shapes.Conversation:
        await people.known_customer(tx, actor, request.customer_id, makes=makes)
        return (await shaped(tx, actor, [await thread_of(tx, actor, request.customer_id)]))[0]

    return await ask.server.database.write(begin, ask.actor)


async def conversation(ask: Ask, request: Empty) -> shapes.Conversation:
    """One conversation."""

    async def look(tx: Tx, actor: Actor) -> shapes.Conversation:
        return (await shaped(tx, actor, [await access(tx, actor, ask.conversation_id)]))[0]

    return await ask.server.database.read(look, ask.actor)


async def own(ask: Ask, request: Empty) -> shapes.Conversation:
    """The conversation of whoever writes to the pharmacy."""

    async def look(tx: Tx, actor: Actor) -> shapes.Conversation:
        return (await shaped(tx, actor, [await own_thread(tx, actor)]))[0]

    database = ask.server.database
    return await (database.write if auth.is_user(ask.actor) else database.read)(look, ask.actor)


async def remove(ask: Ask, request: Empty) -> None:
    """End a conversation with all that was said in it; for administrators."""
    await ask.server.database.write(delete_conversation, ask.actor, ask.conversation_id)


async def read(ask: Ask, request: Empty) -> None:
    """Mark everything as read."""
    await ask.server.mark(Marking(ask.actor, ask.conversation_id, "read"))


async def messages(ask: Ask, request: takes.MessagePages) -> shapes.MessageList:
    """What was said, the newest first."""
    at = addresses(ask)

    async def look(tx: Tx, actor: Actor) -> shapes.MessageList:
        found = await access(tx, actor, ask.conversation_id)
        page = await list_messages(
            tx, actor, found.id, limit=request.most, skip=request.offset, notes=False, only=STANDING
        )
        ask.shows(page.items)
        total = await count_standing(tx, actor, found)
        return shapes.MessageList([shapes.message(message, at) for message in reversed(page.items)], total)

    return await ask.server.database.read(look, ask.actor)


async def say(ask: Ask, request: takes.Say) -> shapes.Message:
    """Send a message; everybody in the conversation hears it."""
    sending: Sending = shapes.sending(ask.actor, ask.conversation_id, request, ask.server.files.links)
    sent: Sent = await send(ask.server, sending)
    return shapes.message(sent.message, addresses(ask), author=True)


async def _named(tx: Tx, actor: Actor, ask: Ask) -> Message:
    """The message that the address names, in the conversation that it names."""
    message = await access_message(tx, actor, ask.parameters["message_id"])
    if message.conversation_id != ask.conversation_id or message.kind == "note":
        raise NotFound("There is no such message in this conversation.")
    return message


async def edit(ask: Ask, request: takes.Edit) -> shapes.Message:
    """Say it differently: the author, for as long as the workspace allows."""

    async def change(tx: Tx, actor: Actor) -> Message:
        message = await _named(tx, actor, ask)
        if message.deleted_at is not None:
            raise NotFound("There is no such message in this conversation.")
        return await edit_message(tx, actor, message.id, request.body)

    return shapes.message(await ask.server.database.write(change, ask.actor), addresses(ask))


async def take_back(ask: Ask, request: Empty) -> None:
    """Take a message back: its author, or an administrator. Again changes nothing."""

    async def change(tx: Tx, actor: Actor) -> None:
        await delete_message(tx, actor, (await _named(tx, actor, ask)).id)

    await ask.server.database.write(change, ask.actor)


async def settings(ask: Ask, request: Empty) -> shapes.Settings:
    """For how many minutes one may edit what one said."""
    workspace = await ask.server.database.read(workspace_of, ask.actor)
    return shapes.Settings(workspace.edit_window_ms // 60_000)


async def upload(ask: Ask, request: Any) -> shapes.Uploaded:
    """Upload a file, to be sent as `attachment_url`."""

    async def again() -> Actor:
        return await auth.who(ask.call)

    stored = await receive(ask.call, ask.actor, None, again, fields=files.FIELDS, types=files.TYPES, strict=False)
    return shapes.uploaded(stored, addresses(ask))


def _upload(path: str) -> Endpoint:
    form: Any = {"comes": "multipart", "who": auth.uploader}
    return Endpoint("POST", BASE + path, takes.Form, shapes.Uploaded, upload, 201, **form)


TABLE = [
    Endpoint("GET", ALL, takes.Found, shapes.ConversationList, conversations),
    Endpoint("POST", ALL, takes.Whom, shapes.Conversation, start),
    Endpoint("GET", ONE, Empty, shapes.Conversation, conversation),
    Endpoint("DELETE", ONE, Empty, None, remove, 204),
    Endpoint("POST", ONE + "/read", Empty, None, read, 204),
    Endpoint("GET", SAID, takes.MessagePages, shapes.MessageList, messages),
    Endpoint("POST", SAID, takes.Say, shapes.Message, say, 201),
    Endpoint("PATCH", SAID + "/{message_id}", takes.Edit, shapes.Message, edit),
    Endpoint("DELETE", SAID + "/{message_id}", Empty, None, take_back, 204),
    Endpoint("POST", BASE + "/chat/customer-token", takes.Whom, shapes.CustomerToken, people.customer_token),
    Endpoint("POST", BASE + "/chat/otp", takes.StartCode, shapes.Said, people.start, 202, who=nobody),
    Endpoint("POST", BASE + "/chat/otp/verify", takes.VerifyCode, shapes.Token, people.verify, who=nobody),
    Endpoint("GET", BASE + "/chat/me", Empty, shapes.Conversation, own),
    Endpoint("GET", BASE + "/chat/settings", Empty, shapes.Settings, settings),
    Endpoint("GET", BASE + "/customers", takes.Found, shapes.CustomerList, people.customers),
    _upload("/upload"),
    _upload("/chat/upload"),
    Endpoint("POST", BASE + "/auth/login", takes.SignIn, shapes.Session, people.sign_in, who=nobody),
    Endpoint("POST", BASE + "/auth/refresh", takes.Refresh, shapes.Session, people.refresh, who=nobody),
    Endpoint("GET", BASE + "/auth/me", Empty, shapes.User, people.myself),
]


LANGUAGE = Language(
    Dialect(
        "CarePlus: staff and customers of a pharmacy",
        REFUSALS,
        Refusal,
        auth.who,
        {"conversation_id": shapes.uuid, "message_id": shapes.uuid},
    ),
    TABLE,
    lambda settings: settings.careplus.on,
    lambda settings: [*socket.routes(), files.route()],
    signed=tokens.reader,
)
