"""Workspaces: adding one, changing how it works, finding it."""

from typing import Any

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import Conflict, Invalid, NotFound
from careline.features.workspaces import rules
from careline.features.workspaces.events import WorkspaceAdded, WorkspaceUpdated
from careline.features.workspaces.rows import Workspace
from careline.store.database import Tx


async def add_workspace(
    tx: Tx, actor: Actor, workspace_id: str, name: str, details: dict[str, Any] | None = None
) -> Workspace:
    """A new workspace and its log, which begins with this fact. `Conflict` when the id is taken."""
    ids.foreign_id(workspace_id, "workspace_id")
    if await find_workspace(tx, actor, workspace_id):
        raise Conflict(f"There is already a workspace {workspace_id!r}.")
    values = rules.stored({}, {**rules.DEFAULTS, **(details or {}), "name": name})
    await tx.run("insert_workspace", id=workspace_id, now=tx.now, **values)
    await tx.run("add_head", workspace_id=workspace_id)
    await tx.open_workspace(workspace_id)
    tx.emit(WorkspaceAdded(workspace_id=workspace_id), actor)
    return Workspace(id=workspace_id, created_at=tx.now, updated_at=tx.now, **values)


async def update_workspace(tx: Tx, actor: Actor, changes: dict[str, Any]) -> Workspace:
    """Change the actor's workspace; `changes` holds only the fields that change."""
    rules.may_update(actor)
    if not changes:
        raise Invalid("name", "Give at least one field to change.")
    before = await workspace_of(tx, actor)
    known = {field: getattr(before, field) for field in ("name", *rules.DEFAULTS, "settings")}
    stored = rules.stored(known, changes)
    await tx.run("update_workspace", id=before.id, now=tx.now, **stored)
    after = Workspace(id=before.id, created_at=before.created_at, updated_at=tx.now, **stored)
    tx.emit(WorkspaceUpdated(workspace_id=before.id), actor, about=after)
    return after


async def workspace_of(tx: Tx, actor: Actor) -> Workspace:
    """The workspace the actor is in."""
    workspace = await find_workspace(tx, actor, actor.workspace_id)
    if workspace is None:
        raise NotFound("There is no such workspace.")
    return workspace


async def find_workspace(tx: Tx, actor: Actor, workspace_id: str) -> Workspace | None:
    return await tx.one(Workspace, "workspaces_by_id", ids=[workspace_id])


async def all_workspaces(tx: Tx, actor: Actor) -> list[Workspace]:
    """Every workspace of this server, for the system itself."""
    return await tx.all(Workspace, "all_workspaces")
