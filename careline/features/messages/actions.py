"""Messages as somebody may see them: the pages of history, the last ones, a single one."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct, structs

from careline.core.actor import Actor
from careline.core.errors import Invalid, NotFound
from careline.core.page import Page
from careline.core.page import skip as bounded
from careline.features.conversations.actions import LAST, access
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import may_look_everywhere
from careline.features.messages.rows import Message, Only
from careline.store.database import Tx

ALL = Only()
ROW_BYTES = 1_000


class _Place(Struct, frozen=True):
    workspace_id: str


async def list_messages(
    tx: Tx,
    actor: Actor,
    conversation_id: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: str | None = None,
    limit: int = 50,
    skip: int = 0,
    notes: bool = True,
    only: Only = ALL,
) -> Page[Message]:
    """A page of history, oldest first: the newest, or next to a position, or with a message in its middle.

    `before` and `after` of the page are the positions to go on from; None where there is nothing further. `skip` leaves
    out that many messages next to the position, for wires with page numbers; without `notes` there are none of them.
    `only` leaves out more; what nothing is like walks over the whole conversation.
    """
    if sum(given is not None for given in (before, after, around)) > 1:
        raise Invalid("before", "Give one of before, after and around.")
    tx.note_read(f"history:{conversation_id}")
    asked: dict[str, Any] = {
        "conversation_id": conversation_id,
        "workspace_id": actor.workspace_id,
        "sees_all": int(actor.sees_all),
        "actor_kind": actor.kind,
        "person_id": actor.id,
        "notes": int(notes and actor.kind != "contact"),
        "skip": bounded(skip),
    }
    if only != ALL:
        asked |= {
            name: int(value) if isinstance(value, bool) else value for name, value in structs.asdict(only).items()
        }
    key = ("messages", (before, after, limit, asked["skip"], asked["notes"], only))
    keeps = around is None and only.unread_by is None
    known: Page[Message] | None = tx.cache.find(conversation_id, key) if keeps else None
    seq = None if known is None else await tx.value_shared("number_if_seen", **asked)
    if tx.cache.stands_at(seq) and known is not None:
        return Page(list(known.items), known.before, known.after)
    if around is not None:
        middle = await access_message(tx, actor, around)
        if middle.conversation_id != conversation_id:
            raise NotFound("There is no such message in this conversation.")
        older = await _messages(tx, asked, before=middle.seq + 1, most=limit // 2 + 2)
        newer = await _messages(tx, asked, after=middle.seq, most=limit // 2 + 1)
        has_older, has_newer = len(older) > limit // 2 + 1, len(newer) > limit // 2
        found = older[: limit // 2 + 1][::-1] + newer[: limit // 2]
    elif after is not None:
        newer = await _messages(tx, asked, after=after, most=limit + 1)
        has_older, has_newer = after > 0, len(newer) > limit
        found = newer[:limit]
    else:
        older = await _messages(tx, asked, before=before or LAST, most=limit + 1)
        has_older, has_newer = len(older) > limit, before is not None
        found = older[:limit][::-1]
    if not found:
        await access(tx, actor, conversation_id)
        return Page([], None, None)
    page = Page(found, found[0].seq if has_older else None, found[-1].seq if has_newer else None)
    if keeps:
        tx.cache.keep(conversation_id, key, Page(list(found), page.before, page.after), _weight(found))
    return page


def _weight(messages: list[Message]) -> int:
    """How many bytes they take at most: what is not ASCII may have four for each character."""
    texts = [
        text
        for m in messages
        for text in (m.body, m.metadata, m.attachments, m.reactions, m.mentions, m.quoted_body)
        if text
    ]
    return ROW_BYTES * len(messages) + sum([len(text) if text.isascii() else 4 * len(text) for text in texts])


async def _messages(
    tx: Tx, asked: dict[str, Any], *, before: int | None = None, after: int | None = None, most: int
) -> list[Message]:
    sort = "only_messages" if "side" in asked else "messages"
    if after is not None:
        return await tx.all(Message, f"{sort}_after", after=after, most=most, **asked)
    return await tx.all(Message, f"{sort}_before", before=before, most=most, **asked)


async def count_standing(tx: Tx, actor: Actor, conversation: Conversation) -> int:
    """How many messages of a conversation both sides see and nobody has taken back."""
    return conversation.message_count - int(await tx.value("count_deleted_messages", conversation_id=conversation.id))


async def last_messages(
    tx: Tx, actor: Actor, conversations: list[Conversation], *, standing: bool = False
) -> dict[str, Message]:
    """The last public message of each conversation that has one; with `standing`, the last that nobody took back."""
    wanted = [c.id for c in conversations if c.last_seq]
    if not wanted:
        return {}
    last = await tx.all(Message, "messages_at", workspace_id=actor.workspace_id, conversation_ids=wanted)
    found = {message.conversation_id: message for message in last}
    for gone in [message for message in last if standing and message.deleted_at is not None]:
        before = await tx.one(Message, "last_standing_message", conversation_id=gone.conversation_id, before=gone.seq)
        if before is None:
            del found[gone.conversation_id]
        else:
            found[gone.conversation_id] = before
    return found


async def access_messages(tx: Tx, actor: Actor, message_ids: Collection[str]) -> list[Message]:
    """All of these messages as the actor may see them, oldest first, or `NotFound` if one is not there."""
    wanted = set(message_ids)
    found = await tx.all(Message, "messages_by_id", ids=list(wanted), workspace_id=actor.workspace_id)
    seen = [message for message in found if message.kind != "note" or actor.kind != "contact"]
    if len(seen) < len(wanted):
        raise NotFound("One of these messages is not there.")
    for conversation_id in sorted({message.conversation_id for message in seen}):
        await access(tx, actor, conversation_id)
    return sorted(seen, key=lambda message: message.seq)


async def workspaces_of_messages(tx: Tx, actor: Actor, message_ids: Collection[str]) -> list[str]:
    """The workspaces in which these messages are, for the system itself."""
    may_look_everywhere(actor)
    found = await tx.all(_Place, "workspaces_of_messages", ids=list(message_ids))
    return sorted(place.workspace_id for place in found)


async def access_message(tx: Tx, actor: Actor, message_id: str) -> Message:
    """The message as the actor may see it, or `NotFound`: what one may not see is not there."""
    message = await tx.one(Message, "messages_by_id", ids=[message_id], workspace_id=actor.workspace_id)
    if message is None or (message.kind == "note" and actor.kind == "contact"):
        raise NotFound("There is no such message.")
    try:
        await access(tx, actor, message.conversation_id)
    except NotFound:
        raise NotFound("There is no such message.") from None
    return message
