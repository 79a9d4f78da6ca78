"""Who is here, what lets them in, and what they hold in their hands."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from careline.core.actor import Role, Scope
from careline.features.people.rows import Contact as StoredContact
from careline.features.people.rows import Staff as StoredStaff
from careline.features.push.rows import Device as StoredDevice
from careline.features.push.rows import Platform
from careline.features.tokens.rows import ContactToken


class Contact(Struct, frozen=True):
    id: str
    name: str | None
    email: str | None
    phone: str | None
    attributes: msgspec.Raw
    anonymous: bool
    created_at: int
    last_seen_at: int | None
    blocked_at: int | None


class Staff(Struct, frozen=True):
    id: str
    name: str
    email: str | None
    role: Role
    scope: Scope
    created_at: int
    last_seen_at: int | None
    deactivated_at: int | None


class Token(Struct, frozen=True):
    id: str
    label: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class Device(Struct, frozen=True):
    """Where one is reached; its token is told to nobody."""

    id: str
    platform: Platform
    created_at: int
    updated_at: int


class Person(Struct, frozen=True):
    """`id` of staff is None to contacts."""

    kind: Literal["staff", "contact"]
    id: str | None
    name: str | None
    online: bool
    last_seen_at: int | None


def contact(stored: StoredContact) -> Contact:
    return Contact(
        stored.id,
        stored.name,
        stored.email,
        stored.phone,
        msgspec.Raw(stored.attributes.encode()),
        stored.identified_at is None,
        stored.created_at,
        stored.last_seen_at,
        stored.blocked_at,
    )


def staff(stored: StoredStaff) -> Staff:
    return Staff(
        stored.id,
        stored.name,
        stored.email,
        stored.role,
        stored.scope,
        stored.created_at,
        stored.last_seen_at,
        stored.deactivated_at,
    )


def token(stored: ContactToken) -> Token:
    return Token(stored.id, stored.label, stored.created_at, stored.expires_at, stored.revoked_at, stored.last_used_at)


def device(stored: StoredDevice) -> Device:
    return Device(stored.id, stored.platform, stored.created_at, stored.updated_at)


def person(text: str, name: str | None, side: str) -> dict[str, Any]:
    """`staff:ana` as the native wire names people."""
    kind, _, id_ = text.partition(":")
    return {"kind": kind, "id": None if side == "contact" and kind == "staff" else id_, "name": name}
