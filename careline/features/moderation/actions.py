"""Flags: somebody who sees a message says that staff should look at it; an administrator decides."""

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.core.page import Page
from careline.features.conversations.actions import LAST, people_in
from careline.features.messages.actions import access_message
from careline.features.messages.changes import delete_message
from careline.features.messages.rows import Message
from careline.features.messages.rules import still_there
from careline.features.moderation import rules
from careline.features.moderation.events import FlagResolved, MessageFlagged
from careline.features.moderation.rows import Flag, Resolution
from careline.features.people.actions import block_contact, refuse_blocked
from careline.store.database import Tx


async def flag_message(tx: Tx, actor: Actor, message_id: str, reason: str) -> Flag:
    """Say that staff should look at a message. Each person says so once; again changes nothing."""
    reason = rules.reason(reason)
    message = await access_message(tx, actor, message_id)
    await refuse_blocked(tx, actor)
    still_there(message)
    flagger = {"message_id": message.id, "kind": actor.kind, "person_id": actor.id}
    before = await tx.one(Flag, "flag_by_flagger", **flagger)
    if before is not None:
        return before
    flag = Flag(
        ids.new_id(),
        tx.next_seq,
        message.conversation_id,
        message.id,
        actor.kind,
        actor.id,
        actor.name,
        reason,
        tx.now,
        None,
        None,
        None,
    )
    known = ("id", "seq", "conversation_id", "message_id", "flagger_kind", "flagger_id", "flagger_name", "reason")
    values = {name: getattr(flag, name) for name in known}
    await tx.run("insert_flag", workspace_id=actor.workspace_id, now=tx.now, **values)
    event = MessageFlagged(conversation_id=message.conversation_id, message_id=message.id, flag_id=flag.id)
    tx.emit(event, actor, people=await people_in(tx, message.conversation_id))
    return flag


async def list_flags(
    tx: Tx, actor: Actor, *, before: int | None = None, limit: int = 50
) -> tuple[Page[Flag], dict[str, Message]]:
    """A page of the queue, what is open first, the latest first; and the messages it speaks of."""
    rules.may_moderate(actor)
    tx.note_read("flags:")
    place = before or LAST
    asked = {
        "workspace_id": actor.workspace_id,
        "sees_all": int(actor.sees_all),
        "person_id": actor.id,
        "most": limit + 1,
    }
    found: list[Flag] = []
    if place > rules.OPEN:
        found = await tx.all(Flag, "open_flags", before=place - rules.OPEN, **asked)
    if len(found) <= limit:
        found += await tx.all(Flag, "resolved_flags", before=min(place, rules.OPEN), **asked)
    flags = found[:limit]
    wanted = sorted({flag.message_id for flag in flags})
    messages = await tx.all(Message, "messages_by_id", ids=wanted, workspace_id=actor.workspace_id)
    further = rules.position(flags[-1]) if len(found) > limit else None
    return Page(flags, further), {message.id: message for message in messages}


async def resolve_flag(tx: Tx, actor: Actor, flag_id: str, resolution: Resolution) -> Flag:
    """Decide about the message of a flag, which is resolved with all other open flags of that message."""
    rules.may_moderate(actor)
    flag = await tx.one(Flag, "flag_by_id", id=flag_id, workspace_id=actor.workspace_id)
    if flag is None:
        raise NotFound("There is no such flag.")
    try:
        message = await access_message(tx, actor, flag.message_id)
    except NotFound:
        raise NotFound("There is no such flag.") from None
    rules.still_open(flag)
    await _carry_out(tx, actor, message, resolution)
    decided = {"resolved_by": actor.person, "resolution": resolution}
    await tx.run("resolve_flags", message_id=message.id, workspace_id=actor.workspace_id, now=tx.now, **decided)
    event = FlagResolved(conversation_id=message.conversation_id, message_id=message.id, resolution=resolution)
    tx.emit(event, actor, people=await people_in(tx, message.conversation_id))
    return msgspec.structs.replace(flag, resolved_at=tx.now, **decided)


async def _carry_out(tx: Tx, actor: Actor, message: Message, resolution: Resolution) -> None:
    if resolution == "dismiss":
        return
    if resolution == "block":
        rules.may_block_author(message)
        await block_contact(tx, actor, message.sender_id)
    await delete_message(tx, actor, message.id)
