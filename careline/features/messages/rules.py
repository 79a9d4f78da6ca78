"""Who may say, change and take back what."""

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.attachments.rows import ids_in
from careline.features.messages.rows import Message, MessageKind, Sending

METADATA_BYTES = 4_096
CLIENT_ID = 128


def may_send(actor: Actor, kind: MessageKind, sender_label: str | None) -> None:
    if actor.kind == "contact" and kind not in ("text", "file"):
        raise Forbidden("Notes and system messages are the staff's to write.")
    if actor.kind == "contact" and sender_label is not None:
        raise Forbidden("Only staff may sign with another label: a contact's name is on their record.")


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
    said = (stored.body, stored.kind, ids_in(stored.attachments))
    if unchanged and said != (sending.body, sending.kind, sending.attachment_ids):
        raise Conflict("This client_id was used for another message: make a new one.", code="client_id_reused")


def is_author(actor: Actor, message: Message) -> bool:
    return (actor.kind, actor.id) == (message.sender_kind, message.sender_id)


def may_edit(actor: Actor, message: Message, window_ms: int, now: int) -> None:
    if not is_author(actor, message):
        raise Forbidden("Only its author may edit a message.")
    if message.deleted_at is not None:
        raise Conflict("A deleted message cannot be edited.", code="message_deleted")
    if now - message.created_at > window_ms:
        raise Forbidden(f"A message may be edited for {window_ms // 60_000} minutes.")


def may_delete(actor: Actor, message: Message) -> None:
    if not is_author(actor, message) and not actor.is_admin:
        raise Forbidden("Only its author or an administrator may delete a message.")
