"""Typing and presence: whom they concern is read from the store, the rest is a signal."""

from msgspec import Struct, structs

from careline.core.actor import Actor
from careline.core.events import PresenceChanged, TypingChanged
from careline.features.conversations.actions import access, participants_of, people_in
from careline.features.conversations.rows import Participant
from careline.features.people.actions import refuse_blocked, seen
from careline.store.database import Tx


class LastSeen(Struct, frozen=True):
    kind: str
    id: str
    last_seen_at: int | None


async def typing(tx: Tx, actor: Actor, conversation_id: str, typing: bool) -> TypingChanged:
    """The signal that the actor began or stopped typing, for those who may see it."""
    await access(tx, actor, conversation_id)
    await refuse_blocked(tx, actor)
    return TypingChanged(
        workspace_id=actor.workspace_id,
        person=actor.person,
        name=actor.name,
        conversation_id=conversation_id,
        people=await people_in(tx, conversation_id),
        typing=typing,
    )


async def people_present(tx: Tx, actor: Actor, conversation_id: str) -> list[tuple[Participant, int | None]]:
    """The participants of a conversation and when each was last here."""
    conversation = await access(tx, actor, conversation_id)
    people = (await participants_of(tx, actor, [conversation]))[conversation.id]
    seen_at = {(row.kind, row.id): row.last_seen_at for row in await tx.all(
        LastSeen, "last_seen", conversation_id=conversation_id
    )}  # fmt: skip
    return [(person, seen_at.get((person.kind, person.id))) for person in people]


class _Person(Struct):
    kind: str
    id: str


async def met_by(tx: Tx, actor: Actor, signal: PresenceChanged) -> PresenceChanged:
    """The signal addressed to the staff who share a conversation with the person: those who see all hear it anyway."""
    kind, _, id_ = signal.person.partition(":")
    met = await tx.all(_Person, "colleagues_of", workspace_id=actor.workspace_id, kind=kind, person_id=id_)
    return structs.replace(signal, people=tuple(f"{person.kind}:{person.id}" for person in met))


async def went(tx: Tx, actor: Actor, leavers: list[tuple[Actor, int]]) -> list[None]:
    """Remember when these people were last here: `(who, milliseconds)`, the latest last."""
    await seen(tx, leavers)
    return [None] * len(leavers)
