"""Searching: messages by word and part of a word, contacts also misspelled; never more than the asker may read."""

from typing import Any

import msgspec

from careline.core.actor import Actor
from careline.features.conversations.actions import LAST, access
from careline.features.messages.rows import Message
from careline.features.people.rows import Contact
from careline.features.people.rules import may_manage_contacts
from careline.features.search import rules
from careline.features.search.candidates import Candidates
from careline.features.search.index import (
    HAS_FILE,
    SHIFT,
    contact_words,
    conversation_key,
    sender_key,
    told,
)
from careline.features.search.rows import (
    Filters,
    Found,
    FoundContact,
    Hit,
    Id,
    Match,
    Order,
    Position,
    Told,
)
from careline.store.database import Tx

# How far one search goes: candidates looked at in all, those of the first step beyond the page, matches put in order of
# relevance, facts that rewrite something, conversations of whoever does not see all that are named to the index.
BUDGET = 2_000
STEP = 10
RANKED = 200
REWRITTEN = 200
NAMED = 200
CONTACTS = 100
_EVER = 1 << 62


async def search_messages(
    tx: Tx,
    actor: Actor,
    typed: str,
    filters: Filters,
    *,
    match: Match = "word",
    order: Order = "time",
    before: int | None = None,
    limit: int = 20,
) -> tuple[list[Found], int | None]:
    """The messages that match and that the actor may read, and the position to go on from.

    By time the newest come first, and all can be paged through; by relevance the newest 200 matches are put in order.
    A page may be short while there is a position: a search looks at 2,000 candidates, and at 5,000 facts that the
    index has not come to, and then answers. By relevance it goes on behind those that the index has not come to.
    """
    rules.may_filter(actor, filters)
    rules.check_filters(filters)
    if filters.conversation_id is not None:
        await access(tx, actor, filters.conversation_id)
    looked_for = rules.query(typed, match, await _keys(tx, actor, filters))
    if looked_for is None:
        return [], None
    search = _Search(tx, actor, looked_for, filters)
    tx.note_read("search:messages")
    if order == "time":
        hits, further = await search.newest(before or LAST, limit)
        return [_found(hit, looked_for) for hit in hits], further
    hits, _ = await search.newest(LAST, RANKED, leaps=True)
    ranked = {rules.score(hit.body, looked_for) << SHIFT | hit.seq: hit for hit in hits}
    left = sorted((item for item in ranked.items() if item[0] < (before or LAST)), reverse=True)
    page = left[:limit]
    return [_found(hit, looked_for) for _, hit in page], page[-1][0] if len(left) > limit else None


def _number(hit: Hit) -> int:
    return hit.seq


def _found(hit: Hit, looked_for: rules.Query) -> Found:
    message = Message(*(getattr(hit, field) for field in Message.__struct_fields__))
    return Found(message, hit.subject, rules.snippet(hit.body, looked_for), rules.score(hit.body, looked_for))


async def _keys(tx: Tx, actor: Actor, filters: Filters) -> list[list[str]]:
    """What the index itself can leave out. It only helps: who may read what is asked of the conversation itself."""
    keys = []
    if filters.conversation_id is not None:
        keys.append([conversation_key(filters.conversation_id)])
    elif not actor.sees_all:
        asked = {"workspace_id": actor.workspace_id, "person_kind": actor.kind, "person_id": actor.id}
        mine = await tx.all(Id, "search_conversations", most=NAMED + 1, **asked)
        if len(mine) <= NAMED:
            keys.append([conversation_key(row.id) for row in mine] or [conversation_key("")])
    if filters.sender_kind is not None:
        keys.append([sender_key(filters.sender_kind, filters.sender_id)])
    if filters.has_attachment:
        keys.append([HAS_FILE])
    return keys


class _Search:
    """One search: candidates, held against text, filters and rights until there are enough."""

    def __init__(self, tx: Tx, actor: Actor, looked_for: rules.Query, filters: Filters) -> None:
        self._tx = tx
        self._actor = actor
        self._query = looked_for
        self._filters = filters
        self._candidates = Candidates(tx, actor, looked_for)

    async def newest(self, before: int, limit: int, *, leaps: bool = False) -> tuple[list[Hit], int | None]:
        """The newest matches before a number, and the number to go on from. Where it `leaps`, it goes on in the index
        when it has seen enough of the log's end.
        """
        candidates = self._candidates
        await candidates.begin(before, self._filters.from_at, self._filters.to_at)
        reached, first = candidates.end, candidates.first
        found = {hit.id: hit for hit in await self._rewritten() if first <= hit.seq < reached}
        looked_at = count = 0
        while count <= limit and reached > first and looked_at < BUDGET:
            # As many as it takes if the next ones are like those before.
            size = (limit + 1 - count) * (looked_at + 1) // (count + 1) + STEP
            places, reached = await candidates.step(reached, min(size, BUDGET - looked_at))
            looked_at += len(places)
            new = [place.id for place in places if place.is_readable and place.id not in found]
            found |= {hit.id: hit for hit in await self._hits(new)}
            count = sum(hit.seq >= reached for hit in found.values())
            if candidates.is_passing_over(reached):
                if not leaps:
                    break
                reached = candidates.indexed + 1
        further = reached > first
        hits = sorted((hit for hit in found.values() if hit.seq >= reached or not further), key=_number, reverse=True)
        if len(hits) > limit:
            return hits[:limit], hits[limit - 1].seq
        return hits, reached if further else None

    async def _hits(self, ids: list[str]) -> list[Hit]:
        """Those of the messages that the actor may read and that match in everything."""
        if not ids:
            return []
        f = self._filters
        hits = await self._tx.all(
            Hit,
            "search_hits",
            ids=ids,
            side="contact" if self._actor.kind == "contact" else "staff",
            conversation_id=f.conversation_id,
            sender_kind=f.sender_kind,
            sender_id=f.sender_id,
            kind=f.kind,
            from_at=f.from_at or 0,
            to_at=_EVER if f.to_at is None else f.to_at,
            has_attachment=int(f.has_attachment),
            pinned=int(f.pinned),
            unread=int(f.unread),
            status=f.status,
            label=None if f.label is None else f"%{rules.literal(msgspec.json.encode(f.label).decode())}%",
            workspace_id=self._actor.workspace_id,
            sees_all=int(self._actor.sees_all),
            person_kind=self._actor.kind,
            person_id=self._actor.id,
        )
        return [hit for hit in hits if rules.matches(hit.body, self._query)]

    async def _rewritten(self) -> list[Hit]:
        """Messages that say something else since the index came by."""
        floor, head = self._candidates.tail
        if floor >= head:
            return []
        rows = await self._tx.all(
            Told,
            "search_told",
            workspace_id=self._actor.workspace_id,
            floor=floor,
            one='{"type":"message.edited"%',
            other='{"type":"message.edited"%',
            most=REWRITTEN,
        )
        return await self._hits(sorted({told(row.event).message_id or "" for row in rows}))


async def search_contacts(tx: Tx, actor: Actor, typed: str, *, limit: int = 20) -> list[FoundContact]:
    """The contacts whose name, e-mail address or phone number is most like what was typed, misspelled or not."""
    may_manage_contacts(actor)
    wanted = rules.contact_query(typed)
    if not wanted:
        return []
    parts = list(dict.fromkeys(gram for word in wanted for gram in rules.contact_grams(word)))
    at = await tx.one(Position, "search_position", workspace_id=actor.workspace_id)
    who: dict[str, Any] = {"sees_all": int(actor.sees_all), "person_id": actor.id}
    ids: list[str] = []
    if at is not None and parts:
        base = at.number << SHIFT
        rows = await tx.all(
            Id,
            "search_contacts",
            match=" OR ".join(f'"{part}"' for part in parts),
            parts=[f"%{part}%" for part in parts],
            floor=base,
            before=base + (1 << SHIFT),
            most=CONTACTS,
            **who,
        )
        ids = [row.id for row in rows]
    ids += await _changed_contacts(tx, actor, at.seq if at else 0, who)
    found = await tx.all(Contact, "contacts_by_id", ids=sorted(set(ids)), workspace_id=actor.workspace_id)
    alike = [FoundContact(contact, rules.similarity(wanted, contact_words(contact))) for contact in found]
    tx.note_read("search:contacts")
    best = sorted(alike, key=lambda one: (-one.similarity, one.contact.name or "", one.contact.id))
    return [one for one in best if one.similarity >= rules.ALIKE][:limit]


async def _changed_contacts(tx: Tx, actor: Actor, indexed: int, who: dict[str, Any]) -> list[str]:
    """Those that were added or changed since the index came by, and that the actor may know of."""
    rows = await tx.all(
        Told,
        "search_told",
        workspace_id=actor.workspace_id,
        floor=indexed,
        one='{"type":"contact.added"%',
        other='{"type":"contact.updated"%',
        most=REWRITTEN,
    )
    changed = sorted({told(row.event).contact_id or "" for row in rows})
    return [
        row.id
        for row in await tx.all(Id, "contacts_changed_and_met", workspace_id=actor.workspace_id, ids=changed, **who)
    ]
