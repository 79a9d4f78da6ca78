"""Reactions: one per person and emoji, kept in the message's own row."""

import msgspec

from careline.core.actor import Actor
from careline.features.conversations.actions import people_in
from careline.features.messages.actions import access_message
from careline.features.messages.rows import Message
from careline.features.messages.rules import still_there
from careline.features.people.actions import refuse_blocked
from careline.features.reactions import rules
from careline.features.reactions.events import ReactionAdded, ReactionRemoved
from careline.features.reactions.rows import Reactions, read, written
from careline.store.database import Tx


async def add_reaction(tx: Tx, actor: Actor, message_id: str, emoji: str) -> Message:
    """React to a message with an emoji. Again changes nothing."""
    emoji = rules.emoji(emoji)
    before = await access_message(tx, actor, message_id)
    await refuse_blocked(tx, actor)
    still_there(before)
    after = rules.reacted(read(before.reactions), emoji, actor, tx.now)
    return before if after is None else await _store(tx, actor, ReactionAdded, before, emoji, after)


async def remove_reaction(tx: Tx, actor: Actor, message_id: str, emoji: str) -> Message:
    """Take one's reaction back. Again changes nothing."""
    emoji = rules.emoji(emoji)
    before = await access_message(tx, actor, message_id)
    after = rules.unreacted(read(before.reactions), emoji, actor)
    return before if after is None else await _store(tx, actor, ReactionRemoved, before, emoji, after)


class _Reacted(msgspec.Struct, frozen=True):
    conversation_id: str
    seq: int
    reactions: str


async def hand_over_reactions(tx: Tx, conversation_ids: list[str], contact_id: str, into: str) -> None:
    """A step of making one contact of two, which tells of it."""
    named = msgspec.json.encode(contact_id).decode()
    found = await tx.all(_Reacted, "reacted_by", conversation_ids=conversation_ids, named=named)
    rows = [
        {
            "conversation_id": one.conversation_id,
            "seq": one.seq,
            "reactions": written(rules.handed_over(read(one.reactions), contact_id, into)),
        }
        for one in found
    ]
    if rows:
        await tx.many("set_reactions", rows)


async def _store(
    tx: Tx,
    actor: Actor,
    event: type[ReactionAdded] | type[ReactionRemoved],
    before: Message,
    emoji: str,
    reactions: Reactions,
) -> Message:
    after = msgspec.structs.replace(before, reactions=written(reactions))
    place = {"conversation_id": after.conversation_id, "seq": after.seq}
    await tx.run("set_reactions", **place, reactions=after.reactions)
    tx.emit(
        event(
            conversation_id=after.conversation_id, message_id=after.id, kind=after.kind, emoji=emoji, name=actor.name
        ),
        actor,
        about=after,
        people=await people_in(tx, after.conversation_id),
    )
    return after
