"""Staff, accounts and contacts as they are stored."""

from msgspec import Struct

from careline.core.actor import Role, Scope


class Staff(Struct, frozen=True):
    workspace_id: str
    id: str
    account_id: str | None
    name: str
    email: str | None
    role: Role
    scope: Scope
    created_at: int
    updated_at: int
    last_seen_at: int | None
    deactivated_at: int | None


class Account(Struct, frozen=True):
    id: str
    email: str
    name: str
    password_hash: str
    created_at: int
    password_changed_at: int


class Contact(Struct, frozen=True):
    """`identified_at` is None while the contact is anonymous; `attributes` is a JSON object of the host's own.

    `phone_confirmed_at` is when somebody other than the contact vouched for the number, `added_seq` the number of their
    `contact.added`, by which lists order them.
    """

    workspace_id: str
    id: str
    name: str | None
    email: str | None
    phone: str | None
    attributes: str
    created_at: int
    updated_at: int
    identified_at: int | None
    last_seen_at: int | None
    blocked_at: int | None = None
    phone_confirmed_at: int | None = None
    added_seq: int = 0
