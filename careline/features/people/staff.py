"""Staff: adding, changing, deactivating, finding those who answer."""

import msgspec

from careline.core import ids
from careline.core.actor import Actor, Role, Scope
from careline.core.errors import Conflict, NotFound
from careline.features.people import rules
from careline.features.people.events import StaffAdded, StaffDeactivated, StaffUpdated
from careline.features.people.rows import Staff
from careline.store.database import Tx


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


async def places_of_staff(tx: Tx, actor: Actor, staff_id: str) -> list[str]:
    """The workspaces where somebody of this id works whom another system vouches for, at most a hundred."""
    return [row.workspace_id for row in await tx.all(Staff, "staff_without_account", id=staff_id)]


async def any_staff(tx: Tx, actor: Actor) -> bool:
    """Whether anybody at all works on this server yet."""
    return bool(await tx.value("any_staff"))
