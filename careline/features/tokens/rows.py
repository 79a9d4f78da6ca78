"""Tokens and sessions as they are stored, and as they are handed out."""

from msgspec import Struct

from careline.core.actor import Role, Scope


class ContactToken(Struct, frozen=True):
    id: str
    workspace_id: str
    contact_id: str
    label: str | None
    created_by: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class Session(Struct, frozen=True):
    id: str
    account_id: str
    workspace_id: str
    staff_id: str
    access_expires_at: int
    created_at: int
    expires_at: int
    revoked_at: int | None


class Bearer(Struct, frozen=True):
    """Whom a credential makes somebody: a contact by their token, or a staff member by their session."""

    credential_id: str
    workspace_id: str
    id: str
    name: str | None
    role: Role | None
    scope: Scope | None
    expires_at: int | None
    ended_at: int | None


class Shown(Bearer, frozen=True):
    """The bearer of a credential whose secret has this digest."""

    digest: str


class IssuedToken(Struct, frozen=True):
    """A contact token with its secret, which is shown this once and kept nowhere."""

    token: ContactToken
    secret: str


class IssuedSession(Struct, frozen=True):
    """A session with the two secrets that carry it; `refresh_expires_at` ends the whole session."""

    session: Session
    access_token: str
    refresh_token: str
