"""Messages: saying, reading, changing them, and who has them."""

import secrets
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from careline.core.actor import Actor
from careline.core.context import Context, current
from careline.features.messages import rules as message_rules
from careline.features.messages.actions import access_message, list_messages
from careline.features.messages.changes import delete_message, edit_message
from careline.features.messages.rows import Message, MessageKind, Only, Sending, Side
from careline.features.receipts.actions import list_receipts, marks_over
from careline.features.receipts.rows import Marking, MarkKind
from careline.features.receipts.rules import reached
from careline.store.cache import WORDS
from careline.store.database import Tx
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command

PAGES = "messages"
NEVER = (None, None)
CUT_BYTES = 150
Time = Annotated[int, Meta(ge=0, le=1 << 60)]
_encode = msgspec.json.Encoder().encode
# Stands in a page where its messages have client ids. Nobody ever sees it, or they could say it.
_CUT = secrets.token_hex(16)


class Send(Request, frozen=True):
    """`client_id` is the sender's own name for the message: a retry with it gives the same message, for ever. Where
    something is attached, `body` may be empty.
    """

    conversation_id: str
    body: str = ""
    kind: MessageKind = "text"
    client_id: str | None = None
    reply_to: str | None = None
    attachment_ids: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    sender_label: str | None = None
    metadata: dict[str, Any] | UnsetType = UNSET
    mentions: tuple[str, ...] = ()


class History(Request, frozen=True):
    """One of `before` and `after` (cursors) or `around` (a message id); none of them: the newest page. The
    rest says what a message must be.
    """

    conversation_id: str
    before: str | None = None
    after: str | None = None
    around: str | None = None
    from_at: Time | None = None
    to_at: Time | None = None
    side: Side | None = None
    kind: MessageKind | None = None
    unread_by: Side | None = None
    pinned: bool = False
    has_attachment: bool = False
    standing: bool = False
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class MessagePage(Struct, frozen=True):
    """Oldest first; `before` and `after` are the cursors to go on from, None where there is nothing further."""

    items: list[shapes.Message]
    before: str | None
    after: str | None


class _Worded(Struct, frozen=True):
    """A page as one side is told it, in JSON, cut where its messages have client ids, each of which one author of that
    side is told: `own` are those authors and client ids.
    """

    pieces: list[bytes]
    own: list[tuple[str, str]]

    def told_to(self, actor: Actor) -> MessagePage:
        """For one of that side; it is JSON already."""
        parts, me = [self.pieces[0]], actor.id
        for (author, client_id), piece in zip(self.own, self.pieces[1:], strict=True):
            parts += (_encode(client_id) if author == me else b"null", piece)
        return cast(MessagePage, msgspec.Raw(b"".join(parts)))

    def weigh(self) -> int:
        """How many bytes it takes, about."""
        return sum(map(len, self.pieces)) + CUT_BYTES * len(self.pieces)


class Which(Request, frozen=True):
    message_id: str


class Edit(Which, frozen=True):
    body: str


class Read(Request, frozen=True):
    """Up to a message, or exactly these; neither: everything."""

    conversation_id: str
    up_to: str | None = None
    message_ids: tuple[str, ...] | None = None


class Delivered(Request, frozen=True):
    conversation_id: str
    up_to: str | None = None


class Unread(Struct, frozen=True):
    unread_count: int


class Reader(Struct, frozen=True):
    kind: Literal["staff", "contact"]
    id: str | None
    name: str | None


class Receipt(Struct, frozen=True):
    kind: MarkKind
    reader: Reader
    at: int


class Receipts(Struct, frozen=True):
    items: list[Receipt]


@command("message.send", "POST", "/v1/conversations/{conversation_id}/messages", shapes.Message, status=201)
async def send(ask: Asking, request: Send) -> shapes.Message:
    """Say something. It is stored durably before this is answered."""
    actor = ask.somebody
    sent = await ask.server.send(sending(actor, request, ask.connection))
    return shapes.message(sent.message, actor.kind, client_id=sent.message.client_id)


def sending(
    actor: Actor,
    request: Send,
    connection: str | None = None,
    command_id: str | None = None,
    asked: Context | None = None,
) -> Sending:
    """The request as the verb takes it; with the socket's connection and command id, so that the fact can answer it."""
    return Sending(
        actor,
        request.conversation_id,
        request.body,
        request.kind,
        request.client_id,
        request.reply_to,
        request.sender_label,
        "{}" if request.metadata is UNSET else msgspec.json.encode(request.metadata).decode(),
        connection,
        command_id,
        mentions=request.mentions,
        attachment_ids=request.attachment_ids,
        asked=asked or current.get(),
    )


@command("message.list", "GET", "/v1/conversations/{conversation_id}/messages", MessagePage)
async def history(ask: Asking, request: History) -> MessagePage:
    """A page of a conversation's history."""
    actor, cursors = ask.somebody, ask.server.cursors
    use = f"{PAGES}/{request.conversation_id}"
    before = cursors.decode(request.before, actor.workspace_id, use, "before") if request.before else None
    after = cursors.decode(request.after, actor.workspace_id, use, "after") if request.after else None

    only = Only(
        request.from_at, request.to_at, request.side, request.kind, request.unread_by, request.pinned,
        request.has_attachment, request.standing,
    )  # fmt: skip

    def cursor(position: int | None) -> str | None:
        return None if position is None else cursors.encode(position, actor.workspace_id, use)

    async def look(tx: Tx, actor: Actor) -> MessagePage:
        page = await list_messages(
            tx,
            actor,
            request.conversation_id,
            before=before,
            after=after,
            around=request.around,
            limit=request.limit,
            only=only,
        )
        ask.shows(page.items)

        async def word() -> _Worded:
            side, had = actor.kind, await _reached(tx, actor, page.items)
            own = {m.id: (m.sender_id, m.client_id) for m in page.items if m.client_id and m.sender_kind == side}
            items = [
                shapes.message(m, side, client_id=_CUT if m.id in own else None, reached=had.get(m.id, NEVER))
                for m in page.items
            ]
            told = _encode(MessagePage(items, cursor(page.before), cursor(page.after)))
            return _Worded(told.split(_encode(_CUT)), list(own.values()))

        # Not the request itself: many cursors could be written for one position, and each would be kept.
        key = (WORDS, ("native", before, after, request.limit, only, actor.kind))
        return (await tx.cache.beside(request.conversation_id, key, word, _Worded.weigh)).told_to(actor)

    return await ask.server.database.read(look, actor)


async def _reached(tx: Tx, actor: Actor, messages: list[Message]) -> dict[str, tuple[int | None, int | None]]:
    marks = await marks_over(tx, actor, messages)
    return reached(messages, marks) if marks else {}


@command("message.get", "GET", "/v1/messages/{message_id}", shapes.Message)
async def one(ask: Asking, request: Which) -> shapes.Message:
    """One message."""
    return await one_message(ask, request.message_id)


async def one_message(ask: Asking, message_id: str) -> shapes.Message:
    """The message as it is now, for whoever asks."""

    async def look(tx: Tx, actor: Actor) -> shapes.Message:
        m = await access_message(tx, actor, message_id)
        had = (await _reached(tx, actor, [m])).get(m.id, NEVER)
        client_id = m.client_id if message_rules.is_author(actor, m) else None
        return shapes.message(m, actor.kind, client_id=client_id, reached=had)

    return await ask.server.database.read(look, ask.somebody)


@command("message.edit", "PATCH", "/v1/messages/{message_id}", shapes.Message)
async def edit(ask: Asking, request: Edit) -> shapes.Message:
    """Say it differently: one's own, within the workspace's edit window."""
    await ask.server.database.write(edit_message, ask.somebody, request.message_id, request.body)
    return await one_message(ask, request.message_id)


@command("message.delete", "DELETE", "/v1/messages/{message_id}", shapes.Message)
async def delete(ask: Asking, request: Which) -> shapes.Message:
    """Take it back: one's own, or for administrators anybody's. Its place stays, its text is gone."""
    await ask.server.database.write(delete_message, ask.somebody, request.message_id)
    return await one_message(ask, request.message_id)


@command("receipt.read", "POST", "/v1/conversations/{conversation_id}/read", Unread)
async def read(ask: Asking, request: Read) -> Unread:
    """Mark messages as read; staff read for their whole side."""
    marking = Marking(ask.somebody, request.conversation_id, "read", request.up_to, request.message_ids, ask.connection)
    return Unread(await ask.server.mark(marking))


@command("receipt.deliver", "POST", "/v1/conversations/{conversation_id}/delivered", shapes.Empty)
async def deliver(ask: Asking, request: Delivered) -> shapes.Empty:
    """Say that this client has the messages up to one."""
    marking = Marking(ask.somebody, request.conversation_id, "delivered", request.up_to, None, ask.connection)
    await ask.server.mark(marking)
    return shapes.Empty()


@command("receipt.list", "GET", "/v1/messages/{message_id}/receipts", Receipts)
async def receipts(ask: Asking, request: Which) -> Receipts:
    """Who has received and read a message, and when."""
    actor = ask.somebody
    found = await ask.server.database.read(list_receipts, actor, request.message_id)
    return Receipts(
        [
            Receipt(m.kind, Reader(**shapes.person(f"{m.reader_kind}:{m.reader_id}", m.reader_name, actor.kind)), m.at)
            for m in found
        ]
    )
