"""The index follows each workspace's log, a batch at a time: what it knows and how far it has come commit together.

Nobody who sends waits for it, and a crash repeats or loses nothing. Whatever it has not come to yet, a search looks at
in the log itself.
"""

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.features.messages.rows import Message
from careline.features.people.rows import Contact
from careline.features.search import words
from careline.features.search.rows import Behind, Logged, Place, Position
from careline.store.database import Tx

SHIFT = 40
HAS_FILE = words.key("file")
REWRITES = ("message.sent", "message.edited", "message.deleted", "attachments.updated")
STEP = 256


class Told(Struct):
    """What the index wants to know of a fact that is not the sending of a message."""

    type: str
    message_id: str | None = None
    contact_id: str | None = None
    conversation_id: str | None = None
    merged_id: str | None = None

    @property
    def message(self) -> str | None:
        """The message that is to be looked at anew."""
        return self.message_id if self.type in REWRITES else None

    @property
    def contact(self) -> str | None:
        return self.contact_id if self.type.startswith("contact.") else None

    @property
    def gone(self) -> str | None:
        """The key of messages that are elsewhere now, or somebody else's, or nowhere."""
        if self.type == "contact.merged":
            return sender_key("contact", self.contact_id or "")
        id_ = self.merged_id or (self.conversation_id if self.type == "conversation.deleted" else None)
        return conversation_key(id_) if id_ else None


told = msgspec.json.Decoder(Told).decode


class Done(Struct, frozen=True):
    """How many facts were followed, and up to which number. None of them and no number: somebody else is at it."""

    facts: int
    seq: int | None


def conversation_key(conversation_id: str) -> str:
    return words.key(f"conversation:{conversation_id}")


def sender_key(kind: str, person_id: str | None) -> str:
    """Somebody, or everybody of the kind."""
    return words.key(kind if person_id is None else f"{kind}:{person_id}")


def contact_words(contact: Contact) -> list[str]:
    return words.words_of(" ".join(filter(None, (contact.name, contact.email, contact.phone))))


async def behind(tx: Tx, actor: Actor) -> list[Behind]:
    """The workspaces whose log reaches further than the index."""
    return await tx.all(Behind, "search_behind")


async def follow_logs(tx: Tx, actor: Actor, workspace_ids: list[str], most: int) -> int:
    """The same for several workspaces in one transaction, an equal share for each; how many facts were followed."""
    done = 0
    share = max(most // len(workspace_ids), 8)
    for workspace_id in workspace_ids:
        if done < most:
            done += (await follow_log(tx, actor, workspace_id, min(share, most - done))).facts
    return done


async def follow_log(tx: Tx, actor: Actor, workspace_id: str, most: int) -> Done:
    """Bring the index up to date by so many facts. It locks the position and not the workspace: senders go on."""
    at = await tx.one(Position, "claim_search_position", workspace_id=workspace_id)
    if at is None:
        await tx.run("begin_search_position", workspace_id=workspace_id)
        at = await tx.one(Position, "claim_search_position", workspace_id=workspace_id)
        if at is None:
            return Done(0, None)
    facts = await tx.all(Logged, "search_log", workspace_id=workspace_id, since=at.seq, most=most)
    if not facts:
        return Done(0, at.seq)
    base = at.number << SHIFT
    sent = [fact for fact in facts if fact.id is not None]
    others = [told(fact.event) for fact in facts if fact.event is not None]
    await _index_sent(tx, base, sent)
    await _index_again(tx, workspace_id, base, {other.message for other in others if other.message})
    for key in {key for other in others if (key := other.gone)}:
        await _follow_messages(tx, workspace_id, base, key)
    changed = {other.contact for other in others if other.contact}
    await _index_contacts(tx, workspace_id, base + facts[0].seq, changed)
    await tx.run("move_search_position", workspace_id=workspace_id, seq=facts[-1].seq)
    return Done(len(facts), facts[-1].seq)


async def _index_sent(tx: Tx, base: int, sent: list[Logged]) -> None:
    rows = [_row(base + fact.seq, fact, bool(fact.has_attachment)) for fact in sent if fact.deleted_at is None]
    if rows:
        await tx.many("index_message", rows)


async def _index_again(tx: Tx, workspace_id: str, base: int, changed: set[str]) -> None:
    """What was said differently, taken back, or sent and moved since."""
    if not changed:
        return
    messages = await tx.all(Message, "messages_by_id", ids=sorted(changed), workspace_id=workspace_id)
    if not messages:
        return
    await tx.run("forget_messages", places=[base + message.seq for message in messages])
    rows = [
        _row(base + message.seq, message, message.attachments is not None)
        for message in messages
        if message.deleted_at is None
    ]
    if rows:
        await tx.many("index_message", rows)


async def _follow_messages(tx: Tx, workspace_id: str, base: int, key: str) -> None:
    """What was said in a conversation that is gone, or by somebody who is another now, is indexed anew or forgotten."""
    before = base + (1 << SHIFT)
    while places := await tx.all(Place, "indexed_with", term=key, floor=base, before=before, most=STEP):
        before = places[-1].place
        await tx.run("forget_messages", places=[place.place for place in places])
        await _index_again(tx, workspace_id, base, {place.id for place in places})


def _row(place: int, message: Logged | Message, has_attachment: bool) -> dict[str, object]:
    conversation_id, kind = message.conversation_id or "", message.sender_kind or ""
    keys = [conversation_key(conversation_id), sender_key(kind, message.sender_id), sender_key(kind, None)]
    made = words.terms(message.body or "", [*keys, HAS_FILE] if has_attachment else keys)
    return {
        "place": place,
        "message_id": message.id,
        "conversation_id": conversation_id,
        "lexemes": made.lexemes,
        "text": made.text,
        "grams": made.grams,
    }


async def _index_contacts(tx: Tx, workspace_id: str, place: int, changed: set[str]) -> None:
    """Who was added or changed. Their places are those of the facts read, of which there are as many at least."""
    if not changed:
        return
    found = await tx.all(Contact, "contacts_by_id", ids=sorted(changed), workspace_id=workspace_id)
    await tx.run("forget_contacts", workspace_id=workspace_id, ids=sorted(changed))
    rows = [
        {
            "place": place + number,
            "workspace_id": workspace_id,
            "contact_id": contact.id,
            "text": f" {' '.join(contact_words(contact))} ",
        }
        for number, contact in enumerate(found)
    ]
    if rows:
        await tx.many("index_contact", rows)
