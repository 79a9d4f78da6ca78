"""Moderation: saying that staff should look at a message, and deciding about it."""

from typing import Annotated

from msgspec import Meta, Struct

from careline.core.actor import Actor
from careline.features.messages.rows import Message
from careline.features.moderation.actions import flag_message, list_flags, resolve_flag
from careline.features.moderation.rows import Flag as StoredFlag
from careline.features.moderation.rows import Resolution
from careline.store.database import Tx
from careline.wires.native import facts, shapes
from careline.wires.native.commands import Asking, Request, command
from careline.wires.native.table.messages import Which

QUEUE = "flags"


class FlagIt(Which, frozen=True):
    reason: str


class Queue(Request, frozen=True):
    cursor: str | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Flag(Struct, frozen=True):
    """Somebody's wish that staff look at a message, which is here as it is now."""

    id: str
    conversation_id: str
    message: shapes.Message | None
    flagger: facts.Who
    reason: str
    created_at: int
    resolved_at: int | None
    resolved_by: str | None
    resolution: Resolution | None


class FlagPage(Struct, frozen=True):
    """What is open first, then what is resolved; the latest first."""

    items: list[Flag]
    next: str | None


class Resolve(Request, frozen=True):
    flag_id: str
    resolution: Resolution


@command("message.flag", "POST", "/v1/messages/{message_id}/flag", shapes.Empty)
async def flag(ask: Asking, request: FlagIt) -> shapes.Empty:
    """Ask staff to look at a message. Again changes nothing."""
    await ask.server.database.write(flag_message, ask.somebody, request.message_id, request.reason)
    return shapes.Empty()


@command("flag.list", "GET", "/v1/flags", FlagPage, who="staff")
async def flags(ask: Asking, request: Queue) -> FlagPage:
    """What people asked to look at; for administrators."""
    actor, cursors = ask.somebody, ask.server.cursors
    before = cursors.decode(request.cursor, actor.workspace_id, QUEUE) if request.cursor else None
    page, messages = await ask.server.database.read(list_flags, actor, before=before, limit=request.limit)
    items = [_shaped(flag, messages.get(flag.message_id)) for flag in page.items]
    return FlagPage(items, None if page.before is None else cursors.encode(page.before, actor.workspace_id, QUEUE))


@command("flag.resolve", "POST", "/v1/flags/{flag_id}/resolve", Flag, who="staff")
async def resolve(ask: Asking, request: Resolve) -> Flag:
    """Leave a flagged message or delete it, and with that resolve all its open flags; for administrators."""

    async def decide(tx: Tx, actor: Actor) -> tuple[StoredFlag, Message | None]:
        flag = await resolve_flag(tx, actor, request.flag_id, request.resolution)
        found = await tx.one(Message, "messages_by_id", ids=[flag.message_id], workspace_id=actor.workspace_id)
        return flag, found

    return _shaped(*await ask.server.database.write(decide, ask.somebody))


def _shaped(flag: StoredFlag, message: Message | None) -> Flag:
    return Flag(
        flag.id,
        flag.conversation_id,
        None if message is None else shapes.message(message, "staff"),
        facts.who(f"{flag.flagger_kind}:{flag.flagger_id}", flag.flagger_name, "staff"),
        flag.reason,
        flag.created_at,
        flag.resolved_at,
        None if flag.resolved_by is None else flag.resolved_by.partition(":")[2],
        flag.resolution,
    )
