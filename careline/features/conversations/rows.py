"""Conversations and their participants as they are stored."""

from typing import Literal

from msgspec import Struct

from careline.features.workspaces.rows import Status

Priority = Literal["low", "normal", "high", "urgent"]


class Conversation(Struct, frozen=True):
    """`thread` is what makes it the only one of its people where the workspace allows one; `last_seq` the number of
    its last public message (0: none), `activity_seq` that by which lists order it. Unread counts are per side;
    up to `staff_read_seq`, `contact_read_seq` a side has read everything. `labels` is a JSON list of label ids.
    `marked_unread_at` is when staff wished to read it again.
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
    marked_unread_at: int | None = None

    @property
    def shown_to_staff_as_unread(self) -> int:
        """What is unread, and one more where it is marked so."""
        return self.staff_unread + (self.marked_unread_at is not None)


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


class Sieve(Struct, frozen=True):
    """What a list of staff leaves through: each as long as it is given. `snoozed` None leaves sleeping ones out of the
    active list only.
    """

    label: str | None = None
    priority: Priority | None = None
    unread: bool = False
    pinned: bool = False
    snoozed: bool | None = None


class LookedFor(Struct, frozen=True):
    """What a numbered list leaves through; None and an empty `q` ask nothing. `q` stands in name, e-mail address or
    phone number of a contact who takes part; times, in milliseconds, are of the beginning: at or after `from_at`,
    before `to_at`.
    """

    q: str = ""
    contact_id: str | None = None
    staff_id: str | None = None
    label: str | None = None
    from_at: int | None = None
    to_at: int | None = None


class Change(Struct, frozen=True):
    """Who changed what of a conversation: `field` is `status`, `assignee`, `priority` or `label`, which is named as
    it was called then. `number` orders them.
    """

    conversation_id: str
    number: int
    at: int
    actor: str
    field: str
    before: str | None
    after: str | None


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
    snoozed_until: int | None
    marked_unread_at: int | None
    labels: str
    blocked: str | None = None
    notice_hours: str | None = None
