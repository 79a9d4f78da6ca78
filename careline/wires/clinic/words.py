"""Our rows in the wire's words: sessions and messages as their readers are told of them."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from careline.features.attachments.rows import Attached
from careline.features.conversations.rows import Conversation, Participant
from careline.features.messages.rows import Message
from careline.features.reactions.rows import read as read_reactions
from careline.features.workspaces.rows import Status
from careline.wires.clinic import shapes
from careline.wires.shapes import rfc3339

STATUSES: dict[Status, shapes.Status] = {
    "open": "open",
    "pending": "open",
    "closed": "resolved",
    "archived": "archived",
}
# An address of the file with this id in this location, good from this moment on for a while.
Links = Callable[[str, str, int], str]


def pair(stored: Conversation, people: Iterable[Participant]) -> shapes.Pair:
    """Whoever it is given to before others, and whoever came first."""
    staff = [person.id for person in people if person.kind == "staff"]
    contacts = [person.id for person in people if person.kind == "contact"]
    user_id = stored.assignee_id if stored.assignee_id in staff else next(iter(staff), "")
    return shapes.Pair(stored.workspace_id, user_id or "", next(iter(contacts), ""))


def message(
    stored: Message, sides: shapes.Pair, links: Links, now: int, reached: tuple[int | None, int | None] = (None, None)
) -> shapes.Message:
    """`reached` is when the other side first had it and first read it."""
    by_staff, by_contact = stored.sender_kind == "staff", stored.sender_kind == "contact"
    files = _files(stored, sides.location_id, links, now)
    file = files[0] if files else shapes.Uploaded(None, None, None)
    delivered_at, read_at = reached
    return shapes.Message(
        id=stored.id,
        location_id=sides.location_id,
        sender_user_id=stored.sender_id if by_staff else None,
        receiver_user_id=(sides.user_id or None) if by_contact else None,
        sender_contact_id=stored.sender_id if by_contact else None,
        receiver_contact_id=(sides.contact_id or None) if by_staff else None,
        content=stored.body or (file.file_name or ""),
        session_id=stored.conversation_id,
        sent_at=rfc3339(stored.created_at),
        delivered_at=when(delivered_at),
        read_at=when(read_at),
        is_read=read_at is not None,
        file_url=file.file_url,
        file_name=file.file_name,
        file_type=file.file_type,
        reply_to_id=stored.reply_to,
        reply_to=_quoted(stored),
        edited_at=when(stored.edited_at),
        deleted_at=when(stored.deleted_at),
        is_pinned=stored.pinned_at is not None,
        message_type=message_type(stored),
        reactions=reactions(stored),
        client_id=stored.client_id or UNSET,
        attachments=files if len(files) > 1 else UNSET,
    )


def message_type(stored: Message) -> shapes.MessageType:
    if stored.kind == "system":
        return "system"
    return "file" if stored.kind == "file" or stored.attachments is not None else "text"


def when(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else rfc3339(milliseconds)


def reactions(stored: Message) -> list[shapes.Reaction]:
    return [
        shapes.Reaction(
            emoji,
            one.id if one.kind == "staff" else None,
            one.id if one.kind == "contact" else None,
            rfc3339(one.at),
        )
        for emoji, by in read_reactions(stored.reactions).items()
        for one in by
    ]


def _quoted(stored: Message) -> shapes.Quoted | UnsetType:
    if stored.reply_to is None or stored.quoted_body is None or stored.quoted_kind == "note":
        return UNSET
    deleted = stored.quoted_deleted_at is not None
    return shapes.Quoted(stored.reply_to, stored.quoted_body, stored.quoted_sender_name or "", deleted)


def _files(stored: Message, location_id: str, links: Links, now: int) -> list[shapes.Uploaded]:
    """Files that are kept here have addresses for a while; one that its sender keeps elsewhere has that address."""
    if stored.attachments is not None:
        files = msgspec.json.decode(stored.attachments, type=list[Attached])
        return [shapes.Uploaded(_address(one, location_id, links, now), one.name, one.type) for one in files]
    if stored.kind != "file" or stored.deleted_at is not None:
        return []
    told: dict[str, Any] = msgspec.json.decode(stored.metadata)
    url, name, type_ = (told.get(f"file_{key}", told.get(key)) for key in ("url", "name", "type"))
    return [shapes.Uploaded(url if is_address(url) else None, _text(name) or stored.body, _text(type_))]


def _address(file: Attached, location_id: str, links: Links, now: int) -> str | None:
    if file.url is not None:
        return file.url
    return links(location_id, file.id, now) if file.state in ("ready", "unscanned") else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def is_address(url: Any) -> bool:
    """An address that a page may lead to: never `javascript:` and its like."""
    return isinstance(url, str) and url.startswith(("https://", "http://")) and url.isprintable() and len(url) <= 2_000


def session(
    stored: Conversation,
    people: Iterable[Participant],
    labels: dict[str, str],
    last: shapes.Message | None,
    *,
    by_contact: bool,
) -> shapes.Session:
    sides = pair(stored, people)
    names = {person.id: person.name for person in people if person.kind == "contact"}
    return shapes.Session(
        id=stored.id,
        location_id=stored.workspace_id,
        user_id=sides.user_id or None,
        contact_id=sides.contact_id or None,
        contact_name=names.get(sides.contact_id),
        status=STATUSES[stored.status],
        tags=[labels[id_] for id_ in msgspec.json.decode(stored.labels, type=list[str]) if id_ in labels],
        last_message=last,
        last_message_at=last.sent_at if last else None,
        unread_count=stored.contact_unread if by_contact else stored.staff_unread,
        created_at=rfc3339(stored.created_at),
    )
