"""What may be done with a conversation, and by whom."""

import msgspec

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.conversations.rows import Conversation
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


def may_add(actor: Actor, conversation: Conversation, people: tuple[str, ...], *, known: bool) -> None:
    """Staff may, and a known contact into what they started; a stranger could guess ids to learn who is a contact."""
    if not known:
        raise Forbidden("An anonymous contact adds nobody.")
    if actor.kind == "contact" and conversation.created_by != actor.person:
        raise Forbidden("Only staff, or whoever started the conversation, may add somebody.")
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
    """The statuses a list filter stands for: one of them, or `active` for those that want an answer."""
    known: dict[str, tuple[Status, ...]] = {
        "open": ("open",),
        "pending": ("pending",),
        "closed": ("closed",),
        "archived": ("archived",),
        "active": ACTIVE,
        "any": ("open", "pending", "closed", "archived"),
    }
    if status not in known:
        raise Invalid("status", f"One of {', '.join(known)}.")
    return known[status]
