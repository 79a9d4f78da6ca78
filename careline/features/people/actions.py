"""Staff and contacts: adding, changing, deactivating, loading as somebody who may see them."""

from collections.abc import Callable
from typing import Any

import msgspec

from careline.core import ids
from careline.core.actor import Actor, Role, Scope
from careline.core.errors import Conflict, Invalid, NotFound
from careline.features.people import rules
from careline.features.people.events import (
    ContactAdded,
    ContactBlocked,
    ContactExpired,
    ContactUnblocked,
    ContactUpdated,
    StaffAdded,
    StaffDeactivated,
    StaffUpdated,
)
from careline.features.people.rows import Account, Contact, Staff
from careline.features.workspaces.actions import find_workspace
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx


async def add_account(tx: Tx, actor: Actor, name: str, email: str, password_hash: str) -> Account:
    """A new account. `Conflict` when the address has one already."""
    account = Account(ids.new_id(), rules.email(email), rules.name(name), password_hash, tx.now, tx.now)
    added = await tx.value(
        "insert_account",
        id=account.id,
        email=account.email,
        name=account.name,
        password_hash=password_hash,
        now=tx.now,
    )
    if added is None:
        raise Conflict("There is already an account with this e-mail address.", code="email_taken")
    return account


async def find_account(tx: Tx, actor: Actor, email: str) -> Account | None:
    return await tx.one(Account, "account_by_email", email=email.strip().lower())


async def account_of(tx: Tx, actor: Actor, staff_id: str) -> Account:
    """The account a staff member signs in with. `NotFound` for staff of a host system, who have none here."""
    staff = await access_staff(tx, actor, staff_id)
    account = await tx.one(Account, "account_by_id", id=staff.account_id) if staff.account_id else None
    if account is None:
        raise NotFound("This staff member has no password here.")
    return account


async def set_password(tx: Tx, actor: Actor, account_id: str, password_hash: str) -> None:
    await tx.run("set_password", id=account_id, password_hash=password_hash, now=tx.now)


async def add_staff(
    tx: Tx,
    actor: Actor,
    name: str,
    *,
    email: str | None = None,
    role: Role = "agent",
    scope: Scope = "all",
    account_id: str | None = None,
    staff_id: str | None = None,
) -> Staff:
    """Somebody who works in the actor's workspace; `account_id` is what they sign in with, None for a host's own."""
    rules.may_manage_staff(actor)
    new = Staff(
        actor.workspace_id,
        ids.foreign_id(staff_id, "staff_id") if staff_id else ids.new_id(),
        account_id,
        rules.name(name),
        rules.email(email) if email else None,
        role,
        scope,
        tx.now,
        tx.now,
        None,
        None,
    )
    if await find_staff(tx, actor, new.id):
        raise Conflict(f"There is already a staff member {new.id!r}.")
    if account_id and any(s.workspace_id == actor.workspace_id for s in await workspaces_of(tx, actor, account_id)):
        raise Conflict("This account already works in this workspace.", code="email_taken")
    await tx.run(
        "insert_staff",
        workspace_id=new.workspace_id,
        id=new.id,
        account_id=account_id,
        name=new.name,
        email=new.email,
        role=role,
        scope=scope,
        now=tx.now,
    )
    tx.emit(StaffAdded(staff_id=new.id), actor, about=new)
    return new


async def update_staff(
    tx: Tx,
    actor: Actor,
    staff_id: str,
    *,
    name: str | None = None,
    role: Role | None = None,
    scope: Scope | None = None,
) -> Staff:
    """Change name, role or scope; a changed role or scope ends the member's sockets, who come in anew."""
    rules.may_manage_staff(actor)
    before = await access_staff(tx, actor, staff_id)
    after = msgspec.structs.replace(
        before,
        name=rules.name(name) if name is not None else before.name,
        role=role or before.role,
        scope=scope or before.scope,
        updated_at=tx.now,
    )
    rules.keeps_an_admin(await list_staff(tx, actor), after)
    await _store_staff(tx, after)
    regranted = (before.role, before.scope) != (after.role, after.scope)
    tx.emit(StaffUpdated(staff_id=staff_id, regranted=regranted), actor, about=after)
    return after


async def deactivate_staff(tx: Tx, actor: Actor, staff_id: str) -> Staff:
    """They may not come in any more, at once and everywhere; what they wrote stays."""
    rules.may_manage_staff(actor)
    before = await access_staff(tx, actor, staff_id)
    if before.deactivated_at is not None:
        return before
    after = msgspec.structs.replace(before, deactivated_at=tx.now, updated_at=tx.now)
    rules.keeps_an_admin(await list_staff(tx, actor), after)
    await _store_staff(tx, after)
    tx.emit(StaffDeactivated(staff_id=staff_id), actor, about=after)
    return after


async def _store_staff(tx: Tx, staff: Staff) -> None:
    await tx.run(
        "update_staff",
        workspace_id=staff.workspace_id,
        id=staff.id,
        name=staff.name,
        role=staff.role,
        scope=staff.scope,
        deactivated_at=staff.deactivated_at,
        now=tx.now,
    )


async def find_staff(tx: Tx, actor: Actor, staff_id: str) -> Staff | None:
    return await tx.one(Staff, "staff_by_id", workspace_id=actor.workspace_id, ids=[staff_id])


async def access_staff(tx: Tx, actor: Actor, staff_id: str) -> Staff:
    """A staff member of the actor's workspace, deactivated ones included; contacts see none."""
    staff = await find_staff(tx, actor, staff_id) if actor.kind != "contact" else None
    if staff is None:
        raise NotFound("There is no such staff member.")
    return staff


async def list_staff(tx: Tx, actor: Actor) -> list[Staff]:
    """The active staff of the actor's workspace, by name."""
    rules.may_manage_contacts(actor)
    return await tx.all(Staff, "staff_of_workspace", workspace_id=actor.workspace_id)


async def workspaces_of(tx: Tx, actor: Actor, account_id: str) -> list[Staff]:
    """The active staff records of an account, one per workspace it works in."""
    return await tx.all(Staff, "staff_of_account", account_id=account_id)


async def any_staff(tx: Tx, actor: Actor) -> bool:
    """Whether anybody at all works on this server yet."""
    return bool(await tx.value("any_staff"))


async def add_contact(
    tx: Tx,
    actor: Actor,
    *,
    contact_id: str | None = None,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    attributes: str = "{}",
    anonymous: bool = False,
) -> Contact:
    """Somebody who may write to the actor's workspace. `Conflict` when the id is taken."""
    rules.may_manage_contacts(actor)
    new = Contact(
        actor.workspace_id,
        ids.foreign_id(contact_id, "contact_id") if contact_id else ids.new_id(),
        rules.name(name) if name else None,
        rules.email(email) if email else None,
        rules.phone(phone, await _region(tx, actor)) if phone else None,
        rules.attributes(attributes),
        tx.now,
        tx.now,
        None if anonymous else tx.now,
        None,
        phone_confirmed_at=tx.now if phone and not anonymous else None,
        added_seq=tx.next_seq,
    )
    if await find_contact(tx, actor, new.id):
        raise Conflict(f"There is already a contact {new.id!r}.")
    await tx.run(
        "insert_contact",
        workspace_id=new.workspace_id,
        id=new.id,
        name=new.name,
        email=new.email,
        phone=new.phone,
        attributes=new.attributes,
        identified_at=new.identified_at,
        phone_confirmed_at=new.phone_confirmed_at,
        added_seq=new.added_seq,
        sought=rules.sought(new.name, new.email, new.phone),
        now=tx.now,
    )
    tx.emit(ContactAdded(contact_id=new.id, anonymous=anonymous), actor, about=new)
    return new


async def update_contact(tx: Tx, actor: Actor, contact_id: str, changes: dict[str, Any]) -> Contact:
    """Change a contact's details; contacts may change their own. An anonymous contact stays anonymous: what they say
    of themselves proves nothing.
    """
    before = await access_contact(tx, actor, contact_id)
    if not changes:
        raise Invalid("name", "Give at least one field to change.")
    rules.may_speak(blocked=actor.kind == "contact" and before.blocked_at is not None)
    region = await _region(tx, actor) if changes.get("phone") else None
    check: dict[str, Callable[[Any], str]] = {
        "name": rules.name,
        "email": rules.email,
        "phone": lambda value: rules.phone(value, region),
        "attributes": rules.attributes,
    }
    kept = {field: check[field](value) if value else None for field, value in changes.items()}
    if "attributes" in kept:
        kept["attributes"] = kept["attributes"] or "{}"
    after = msgspec.structs.replace(before, updated_at=tx.now, **kept)
    if "phone" in kept and (actor.kind != "contact" or after.phone != before.phone):
        vouched = after.phone and after.identified_at and actor.kind != "contact"
        after = msgspec.structs.replace(after, phone_confirmed_at=tx.now if vouched else None)
    await store_contact(tx, actor, after)
    return after


async def store_contact(tx: Tx, actor: Actor, contact: Contact) -> None:
    """A step of changing somebody: what they are now, and the fact."""
    await tx.run(
        "update_contact",
        workspace_id=contact.workspace_id,
        id=contact.id,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        attributes=contact.attributes,
        phone_confirmed_at=contact.phone_confirmed_at,
        sought=rules.sought(contact.name, contact.email, contact.phone),
        now=tx.now,
    )
    tx.emit(ContactUpdated(contact_id=contact.id), actor, about=contact)


async def _region(tx: Tx, actor: Actor) -> str | None:
    """The country whose phone numbers are written without its prefix here."""
    workspace = await find_workspace(tx, actor, actor.workspace_id)
    return settings_of(workspace).phone_region if workspace else None


async def block_contact(tx: Tx, actor: Actor, contact_id: str) -> Contact:
    """Take nothing of them any more; what they wrote stays, and they may read it. Again changes nothing."""
    return await _set_blocked(tx, actor, contact_id, tx.now)


async def unblock_contact(tx: Tx, actor: Actor, contact_id: str) -> Contact:
    """Let them write again."""
    return await _set_blocked(tx, actor, contact_id, None)


async def _set_blocked(tx: Tx, actor: Actor, contact_id: str, blocked_at: int | None) -> Contact:
    rules.may_manage_contacts(actor)
    before = await access_contact(tx, actor, contact_id)
    if (before.blocked_at is None) == (blocked_at is None):
        return before
    after = msgspec.structs.replace(before, blocked_at=blocked_at, updated_at=tx.now)
    await tx.run("set_blocked", workspace_id=after.workspace_id, id=contact_id, blocked_at=blocked_at, now=tx.now)
    event = ContactUnblocked if blocked_at is None else ContactBlocked
    tx.emit(event(contact_id=contact_id), actor, about=after)
    return after


async def refuse_blocked(tx: Tx, actor: Actor) -> None:
    """A step of whatever lets people be heard otherwise than by a message, which asks for itself."""
    if actor.kind == "contact":
        contact = await find_contact(tx, actor, actor.id)
        rules.may_speak(blocked=contact is not None and contact.blocked_at is not None)


async def find_contact(tx: Tx, actor: Actor, contact_id: str) -> Contact | None:
    return await tx.one(Contact, "contacts_by_id", workspace_id=actor.workspace_id, ids=[contact_id])


async def access_contact(tx: Tx, actor: Actor, contact_id: str) -> Contact:
    """A contact of the actor's workspace; to a contact only themselves, to staff who participate only whom they meet.

    Else a chat link made for somebody else's contact would open every conversation of theirs.
    """
    contact = await find_contact(tx, actor, contact_id)
    if contact is None or not await _may_see(tx, actor, contact_id):
        raise NotFound("There is no such contact.")
    tx.note_read(f"contact:{contact_id}")
    return contact


async def _may_see(tx: Tx, actor: Actor, contact_id: str) -> bool:
    if actor.kind == "contact":
        return actor.id == contact_id
    if actor.sees_all:
        return True
    met = await tx.value("meets", workspace_id=actor.workspace_id, staff_id=actor.id, contact_id=contact_id)
    return met is not None


async def seen(tx: Tx, people: list[tuple[Actor, int]]) -> None:
    """Remember when these were last here, the latest last; not worth a fact in the log."""
    latest = {(who.kind, who.workspace_id, who.id): at for who, at in people}
    for kind in ("staff", "contact"):
        rows = [{"workspace_id": w, "id": id_, "at": at} for (k, w, id_), at in latest.items() if k == kind]
        if rows:
            await tx.many(f"seen_{kind}", rows)


async def expire_contact(tx: Tx, actor: Actor, contact_id: str) -> None:
    """Remove an anonymous contact who never wrote; whoever calls has made sure of that."""
    await tx.run("delete_contact", workspace_id=actor.workspace_id, id=contact_id)
    tx.emit(ContactExpired(contact_id=contact_id), actor)
