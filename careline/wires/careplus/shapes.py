"""The wire's words: what it gives, and how ours become its own."""

import re
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Actor
from careline.core.context import Context, current
from careline.core.errors import Invalid, Refused
from careline.features.attachments.rows import Attached, Attachment
from careline.features.conversations.rows import Conversation as StoredConversation
from careline.features.conversations.rows import Participant
from careline.features.messages.rows import Message as StoredMessage
from careline.features.messages.rows import Sending
from careline.features.people.rows import Contact, Staff
from careline.features.workspaces.rows import Workspace
from careline.wires.careplus import takes
from careline.wires.careplus.files import Addresses, upload_at
from careline.wires.files import Links
from careline.wires.shapes import rfc3339

SenderType = Literal["user", "customer"]
Role = Literal["admin", "manager", "pharmacist"]
# Stands in the metadata of a conversation of somebody who has an account of the host's: a user there, no customer.
USER = '{"careplus":"user"}'
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# What it gives -------------------------------------------------------------------------------------------------------


class Pharmacy(Struct, frozen=True):
    id: str
    name: str


class Customer(Struct, frozen=True):
    """What is not known is empty."""

    id: str
    pharmacy_id: str
    name: str
    phone: str
    email: str
    created_at: str
    updated_at: str


class LastMessage(Struct, frozen=True):
    body: str
    created_at: str
    sender_type: SenderType


class Conversation(Struct, frozen=True, kw_only=True):
    """`user_id` and `user` stand in the place of the customer where that is somebody with an account of the host's."""

    id: str
    pharmacy_id: str
    customer_id: str | UnsetType = UNSET
    user_id: str | UnsetType = UNSET
    last_message_at: str | UnsetType = UNSET
    created_at: str
    updated_at: str
    pharmacy: Pharmacy
    customer: Customer | UnsetType = UNSET
    user: Customer | UnsetType = UNSET
    last_message: LastMessage | UnsetType = UNSET
    unread_count: int


class File(Struct, frozen=True):
    attachment_url: str
    attachment_name: str
    attachment_type: str


class Message(Struct, frozen=True, kw_only=True):
    """`attachments` is there where a message from elsewhere has several files; `client_id` for whoever gave it."""

    id: str
    conversation_id: str
    sender_type: SenderType
    sender_id: str
    sender_name: str | UnsetType = UNSET
    body: str
    attachment_url: str | UnsetType = UNSET
    attachment_name: str | UnsetType = UNSET
    attachment_type: str | UnsetType = UNSET
    attachments: list[File] | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    created_at: str
    updated_at: str


class ConversationList(Struct, frozen=True):
    items: list[Conversation]
    total: int


class MessageList(Struct, frozen=True):
    items: list[Message]
    total: int


class CustomerList(Struct, frozen=True):
    items: list[Customer]
    total: int


class CustomerToken(Struct, frozen=True):
    """`url` opens the chat; there the token stands behind the `#`, which no server is sent."""

    token: str
    url: str
    expires_at: str


class Token(Struct, frozen=True):
    token: str


class Settings(Struct, frozen=True):
    chat_edit_window_minutes: int


class Uploaded(Struct, frozen=True):
    """`url` is relative to this API's origin and good for an hour; as `attachment_url` it is known for longer."""

    url: str
    path: str
    filename: str


class Said(Struct, frozen=True):
    message: str


class User(Struct, frozen=True):
    id: str
    pharmacy_id: str
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: str


class Session(Struct, frozen=True):
    """`expires_in` is how many seconds the access token is good for."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: User


# Ours to theirs and back ---------------------------------------------------------------------------------------------


def uuid(outside: str) -> str:
    """An id of what the server makes; what cannot be one is not even looked for."""
    if not _UUID.fullmatch(outside.lower()):
        raise Refused("invalid id")
    return outside.lower()


def side(kind: str) -> SenderType:
    """Everybody who answers is a user here, the system as well."""
    return "customer" if kind == "contact" else "user"


def person(text: str) -> tuple[SenderType, str]:
    """`contact:cara` as this wire names people."""
    kind, _, id_ = text.partition(":")
    return side(kind), id_


def customer(stored: Contact) -> Customer:
    return Customer(
        stored.id,
        stored.workspace_id,
        stored.name or "",
        stored.phone or "",
        stored.email or "",
        rfc3339(stored.created_at),
        rfc3339(stored.updated_at),
    )


def whose(actor: Actor, people: list[Participant]) -> str | None:
    """The customer of a conversation as the actor sees it: to a contact themselves, to staff whoever came first."""
    contacts = [p.id for p in people if p.kind == "contact"]
    return actor.id if actor.id in contacts and actor.kind == "contact" else next(iter(contacts), None)


def conversation(
    actor: Actor, stored: StoredConversation, workspace: Workspace, contact: Contact | None, last: StoredMessage | None
) -> Conversation:
    who: dict[str, Any] = {}
    if contact is not None:
        word = "user" if is_of_user(stored) else "customer"
        who = {f"{word}_id": contact.id, word: customer(contact)}
    return Conversation(
        id=stored.id,
        pharmacy_id=stored.workspace_id,
        last_message_at=rfc3339(last.created_at) if last else UNSET,
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.updated_at),
        pharmacy=Pharmacy(workspace.id, workspace.name),
        last_message=_gist(last) if last else UNSET,
        unread_count=stored.contact_unread if actor.kind == "contact" else stored.shown_to_staff_as_unread,
        **who,
    )


def is_of_user(stored: StoredConversation) -> bool:
    return bool(msgspec.json.decode(stored.metadata).get("careplus") == "user")


def _gist(last: StoredMessage) -> LastMessage:
    """What a list shows of it: of a message without text, what its file is called."""
    body = last.body or next((file.name for file in attached(last)), "")
    return LastMessage(body, rfc3339(last.created_at), side(last.sender_kind))


def attached(stored: StoredMessage) -> list[Attached]:
    return msgspec.json.decode(stored.attachments, type=list[Attached]) if stored.attachments else []


def message(stored: StoredMessage, addresses: Addresses, *, author: bool = False) -> Message:
    files = [File(addresses.of(file), file.name, file.type) for file in attached(stored)]
    first: dict[str, str] = msgspec.structs.asdict(files[0]) if files else {}
    return Message(
        id=stored.id,
        conversation_id=stored.conversation_id,
        sender_type=side(stored.sender_kind),
        sender_id=stored.sender_id,
        # Of staff whose tokens bear no name it is their id: that is no name to show.
        sender_name=stored.sender_name if stored.sender_name not in ("", stored.sender_id) else UNSET,
        body=stored.body,
        attachments=files if len(files) > 1 else UNSET,
        client_id=stored.client_id if author and stored.client_id else UNSET,
        created_at=rfc3339(stored.created_at),
        updated_at=rfc3339(stored.edited_at or stored.created_at),
        **{name: value for name, value in first.items() if value},
    )


def uploaded(stored: Attachment, addresses: Addresses) -> Uploaded:
    folder = "photos" if stored.type.startswith("image/") else "files"
    return Uploaded(addresses.of(stored), f"chat/{folder}/{stored.id}/{stored.name}", stored.name)


def user(stored: Staff) -> User:
    return User(
        stored.id,
        stored.workspace_id,
        stored.email or "",
        stored.name,
        "admin" if stored.role == "admin" else "pharmacist",
        stored.deactivated_at is None,
        rfc3339(stored.created_at),
    )


def sending(
    actor: Actor,
    conversation_id: str,
    said: takes.Say,
    links: Links,
    origin: str | None = None,
    asked: Context | None = None,
) -> Sending:
    """What the verb is asked to send. Raises `Invalid` for what this wire does not take."""
    body = said.body if said.body and said.body.strip() else ""
    if not body and not said.attachment_url:
        raise Invalid("body", "Write something, or attach a file.")
    return Sending(
        actor,
        conversation_id,
        body,
        client_id=said.client_id or None,
        origin=origin,
        attachment_ids=(upload_at(links, actor, said.attachment_url),) if said.attachment_url else (),
        asked=asked or current.get(),
    )
