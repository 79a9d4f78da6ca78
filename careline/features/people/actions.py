"""Contacts: adding, changing, blocking, loading as somebody who may see them. Staff and accounts are elsewhere."""

from collections.abc import Callable
from typing import Any

import msgspec

from careline.core import ids
from careline.core.actor import Actor, Kind
from careline.core.errors import Conflict, Invalid, NotFound
from careline.features.people import rules
from careline.features.people.events import (
    ContactAdded,
    ContactBlocked,
    ContactExpired,
    ContactUnblocked,
    ContactUpdated,
)
from careline.features.people.rows import Contact
from careline.features.people.staff import find_staff
from careline.features.workspaces.actions import find_workspace
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx


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


async def act_as(tx: Tx, actor: Actor, person_id: str, kind: Kind | None = None) -> Actor:
    """Whom an administrator acts as: somebody of the workspace, with their rights, for as long as the administrator is
    in. Whoever asks says so in `Context.impersonated_by`. Without `kind`, staff go before contacts.
    """
    rules.may_act_as_others(actor)
    staff = None if kind == "contact" else await find_staff(tx, actor, person_id)
    if staff is not None and staff.deactivated_at is None:
        here, lasting = staff.workspace_id, (actor.credential, actor.expires_at)
        return Actor(here, "staff", staff.id, staff.name, staff.role, staff.scope, *lasting)
    contact = None if kind == "staff" else await find_contact(tx, actor, person_id)
    if contact is not None:
        here, lasting = contact.workspace_id, (actor.credential, actor.expires_at)
        return Actor(here, "contact", contact.id, contact.name or "", None, None, *lasting)
    raise NotFound("There is no such person.")


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
