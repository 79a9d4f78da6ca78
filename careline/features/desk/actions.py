"""Sorting conversations: labels, priority, pins, putting off, marking as unread; and the history of it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from careline.core.actor import Actor
from careline.core.page import Page
from careline.features.conversations.actions import LAST, access, people_in, store
from careline.features.conversations.changes import note_each
from careline.features.conversations.events import ConversationTriaged
from careline.features.conversations.rows import Change, Conversation
from careline.features.conversations.rules import changes
from careline.features.desk import rules
from careline.features.desk.labels import labels_by_id, labels_named
from careline.features.desk.rows import Label
from careline.store.database import Tx


async def triage_conversation(tx: Tx, actor: Actor, conversation_id: str, wishes: dict[str, Any]) -> Conversation:
    """Sort a conversation. `wishes` has those of `labels` (ids: exactly these), `priority`, `pinned` and
    `snoozed_until` (None: not put off) that change. What is so already changes nothing.
    """
    rules.may_sort(actor)
    before = await access(tx, actor, conversation_id)
    labels = None
    if "labels" in wishes:
        labels = await labels_by_id(tx, actor, rules.few(wishes["labels"], "labels"))
    return await _triage(tx, actor, before, wishes, labels)


async def label_conversation(tx: Tx, actor: Actor, conversation_id: str, names: Sequence[str]) -> Conversation:
    """Let a conversation bear exactly the labels of these names; those the workspace lacks are made."""
    rules.may_sort(actor)
    before = await access(tx, actor, conversation_id)
    return await _triage(tx, actor, before, {}, await labels_named(tx, actor, names))


async def _triage(
    tx: Tx, actor: Actor, before: Conversation, wishes: dict[str, Any], labels: list[Label] | None
) -> Conversation:
    new: dict[str, Any] = {"priority": wishes.get("priority", before.priority)}
    if "pinned" in wishes:
        new["pinned_at"] = (before.pinned_at or tx.now) if wishes["pinned"] else None
    if "snoozed_until" in wishes:
        new["snoozed_until"] = rules.snoozed_until(before, wishes["snoozed_until"], tx.now)
    if labels is not None:
        new["labels"] = msgspec.json.encode(sorted(label.id for label in labels)).decode()
    changed = tuple(field for field, value in new.items() if value != getattr(before, field))
    if not changed:
        return before
    after = msgspec.structs.replace(before, **new, updated_at=tx.now)
    told = list(changes(before, after))
    if labels is not None and "labels" in changed:
        told += await _relabel(tx, actor, before, labels)
    await store(tx, after)
    await _tell(tx, actor, after, changed, told)
    return after


async def _relabel(
    tx: Tx, actor: Actor, conversation: Conversation, labels: list[Label]
) -> list[tuple[str, str | None, str | None]]:
    """Put on and take off; what there is to tell of it."""
    had = msgspec.json.decode(conversation.labels, type=list[str])
    known = await tx.all(Label, "labels_by_id", workspace_id=actor.workspace_id, ids=had)
    now = {label.id: label.name for label in labels}
    for id_ in set(had) - now.keys():
        await tx.run("take_label_off", conversation_id=conversation.id, label_id=id_)
    await put_on(tx, conversation, [id_ for id_ in now if id_ not in had])
    return list(rules.label_changes({label.id: label.name for label in known}, now))


async def put_on(tx: Tx, conversation: Conversation, label_ids: list[str]) -> None:
    """Let the lists of these labels find the conversation."""
    where = {
        "conversation_id": conversation.id,
        "workspace_id": conversation.workspace_id,
        "status": conversation.status,
        "activity_seq": conversation.activity_seq,
    }
    if label_ids:
        await tx.many("put_label_on", [{**where, "label_id": id_} for id_ in label_ids])


async def mark_unread(tx: Tx, actor: Actor, conversation_id: str) -> Conversation:
    """Show it to the staff as unread until one of them reads it; nobody's marks change, and contacts learn nothing."""
    rules.may_sort(actor)
    before = await access(tx, actor, conversation_id)
    if before.shown_to_staff_as_unread:
        return before
    after = msgspec.structs.replace(before, marked_unread_at=tx.now, updated_at=tx.now)
    await store(tx, after)
    await _tell(tx, actor, after, ("unread_count",), [])
    return after


async def wake_conversation(tx: Tx, actor: Actor, conversation_id: str) -> None:
    """Bring back what was put off until now, to the top of the list. Too early, or again, it changes nothing."""
    (before,) = await tx.all(
        Conversation, "conversations_by_id", ids=[conversation_id], workspace_id=actor.workspace_id
    ) or (None,)  # fmt: skip
    if before is None or before.snoozed_until is None or before.snoozed_until > tx.now:
        return
    after = msgspec.structs.replace(before, snoozed_until=None, activity_seq=tx.next_seq, updated_at=tx.now)
    await store(tx, after)
    await tx.run("bring_up", workspace_id=after.workspace_id, id=after.id, activity_seq=after.activity_seq)
    await _tell(tx, actor, after, ("snoozed_until",), [])


async def _tell(
    tx: Tx,
    actor: Actor,
    after: Conversation,
    changed: tuple[str, ...],
    told: list[tuple[str, str | None, str | None]],
) -> None:
    seq = tx.emit(
        ConversationTriaged(conversation_id=after.id, changed=changed, snoozed_until=after.snoozed_until),
        actor,
        about=after,
        people=await people_in(tx, after.id),
    )
    note_each(tx, actor, seq, after.id, told)


async def list_changes(
    tx: Tx, actor: Actor, conversation_id: str, *, before: int | None = None, limit: int = 50
) -> Page[Change]:
    """Who changed what of the conversation, newest first."""
    rules.may_sort(actor)
    await access(tx, actor, conversation_id)
    found = await tx.all(
        Change, "changes_before", conversation_id=conversation_id, before=before or LAST, most=limit + 1
    )  # fmt: skip
    page = found[:limit]
    return Page(page, before=page[-1].number if len(found) > limit else None)
