"""What may be done with a conversation, and by whom."""

from collections.abc import Iterator
from typing import Any

import msgspec

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.conversations.rows import Conversation, Sieve
from careline.features.workspaces.rows import Status, Threading

METADATA_BYTES = 8_192
PARTICIPANTS = 100
ACTIVE: tuple[Status, ...] = ("open", "pending")


def thread(threading: Threading, contact_id: str, staff_id: str | None) -> str | None:
    """What makes a conversation the only one of its people; None where there may be many."""
    if threading == "per_contact":
        return contact_id
    if threading == "per_staff" and staff_id is not None:
        return f"{contact_id}/{staff_id}"
    return None


def subject(value: str | None) -> str | None:
    return text.line(value, "subject", 200) if value else None


def metadata(raw: str) -> str:
    """A JSON object of the host's own, kept as text and never queried inside."""
    if len(raw.encode()) > METADATA_BYTES or not raw.lstrip().startswith("{"):
        raise Invalid("metadata", f"A JSON object of at most {METADATA_BYTES} bytes.")
    return text.storable(raw, "metadata")


def merged(before: str, given: str) -> str:
    """The metadata with the given keys put in or replaced, one level deep."""
    together = {
        **msgspec.json.decode(before, type=dict[str, msgspec.Raw]),
        **msgspec.json.decode(metadata(given), type=dict[str, msgspec.Raw]),
    }
    return metadata(msgspec.json.encode(together).decode())


def may_look_everywhere(actor: Actor) -> None:
    if actor.kind != "system":
        raise Forbidden("Outside their workspace nothing exists for people.")


def may_start_for(actor: Actor, contact_id: str) -> None:
    if actor.kind == "contact" and actor.id != contact_id:
        raise Forbidden("A contact starts conversations only for themselves.")


def may_start_alone(actor: Actor) -> None:
    if actor.kind != "staff":
        raise Forbidden("Only staff start a conversation with nobody in it yet.")


def may_set_status(actor: Actor, status: Status) -> None:
    """Contacts may end a conversation, put it away or take it up again; that it waits is the staff's to say."""
    if actor.kind == "contact" and status == "pending":
        raise Forbidden("Only staff make a conversation wait.")


def may_assign(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("Only staff assign conversations.")


def may_add(actor: Actor, conversation: Conversation, *, known: bool) -> None:
    """Staff may, and a known contact into what they started; a stranger could guess ids to learn who is a contact."""
    if not known:
        raise Forbidden("An anonymous contact adds nobody.")
    if actor.kind == "contact" and conversation.created_by != actor.person:
        raise Forbidden("Only staff, or whoever started the conversation, may add somebody.")


def has_room(people: tuple[str, ...]) -> None:
    if len(people) >= PARTICIPANTS:
        raise Conflict(f"A conversation has at most {PARTICIPANTS} participants.")


def may_remove(actor: Actor, kind: str, person_id: str, people: tuple[str, ...]) -> None:
    """Everybody may leave, staff may remove anybody, and one contact stays."""
    if actor.kind == "contact" and (kind, person_id) != ("contact", actor.id):
        raise Forbidden("A contact may only leave, not remove others.")
    contacts = [person for person in people if person.startswith("contact:")]
    if contacts == [f"{kind}:{person_id}"]:
        raise Conflict("A conversation keeps at least one contact.")


def closed_at(status: Status, before: int | None, now: int) -> int | None:
    return None if status in ACTIVE else before or now


def status_words(status: str) -> tuple[Status, ...]:
    """The statuses a list filter stands for: one of them, `active` for those that want an answer, `ended` for the
    others, `kept` for all that nobody has put away.
    """
    known: dict[str, tuple[Status, ...]] = {
        "open": ("open",),
        "pending": ("pending",),
        "closed": ("closed",),
        "archived": ("archived",),
        "active": ACTIVE,
        "ended": ("closed", "archived"),
        "kept": ("open", "pending", "closed"),
        "any": ("open", "pending", "closed", "archived"),
    }
    if status not in known:
        raise Invalid("status", f"One of {', '.join(known)}.")
    return known[status]


def listed(actor: Actor, view: str, status: str, sieve: Sieve) -> tuple[str, dict[str, Any]]:
    """The statement that reads as few conversations as possible for this list, and what it asks for."""
    if actor.kind == "contact" and sieve != Sieve():
        raise Forbidden("Only staff sort conversations.")
    awake = actor.kind != "contact" and (sieve.snoozed is False or (sieve.snoozed is None and status == "active"))
    asked: dict[str, Any] = {
        "label": sieve.label,
        "priority": sieve.priority,
        "unread": int(sieve.unread),
        "pinned": int(sieve.pinned),
        "snoozed": int(sieve.snoozed is True),
        "awake": int(awake),
        "assignee_id": actor.id if view == "mine" else None,
        "unassigned": int(view == "unassigned"),
    }
    if not actor.sees_all:
        # Both other views are their own conversations to whom only participates.
        return "conversations_of_person", asked | {"kind": actor.kind, "person_id": actor.id, "unassigned": 0}
    if sieve in (Sieve(), Sieve(snoozed=False)):
        plain = {"mine": "assigned_conversations", "unassigned": "unassigned_conversations"}
        return plain.get(view, "conversations_of_workspace"), asked
    return _narrowest(sieve), asked


def _narrowest(sieve: Sieve) -> str:
    if sieve.label is not None:
        return "labelled_conversations"
    if sieve.pinned:
        return "pinned_conversations"
    if sieve.snoozed:
        return "snoozed_conversations"
    if sieve.priority not in (None, "normal"):
        return "prior_conversations"
    return "unread_conversations" if sieve.unread else "sieved_conversations"


def changes(before: Conversation, after: Conversation) -> Iterator[tuple[str, str | None, str | None]]:
    """What the history of a conversation tells of a change."""
    if before.status != after.status:
        yield "status", before.status, after.status
    if before.assignee_id != after.assignee_id:
        yield "assignee", before.assignee_id, after.assignee_id
    if before.priority != after.priority:
        yield "priority", before.priority, after.priority
