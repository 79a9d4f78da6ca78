"""Who may say, change and take back what."""

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid, NotFound
from careline.features.attachments.rows import ids_in
from careline.features.conversations.rules import PARTICIPANTS
from careline.features.messages.rows import Message, MessageKind, Sending
from careline.features.people.rows import Staff

METADATA_BYTES = 4_096
CLIENT_ID = 128
MENTIONS = 20
PINNED = 50
AT_ONCE = 100


def may_send(actor: Actor, kind: MessageKind, sender_label: str | None) -> None:
    if actor.kind == "contact" and kind not in ("text", "file"):
        raise Forbidden("Notes and system messages are the staff's to write.")
    if actor.kind == "contact" and sender_label is not None:
        raise Forbidden("Only staff may sign with another label: a contact's name is on their record.")


def may_mention(sending: Sending, people: tuple[str, ...], staff: dict[str, Staff]) -> None:
    """Notes mention staff who work here: at most so many, each once, and as many as the conversation has room for."""
    named = sending.mentions
    if not named:
        return
    if sending.kind != "note":
        raise Invalid("mentions", "Only a note mentions staff.")
    if len(named) > MENTIONS or len(set(named)) < len(named):
        raise Invalid("mentions", f"At most {MENTIONS} staff members, each of them once.")
    if any(id_ not in staff for id_ in named):
        raise NotFound("There is no such staff member.")
    if any(staff[id_].deactivated_at is not None for id_ in named):
        raise Invalid("mentions", "A staff member who is deactivated cannot be mentioned.")
    if len({*people, *(f"staff:{id_}" for id_ in named)}) > PARTICIPANTS:
        raise Conflict(f"A conversation has at most {PARTICIPANTS} participants.")


def client_id(value: str) -> str:
    """The sender's own name for a message, by which a retry is recognised for ever."""
    if not 0 < len(value) <= CLIENT_ID or not value.isascii() or not value.isprintable():
        raise Invalid("client_id", f"1 to {CLIENT_ID} printable ASCII characters, such as a UUID.")
    return value


def metadata(raw: str) -> str:
    if raw == "{}":
        return raw
    if len(raw.encode()) > METADATA_BYTES or not raw.lstrip().startswith("{"):
        raise Invalid("metadata", f"A JSON object of at most {METADATA_BYTES} bytes.")
    return text.storable(raw, "metadata")


def same_sending(stored: Message, sending: Sending) -> None:
    """A retry says the same again. What was edited or deleted since cannot be compared, and is the same message."""
    unchanged = stored.edited_at is None and stored.deleted_at is None
    # A forwarded message has copies of files, with ids of their own.
    files = ids_in(stored.attachments) if stored.forwarded_from is None else ()
    said = (stored.body, stored.kind, stored.forwarded_from, files)
    if unchanged and said != (sending.body, sending.kind, sending.forwarded_from, sending.attachment_ids):
        raise Conflict("This client_id was used for another message: make a new one.", code="client_id_reused")


def is_author(actor: Actor, message: Message) -> bool:
    return message.sender_id == actor.id and message.sender_kind == actor.kind


def may_edit(actor: Actor, message: Message, window_ms: int, now: int) -> None:
    if not is_author(actor, message):
        raise Forbidden("Only its author may edit a message.")
    still_there(message)
    if now - message.created_at > window_ms:
        raise Forbidden(f"A message may be edited for {window_ms // 60_000} minutes.")


def may_delete(actor: Actor, message: Message) -> None:
    if not is_author(actor, message) and not actor.is_admin:
        raise Forbidden("Only its author or an administrator may delete a message.")


def still_there(message: Message) -> None:
    """What was taken back keeps its place and nothing else."""
    if message.deleted_at is not None:
        raise Conflict("This message was deleted: nothing can be done with it any more.", code="message_deleted")


def has_room_to_pin(pinned: int) -> None:
    if pinned >= PINNED:
        raise Conflict(f"A conversation has at most {PINNED} pinned messages: unpin one first.")


def may_see_edits(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("What messages said before is for staff to see.")


def may_delete_many(actor: Actor, message_ids: tuple[str, ...]) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator deletes many messages at once.")
    if not 0 < len(message_ids) <= AT_ONCE or len(set(message_ids)) < len(message_ids):
        raise Invalid("message_ids", f"1 to {AT_ONCE} messages, each of them once.")


def may_forward(source: Message) -> None:
    still_there(source)
    if source.kind == "system":
        raise Forbidden("What the system said is said where it was said.")
