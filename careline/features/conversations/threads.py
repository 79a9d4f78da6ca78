"""Conversations while a batch is decided: loaded for many requests at once, moved in memory, written together."""

from collections.abc import Iterable

from msgspec import structs

from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.conversations.rows import Conversation, Hot
from careline.store.database import Question, Tx


class Thread:
    """A conversation while a batch is decided: its people, and the numbers that the batch moves.

    `sees` is `access` for many.
    """

    __slots__ = (
        "_row", "activity_seq", "blocked", "closed_at", "contact_read_seq", "contact_unread", "id", "labels",
        "last_seq", "marked_unread_at", "message_count", "moved", "notice_hours", "people", "snoozed_until",
        "staff_read_seq", "staff_unread", "status", "status_rules", "workspace_id",
    )  # fmt: skip

    def __init__(self, workspace_id: str, row: Hot) -> None:
        self._row = row
        self.workspace_id = workspace_id
        self.id = row.id
        self.status = row.status
        self.message_count = row.message_count
        self.last_seq = row.last_seq
        self.activity_seq = row.activity_seq
        self.staff_unread = row.staff_unread
        self.contact_unread = row.contact_unread
        self.staff_read_seq = row.staff_read_seq
        self.contact_read_seq = row.contact_read_seq
        self.closed_at = row.closed_at
        self.snoozed_until = row.snoozed_until
        self.marked_unread_at = row.marked_unread_at
        self.labels = row.labels
        self.people = tuple((row.people or "").split())
        self.blocked = tuple((row.blocked or "").split())
        self.notice_hours = row.notice_hours
        self.status_rules = {"contact": row.contact_message_status, "staff": row.staff_reply_status}
        self.moved = False

    def row(self) -> Hot:
        """What a batch that comes after would read."""
        return structs.replace(
            self._row,
            status=self.status,
            message_count=self.message_count,
            last_seq=self.last_seq,
            activity_seq=self.activity_seq,
            staff_unread=self.staff_unread,
            contact_unread=self.contact_unread,
            staff_read_seq=self.staff_read_seq,
            contact_read_seq=self.contact_read_seq,
            closed_at=self.closed_at,
            snoozed_until=self.snoozed_until,
            marked_unread_at=self.marked_unread_at,
            people=" ".join(self.people),
        )

    def sees(self, actor: Actor) -> bool:
        at_home = actor.workspace_id == self.workspace_id
        return at_home and (actor.sees_all or actor.person in self.people)


def about_threads(actor: Actor, conversation_ids: Iterable[str]) -> Question:
    """The question for the conversations of a batch with their participants."""
    return Hot, "hot_conversations", {"workspace_id": actor.workspace_id, "ids": list(conversation_ids)}


def threads_of(actor: Actor, rows: list[Hot]) -> dict[str, Thread]:
    """The conversations of a batch; foreign and missing ones are not there."""
    return {row.id: Thread(actor.workspace_id, row) for row in rows}


async def as_moved(tx: Tx, thread: Thread) -> Conversation:
    """The conversation as the batch has moved it so far."""
    stored = await tx.one(Conversation, "conversations_by_id", ids=[thread.id], workspace_id=thread.workspace_id)
    if stored is None:
        raise NotFound("There is no such conversation.")
    return structs.replace(
        stored,
        status=thread.status,
        closed_at=thread.closed_at,
        message_count=thread.message_count,
        last_seq=thread.last_seq,
        activity_seq=thread.activity_seq,
        staff_unread=thread.staff_unread,
        contact_unread=thread.contact_unread,
        staff_read_seq=thread.staff_read_seq,
        contact_read_seq=thread.contact_read_seq,
        snoozed_until=thread.snoozed_until,
        marked_unread_at=thread.marked_unread_at,
        updated_at=tx.now if thread.moved else stored.updated_at,
    )


def store_moved(tx: Tx, threads: dict[str, Thread]) -> None:
    """Write the heads of the conversations that the batch moved."""
    moved = [
        {
            "workspace_id": tx.workspace_id,
            "id": t.id,
            "status": t.status,
            "closed_at": t.closed_at,
            "message_count": t.message_count,
            "last_seq": t.last_seq,
            "activity_seq": t.activity_seq,
            "staff_unread": t.staff_unread,
            "contact_unread": t.contact_unread,
            "snoozed_until": t.snoozed_until,
            "now": tx.now,
        }
        for t in threads.values()
        if t.moved
    ]
    tx.later("set_heads", moved)
    labelled = [t for t in threads.values() if t.moved and t.labels != "[]"]
    tx.later("move_labels", [{"id": t.id, "status": t.status, "activity_seq": t.activity_seq} for t in labelled])


def store_reading(tx: Tx, threads: Iterable[Thread]) -> None:
    """Write how far both sides have read."""
    read = [
        {
            "workspace_id": tx.workspace_id,
            "id": t.id,
            "staff_unread": t.staff_unread,
            "contact_unread": t.contact_unread,
            "staff_read_seq": t.staff_read_seq,
            "contact_read_seq": t.contact_read_seq,
            "marked_unread_at": t.marked_unread_at,
        }
        for t in threads
    ]
    tx.later("set_reading", read)
