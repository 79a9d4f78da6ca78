"""Conversations and their participants as they are stored."""

from typing import Literal

from msgspec import Struct

from careline.features.workspaces.rows import Status

Priority = Literal["low", "normal", "high", "urgent"]


class Conversation(Struct, frozen=True):
    """`thread` is what makes it the only one of its people where the workspace allows one; `last_seq` the number of
    its last public message (0: none), `activity_seq` that by which lists order it. Unread counts are per side;
    up to `staff_read_seq`, `contact_read_seq` a side has read everything. `labels` is a JSON list of label ids.
    """

    id: str
    workspace_id: str
    subject: str | None
    status: Status
    assignee_id: str | None
    created_by: str
    metadata: str
    thread: str | None
    message_count: int
    last_seq: int
    activity_seq: int
    staff_unread: int
    contact_unread: int
    staff_read_seq: int
    contact_read_seq: int
    created_at: int
    updated_at: int
    closed_at: int | None
    priority: Priority = "normal"
    snoozed_until: int | None = None
    pinned_at: int | None = None
    labels: str = "[]"


class Participant(Struct, frozen=True):
    """Somebody who takes part; `name` is what they are called now, None for an anonymous contact."""

    conversation_id: str
    kind: str
    id: str
    name: str | None
    joined_at: int

    @property
    def person(self) -> str:
        return f"{self.kind}:{self.id}"


class Hot(Struct, frozen=True):
    """What a batch of requests needs of a conversation: the numbers it moves, what a message does to its status in this
    workspace, and its participants as `kind:id`, a space between them, with those among them who are `blocked`.
    `notice_hours` are the hours out of which the workspace answers by itself, None where it does not.
    """

    id: str
    status: Status
    message_count: int
    last_seq: int
    activity_seq: int
    staff_unread: int
    contact_unread: int
    staff_read_seq: int
    contact_read_seq: int
    closed_at: int | None
    contact_message_status: Status | None
    staff_reply_status: Status | None
    people: str | None
    blocked: str | None = None
    notice_hours: str | None = None
