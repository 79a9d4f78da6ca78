"""Conversations, who takes part in them, who is there."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from careline.core.actor import Actor
from careline.core.errors import Invalid, NotFound
from careline.core.page import SKIPPED
from careline.features.conversations.actions import (
    access,
    add_participant,
    assign_conversation,
    conversation_for,
    list_conversations,
    participants_of,
    remove_participant,
    update_conversation,
)
from careline.features.conversations.finding import (
    conversations_of_contact,
    find_conversation_for,
    look_for_conversations,
)
from careline.features.conversations.rows import Conversation, LookedFor, Priority, Sieve
from careline.features.desk.labels import labels_by_id
from careline.features.messages.actions import last_messages
from careline.features.presence.actions import people_present
from careline.features.workspaces.rows import Status
from careline.store.database import Tx
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command

LIST = "conversations"
OF_CONTACT = "contact.conversations"
Limit = Annotated[int, Meta(ge=1, le=100)]
Time = Annotated[int, Meta(ge=0, le=1 << 60)]


class Start(Request, frozen=True):
    """`fresh` asks for a new one where the workspace lets a contact have many."""

    contact_id: str | None = None
    staff_id: str | None = None
    subject: str | None = None
    metadata: dict[str, Any] = {}
    fresh: bool = False


class Which(Request, frozen=True):
    conversation_id: str


class List(Request, frozen=True):
    view: Literal["all", "mine", "unassigned"] = "all"
    status: Literal["open", "pending", "closed", "archived", "active", "ended", "kept", "any"] = "active"
    label: str | None = None
    priority: Priority | None = None
    unread: bool = False
    pinned: bool = False
    snoozed: bool | None = None
    limit: Limit = 50
    cursor: str | None = None


class LookFor(Request, frozen=True):
    """What the conversations must be; what is not given asks nothing."""

    q: str = ""
    status: Literal["open", "pending", "closed", "archived", "active", "ended", "kept", "any"] = "any"
    contact_id: str | None = None
    staff_id: str | None = None
    label: str | None = None
    from_at: Time | None = None
    to_at: Time | None = None
    order: Literal["activity", "change"] = "activity"
    skip: Annotated[int, Meta(ge=0, le=SKIPPED)] = 0
    limit: Limit = 50


class Numbered(Struct, frozen=True):
    """A page by its number, and how many there are in all."""

    items: list[shapes.Conversation]
    total: int


class Pair(Request, frozen=True):
    contact_id: str
    staff_id: str | None = None


class OfContact(Request, frozen=True):
    contact_id: str
    limit: Limit = 50
    cursor: str | None = None


class ConversationList(Struct, frozen=True):
    """Newest activity first; `next` is the cursor of what follows, None at the end."""

    items: list[shapes.Conversation]
    next: str | None


class Change(Which, frozen=True):
    subject: str | None = None
    status: Status | None = None
    metadata: dict[str, Any] | UnsetType = UNSET


class Assign(Which, frozen=True):
    staff_id: str | None


class WhoJoins(Which, frozen=True):
    kind: Literal["staff", "contact"]
    id: str


class WhoLeaves(Which, frozen=True):
    kind: Literal["staff", "contact"]
    person_id: str


class Present(Struct, frozen=True):
    items: list[shapes.Person]


class Typing(Which, frozen=True):
    typing: bool


async def whole(tx: Tx, actor: Actor, conversations: list[Conversation]) -> list[shapes.Conversation]:
    people = await participants_of(tx, actor, conversations)
    last = await last_messages(tx, actor, conversations)
    return [shapes.whole_conversation(c, actor.kind, people[c.id], last.get(c.id)) for c in conversations]


async def one(ask: Asking, conversation_id: str) -> shapes.Conversation:
    async def look(tx: Tx, actor: Actor) -> shapes.Conversation:
        return (await whole(tx, actor, [await access(tx, actor, conversation_id)]))[0]

    return await ask.server.database.read(look, ask.somebody)


@command("conversation.start", "POST", "/v1/conversations", shapes.Conversation)
async def start(ask: Asking, request: Start) -> shapes.Conversation:
    """The thread of these people: the one they have, or a new one, as the workspace's threading says."""
    actor = ask.somebody
    contact_id = request.contact_id or (actor.id if actor.kind == "contact" else None)
    if contact_id is None:
        raise Invalid("contact_id", "Say with which contact.")
    found = await ask.server.database.write(
        conversation_for,
        actor,
        contact_id,
        request.staff_id,
        fresh=request.fresh,
        subject=request.subject,
        metadata=msgspec.json.encode(request.metadata).decode(),
    )
    return await one(ask, found.id)


@command("conversation.list", "GET", "/v1/conversations", ConversationList)
async def conversations(ask: Asking, request: List) -> ConversationList:
    """The conversations one may see, newest activity first."""
    server, actor = ask.server, ask.somebody
    before = server.cursors.decode(request.cursor, actor.workspace_id, LIST) if request.cursor else None
    sieve = Sieve(request.label, request.priority, request.unread, request.pinned, request.snoozed)

    async def look(tx: Tx, actor: Actor) -> tuple[list[shapes.Conversation], int | None]:
        if sieve.label is not None and actor.kind != "contact":
            await labels_by_id(tx, actor, [sieve.label])
        found, further = await list_conversations(
            tx, actor, view=request.view, status=request.status, sieve=sieve, before=before, limit=request.limit
        )
        return await whole(tx, actor, found), further

    items, further = await server.database.read(look, actor)
    return ConversationList(
        items, None if further is None else server.cursors.encode(further, actor.workspace_id, LIST)
    )


@command("conversation.search", "GET", "/v1/search/conversations", Numbered, who="staff")
async def look_for(ask: Asking, request: LookFor) -> Numbered:
    """Conversations by whom they are with, by status, label and beginning; a page by its number, and the total."""
    wanted = LookedFor(request.q, request.contact_id, request.staff_id, request.label, request.from_at, request.to_at)

    async def look(tx: Tx, actor: Actor) -> tuple[list[shapes.Conversation], int]:
        if wanted.label is not None:
            await labels_by_id(tx, actor, [wanted.label])
        found, total = await look_for_conversations(
            tx, actor, wanted, status=request.status, by=request.order, skip=request.skip, limit=request.limit
        )
        return await whole(tx, actor, found), total

    items, total = await ask.server.database.read_aside(look, ask.somebody)
    return Numbered(items, total)


@command("conversation.find", "GET", "/v1/contacts/{contact_id}/conversation", shapes.Conversation)
async def find(ask: Asking, request: Pair) -> shapes.Conversation:
    """The thread of these people, as the workspace's threading says, if there is one: `conversation.start` makes it."""

    async def look(tx: Tx, actor: Actor) -> shapes.Conversation:
        found = await find_conversation_for(tx, actor, request.contact_id, request.staff_id)
        if found is None:
            raise NotFound("There is no such conversation.")
        return (await whole(tx, actor, [found]))[0]

    return await ask.server.database.read(look, ask.somebody)


@command("contact.conversations", "GET", "/v1/contacts/{contact_id}/conversations", ConversationList, who="staff")
async def of_contact(ask: Asking, request: OfContact) -> ConversationList:
    """Every conversation of a contact that one may see, closed and archived ones too, newest activity first."""
    server, actor = ask.server, ask.somebody
    before = server.cursors.decode(request.cursor, actor.workspace_id, OF_CONTACT) if request.cursor else None

    async def look(tx: Tx, actor: Actor) -> tuple[list[shapes.Conversation], int | None]:
        found, further = await conversations_of_contact(
            tx, actor, request.contact_id, before=before, limit=request.limit
        )
        return await whole(tx, actor, found), further

    items, further = await server.database.read(look, actor)
    return ConversationList(
        items, None if further is None else server.cursors.encode(further, actor.workspace_id, OF_CONTACT)
    )


@command("conversation.get", "GET", "/v1/conversations/{conversation_id}", shapes.Conversation)
async def conversation(ask: Asking, request: Which) -> shapes.Conversation:
    """One conversation."""
    return await one(ask, request.conversation_id)


@command("conversation.update", "PATCH", "/v1/conversations/{conversation_id}", shapes.Conversation)
async def change(ask: Asking, request: Change) -> shapes.Conversation:
    """Change subject, status or metadata."""
    metadata = None if request.metadata is UNSET else msgspec.json.encode(request.metadata).decode()
    await ask.server.database.write(
        update_conversation,
        ask.somebody,
        request.conversation_id,
        subject=request.subject,
        status=request.status,
        metadata=metadata,
    )
    return await one(ask, request.conversation_id)


@command("conversation.assign", "POST", "/v1/conversations/{conversation_id}/assign", shapes.Conversation, who="staff")
async def assign(ask: Asking, request: Assign) -> shapes.Conversation:
    """Give a conversation to a staff member, or with null to nobody."""
    await ask.server.database.write(assign_conversation, ask.somebody, request.conversation_id, request.staff_id)
    return await one(ask, request.conversation_id)


@command("participant.add", "POST", "/v1/conversations/{conversation_id}/participants", shapes.Conversation)
async def join(ask: Asking, request: WhoJoins) -> shapes.Conversation:
    """Let somebody take part; for staff and whoever started the conversation."""
    await ask.server.database.write(add_participant, ask.somebody, request.conversation_id, request.kind, request.id)
    return await one(ask, request.conversation_id)


@command(
    "participant.remove",
    "DELETE",
    "/v1/conversations/{conversation_id}/participants/{kind}/{person_id}",
    shapes.Empty,
    status=204,
)
async def leave(ask: Asking, request: WhoLeaves) -> shapes.Empty:
    """Leave, or let somebody else leave; one contact stays."""
    await ask.server.database.write(
        remove_participant, ask.somebody, request.conversation_id, request.kind, request.person_id
    )
    return shapes.Empty()


@command("conversation.presence", "GET", "/v1/conversations/{conversation_id}/presence", Present)
async def presence(ask: Asking, request: Which) -> Present:
    """Who of a conversation's people is there, and when the others last were."""
    actor, board = ask.somebody, ask.server.board
    people = await ask.server.database.read(people_present, actor, request.conversation_id)
    return Present(
        [
            shapes.Person(
                **shapes.person(person.person, person.name, actor.kind),
                online=board.online(actor.workspace_id, person.person),
                last_seen_at=seen_at,
            )
            for person, seen_at in people
        ]
    )


@command("typing.set", "POST", "/v1/conversations/{conversation_id}/typing", shapes.Empty)
async def typing(ask: Asking, request: Typing) -> shapes.Empty:
    """Tell the others that one is typing, or not any more."""
    await ask.server.tell_typing(ask.somebody, request.conversation_id, request.typing)
    return shapes.Empty()
