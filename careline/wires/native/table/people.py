"""Staff, contacts, and the links by which contacts come in."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Actor, Role, Scope
from careline.features.people import rules
from careline.features.people.accounts import add_account, find_account
from careline.features.people.actions import access_contact, add_contact, update_contact
from careline.features.people.rows import Staff
from careline.features.people.staff import access_staff, add_staff, deactivate_staff, list_staff, update_staff
from careline.features.tokens.actions import issue_token, list_tokens, revoke_token
from careline.store.database import Tx
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Nothing, Request, command, given


class StaffList(Struct, frozen=True):
    items: list[shapes.Staff]


class AddStaff(Request, frozen=True):
    """`password` is not needed for an address that has an account already: it works here too from then on."""

    name: str
    email: str
    password: str | None = None
    role: Role = "agent"
    scope: Scope = "all"


class WhichStaff(Request, frozen=True):
    staff_id: str


class ChangeStaff(WhichStaff, frozen=True):
    name: str | None = None
    role: Role | None = None
    scope: Scope | None = None


@command("staff.list", "GET", "/v1/staff", StaffList, who="staff")
async def staff(ask: Asking, request: Nothing) -> StaffList:
    """The active staff of the workspace."""
    return StaffList([shapes.staff(s) for s in await ask.server.database.read(list_staff, ask.somebody)])


@command("staff.add", "POST", "/v1/staff", shapes.Staff, who="staff", status=201)
async def new_staff(ask: Asking, request: AddStaff) -> shapes.Staff:
    """Let somebody work here; for administrators."""
    rules.may_manage_staff(ask.somebody)
    digest = await ask.server.passwords.hash(request.password) if request.password else None
    return shapes.staff(await ask.server.database.write(_add_with_account, ask.somebody, request, digest))


async def _add_with_account(tx: Tx, actor: Actor, request: AddStaff, password_hash: str | None) -> Staff:
    account = await find_account(tx, actor, request.email)
    if account is None:
        if password_hash is None:
            rules.password("")
        account = await add_account(tx, actor, request.name, request.email, password_hash or "")
    return await add_staff(
        tx,
        actor,
        request.name,
        email=account.email,
        role=request.role,
        scope=request.scope,
        account_id=account.id,
    )


@command("staff.get", "GET", "/v1/staff/{staff_id}", shapes.Staff, who="staff")
async def one_staff(ask: Asking, request: WhichStaff) -> shapes.Staff:
    """One staff member."""
    return shapes.staff(await ask.server.database.read(access_staff, ask.somebody, request.staff_id))


@command("staff.update", "PATCH", "/v1/staff/{staff_id}", shapes.Staff, who="staff")
async def change_staff(ask: Asking, request: ChangeStaff) -> shapes.Staff:
    """Change name, role or scope; for administrators."""
    return shapes.staff(
        await ask.server.database.write(
            update_staff, ask.somebody, request.staff_id, name=request.name, role=request.role, scope=request.scope
        )
    )


@command("staff.deactivate", "POST", "/v1/staff/{staff_id}/deactivate", shapes.Staff, who="staff")
async def stop_staff(ask: Asking, request: WhichStaff) -> shapes.Staff:
    """Shut a staff member out, at once; for administrators."""
    return shapes.staff(await ask.server.database.write(deactivate_staff, ask.somebody, request.staff_id))


class WhichContact(Request, frozen=True):
    contact_id: str


class AddContact(Request, frozen=True):
    """`id` is the host system's own, where it has one."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    attributes: dict[str, Any] = {}


class ChangeMe(Request, frozen=True):
    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET


class ChangeContact(ChangeMe, frozen=True, kw_only=True):
    contact_id: str
    attributes: dict[str, Any] | UnsetType = UNSET


@command("contact.add", "POST", "/v1/contacts", shapes.Contact, who="staff", status=201)
async def new_contact(ask: Asking, request: AddContact) -> shapes.Contact:
    """Add somebody who may write to the workspace."""
    stored = await ask.server.database.write(
        add_contact,
        ask.somebody,
        contact_id=request.id,
        name=request.name,
        email=request.email,
        phone=request.phone,
        attributes=_json(request.attributes),
    )
    return shapes.contact(stored)


@command("contact.get", "GET", "/v1/contacts/{contact_id}", shapes.Contact, who="staff")
async def one_contact(ask: Asking, request: WhichContact) -> shapes.Contact:
    """One contact."""
    return shapes.contact(await ask.server.database.read(access_contact, ask.somebody, request.contact_id))


@command("contact.update", "PATCH", "/v1/contacts/{contact_id}", shapes.Contact, who="staff")
async def change_contact(ask: Asking, request: ChangeContact) -> shapes.Contact:
    """Change a contact's details; null removes one."""
    changes = given(request, "name", "email", "phone", "attributes")
    if "attributes" in changes:
        changes["attributes"] = _json(changes["attributes"])
    stored = await ask.server.database.write(update_contact, ask.somebody, request.contact_id, changes)
    return shapes.contact(stored)


@command("me.update", "PATCH", "/v1/me", shapes.Contact, who="contact")
async def change_me(ask: Asking, request: ChangeMe) -> shapes.Contact:
    """A contact says who they are; it proves nothing, so they stay as anonymous as before."""
    changes = given(request, "name", "email", "phone")
    return shapes.contact(await ask.server.database.write(update_contact, ask.somebody, ask.somebody.id, changes))


class IssueToken(WhichContact, frozen=True):
    label: str | None = None
    expires_at: int | None = None


class IssuedLink(Struct, frozen=True):
    """The token and the link that carries it: shown this once."""

    id: str
    token: str
    url: str
    label: str | None
    expires_at: int | None


class TokenList(Struct, frozen=True):
    items: list[shapes.Token]


class WhichToken(Request, frozen=True):
    token_id: str


@command("token.issue", "POST", "/v1/contacts/{contact_id}/tokens", IssuedLink, who="staff", status=201)
async def new_token(ask: Asking, request: IssueToken) -> IssuedLink:
    """Make a chat link for a contact."""
    issued = await ask.server.database.write(
        issue_token, ask.somebody, request.contact_id, label=request.label, expires_at=request.expires_at
    )
    # The fragment is never sent to a server, so the token stays out of every log on the way.
    url = f"{ask.server.public_url}/chat#token={issued.secret}"
    return IssuedLink(issued.token.id, issued.secret, url, issued.token.label, issued.token.expires_at)


@command("token.list", "GET", "/v1/contacts/{contact_id}/tokens", TokenList, who="staff")
async def tokens(ask: Asking, request: WhichContact) -> TokenList:
    """A contact's chat links, without their secrets."""
    found = await ask.server.database.read(list_tokens, ask.somebody, request.contact_id)
    return TokenList([shapes.token(t) for t in found])


@command("token.revoke", "DELETE", "/v1/tokens/{token_id}", shapes.Empty, who="staff", status=204)
async def end_token(ask: Asking, request: WhichToken) -> shapes.Empty:
    """End a chat link and whatever it opened."""
    await ask.server.database.write(revoke_token, ask.somebody, request.token_id)
    return shapes.Empty()


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
