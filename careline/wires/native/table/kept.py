"""What is done with messages later: keeping them at hand, finding what answers them, telling them again elsewhere."""

from typing import Annotated

from msgspec import Meta, Struct

from careline.features.messages.answers import forward_message, list_replies
from careline.features.messages.changes import (
    delete_messages,
    list_edits,
    list_pinned,
    pin_message,
    unpin_message,
)
from careline.features.receipts.mentions import list_mentions
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command
from careline.wires.native.table.messages import Which, one_message


class Where(Request, frozen=True):
    conversation_id: str


class Pinned(Struct, frozen=True):
    """The newest message first."""

    items: list[shapes.Message]


class Replies(Which, frozen=True):
    cursor: str | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class ReplyPage(Struct, frozen=True):
    """Oldest first; `next` is the cursor to go on from."""

    items: list[shapes.Message]
    next: str | None


class Said(Struct, frozen=True):
    """What a message said until it was edited, and since when."""

    body: str
    said_at: int


class Edits(Struct, frozen=True):
    """The latest first; what it says now is not among them."""

    items: list[Said]


class Mentions(Struct, frozen=True):
    """The latest first; of each conversation the latest alone."""

    items: list[shapes.Message]


class Forward(Which, frozen=True):
    conversation_id: str
    client_id: str | None = None


class DeleteMany(Request, frozen=True):
    message_ids: tuple[str, ...]


@command("message.pin", "POST", "/v1/messages/{message_id}/pin", shapes.Message)
async def pin(ask: Asking, request: Which) -> shapes.Message:
    """Keep a message at hand for everybody who sees it."""
    await ask.server.database.write(pin_message, ask.somebody, request.message_id)
    return await one_message(ask, request.message_id)


@command("message.unpin", "DELETE", "/v1/messages/{message_id}/pin", shapes.Message)
async def unpin(ask: Asking, request: Which) -> shapes.Message:
    """Keep a message at hand no longer."""
    await ask.server.database.write(unpin_message, ask.somebody, request.message_id)
    return await one_message(ask, request.message_id)


@command("message.pins", "GET", "/v1/conversations/{conversation_id}/pins", Pinned)
async def pins(ask: Asking, request: Where) -> Pinned:
    """The pinned messages of a conversation."""
    actor = ask.somebody
    found = await ask.server.database.read(list_pinned, actor, request.conversation_id)
    return Pinned([shapes.message(message, actor.kind) for message in found])


@command("message.replies", "GET", "/v1/messages/{message_id}/replies", ReplyPage)
async def replies(ask: Asking, request: Replies) -> ReplyPage:
    """The messages that reply to one."""
    actor, cursors, use = ask.somebody, ask.server.cursors, f"replies/{request.message_id}"
    after = cursors.decode(request.cursor, actor.workspace_id, use) if request.cursor else 0
    page = await ask.server.database.read(list_replies, actor, request.message_id, after=after, limit=request.limit)
    items = [shapes.message(message, actor.kind) for message in page.items]
    return ReplyPage(items, None if page.after is None else cursors.encode(page.after, actor.workspace_id, use))


@command("message.edits", "GET", "/v1/messages/{message_id}/edits", Edits, who="staff")
async def edits(ask: Asking, request: Which) -> Edits:
    """What a message said before it was edited, at most a hundred times."""
    found = await ask.server.database.read(list_edits, ask.somebody, request.message_id)
    return Edits([Said(edit.body, edit.said_at) for edit in found])


@command("mention.list", "GET", "/v1/mentions", Mentions, who="staff")
async def mentions(ask: Asking, request: Request) -> Mentions:
    """The notes that mention one and that one has not read, whenever they were written."""
    found = await ask.server.database.read(list_mentions, ask.somebody)
    return Mentions([shapes.message(note, "staff") for note in found])


@command("message.forward", "POST", "/v1/messages/{message_id}/forward", shapes.Message, status=201)
async def forward(ask: Asking, request: Forward) -> shapes.Message:
    """Say a message again in another conversation, in one's own name and marked as forwarded."""
    actor = ask.somebody
    ask.server.gate.send(actor)
    sent = await ask.server.database.write(
        forward_message, actor, request.message_id, request.conversation_id, request.client_id
    )
    return shapes.message(sent.message, actor.kind, client_id=sent.message.client_id)


@command("message.delete_many", "POST", "/v1/messages/delete", shapes.Empty, who="staff")
async def delete_many(ask: Asking, request: DeleteMany) -> shapes.Empty:
    """Take up to a hundred messages back, all or none; for administrators."""
    await ask.server.database.write(delete_messages, ask.somebody, request.message_ids)
    return shapes.Empty()
