"""Reading the log: facts as they were recorded, joined with the rows they speak of as they are now."""

from collections import defaultdict
from typing import Any

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.core.events import About, Event, Recorded
from careline.store.database import Tx


class _Row(Struct):
    seq: int
    at: int
    conversation_id: str | None
    actor: str
    body: str


class PersonIn(Struct):
    """Somebody who takes part in a conversation."""

    conversation_id: str
    kind: str
    person_id: str


class _Head(Struct):
    workspace_id: str
    seq: int


class Journal:
    """`events` are all the event types there are; a fact of none of them is an error, not a gap."""

    def __init__(self, events: list[type[Event]]) -> None:
        union: Any = events[0]
        for event in events[1:]:
            union = union | event
        self._decode = msgspec.json.Decoder(union).decode

    async def read(self, tx: Tx, actor: Actor, since: int, most: int) -> list[Recorded]:
        """Every fact of the actor's workspace after `since`, in order."""
        rows = await tx.all(_Row, "events_since", workspace_id=actor.workspace_id, since=since, most=most)
        return await self._joined(tx, actor.workspace_id, rows)

    async def read_for(self, tx: Tx, actor: Actor, since: int, most: int) -> tuple[list[Recorded], bool]:
        """The facts after `since` that the actor should hear, in order, and whether there may be more."""
        asked: dict[str, Any] = {"workspace_id": actor.workspace_id, "since": since, "most": most}
        if actor.sees_all:
            rows = await tx.all(_Row, "events_since", **asked)
        else:
            mine = {"kind": actor.kind, "person_id": actor.id, "is_staff": int(actor.kind == "staff")}
            rows = await tx.all(_Row, "events_since_in", **mine, **asked)
        return await self._joined(tx, actor.workspace_id, rows), len(rows) == most

    async def head(self, tx: Tx, actor: Actor) -> int:
        """The number of the workspace's last fact."""
        seq = await tx.value("head", workspace_id=actor.workspace_id)
        if seq is None:
            raise NotFound("There is no such workspace.")
        return int(seq)

    async def heads(self, tx: Tx, actor: Actor, workspace_ids: list[str]) -> dict[str, int]:
        """The last number of each of these workspaces."""
        return {row.workspace_id: row.seq for row in await tx.all(_Head, "heads", workspace_ids=workspace_ids)}

    async def _joined(self, tx: Tx, workspace_id: str, rows: list[_Row]) -> list[Recorded]:
        people = await self._people(tx, sorted({row.conversation_id for row in rows if row.conversation_id}))
        facts = [
            Recorded(
                workspace_id,
                row.seq,
                row.at,
                row.actor,
                self._decode(row.body),
                people=people.get(row.conversation_id or "", ()),
            )
            for row in rows
        ]
        wanted: dict[About, set[str]] = defaultdict(set)
        for fact in facts:
            if fact.event.about is not None:
                wanted[fact.event.about].add(getattr(fact.event, fact.event.about.field))
        found = {
            about: {
                row.id: row  # type: ignore[attr-defined]
                for row in await tx.all(about.row, about.query, ids=sorted(ids), workspace_id=workspace_id)
            }
            for about, ids in wanted.items()
        }
        for fact in facts:
            about = fact.event.about
            if about is not None:
                fact.about = found[about].get(getattr(fact.event, about.field))
        return facts

    async def _people(self, tx: Tx, conversation_ids: list[str]) -> dict[str, tuple[str, ...]]:
        if not conversation_ids:
            return {}
        found: dict[str, list[str]] = defaultdict(list)
        for row in await tx.all(PersonIn, "people_of", conversation_ids=conversation_ids):
            found[row.conversation_id].append(f"{row.kind}:{row.person_id}")
        return {conversation_id: tuple(people) for conversation_id, people in found.items()}
