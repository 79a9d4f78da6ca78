"""People and workspaces seen for the first time, made by whoever vouches for them: an issuer, or this machine."""

from typing import Any

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, Unauthenticated
from careline.features.people import rules as people_rules
from careline.features.people.actions import add_contact, find_contact
from careline.features.people.staff import add_staff, find_staff
from careline.features.workspaces.actions import add_workspace, find_workspace
from careline.store.database import Tx


async def recognise(tx: Tx, actor: Actor) -> Actor | None:
    """The actor as our records have them; None when there is no record yet. What a claim says can narrow, not widen."""
    if actor.kind == "contact":
        contact = await find_contact(tx, actor, actor.id)
        return None if contact is None else Actor(actor.workspace_id, "contact", contact.id, contact.name or actor.name)
    staff = await find_staff(tx, actor, actor.id)
    if staff is None:
        return None
    if staff.deactivated_at is not None:
        raise Unauthenticated()
    if staff.account_id is not None:
        raise Forbidden("This id belongs to an account of this server, not to the issuer.")
    return Actor(actor.workspace_id, "staff", staff.id, staff.name, actor.role, actor.scope)


async def ensure_workspace(tx: Tx, actor: Actor, workspace_id: str, chosen: dict[str, Any]) -> None:
    """The workspace, made with what was chosen for it when nobody has named it before."""
    if await find_workspace(tx, actor, workspace_id) is None:
        await add_workspace(tx, actor, workspace_id, workspace_id, chosen)


def _address(claim: Any) -> str | None:
    """An e-mail address that we would take from anybody: one that we would not must not keep its owner out."""
    try:
        return people_rules.email(claim) if isinstance(claim, str) else None
    except Invalid:
        return None


async def admit(tx: Tx, actor: Actor, newcomer: Actor, email: Any) -> Actor:
    """Make the record of somebody the issuer vouches for; two first sights at once make one."""
    known = await recognise(tx, newcomer)
    if known is not None:
        return known
    details: dict[str, Any] = {"email": _address(email)}
    if newcomer.kind == "contact":
        await add_contact(tx, actor, contact_id=newcomer.id, name=newcomer.name or None, **details)
        return newcomer
    name = newcomer.name or newcomer.id
    staff = await add_staff(
        tx,
        actor,
        name,
        role=newcomer.role or "agent",
        scope=newcomer.scope or "all",
        staff_id=newcomer.id,
        **details,
    )
    return Actor(newcomer.workspace_id, "staff", staff.id, staff.name, newcomer.role, newcomer.scope)
