"""Canned responses: writing, changing, removing and using them."""

from typing import Any

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import Conflict, Invalid, NotFound
from careline.features.canned import rules
from careline.features.canned.events import CannedAdded, CannedDeleted, CannedUpdated
from careline.features.canned.rows import Canned
from careline.features.conversations.actions import access, participants_of
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx


async def add_canned(tx: Tx, actor: Actor, *, shortcut: str, title: str, body: str) -> Canned:
    """A new canned response for everybody who works here. `Conflict` when the shortcut is taken."""
    rules.may_use(actor)
    new = Canned(
        actor.workspace_id,
        ids.new_id(),
        rules.shortcut(shortcut),
        rules.title(title),
        rules.body(body),
        actor.person,
        tx.now,
        tx.now,
    )
    known = await list_canned(tx, actor)
    rules.has_room(len(known))
    _is_free(known, new)
    await tx.run(
        "insert_canned",
        workspace_id=new.workspace_id,
        id=new.id,
        shortcut=new.shortcut,
        title=new.title,
        body=new.body,
        created_by=new.created_by,
        now=tx.now,
    )
    tx.emit(CannedAdded(canned_id=new.id), actor, about=new)
    return new


async def update_canned(tx: Tx, actor: Actor, canned_id: str, changes: dict[str, Any]) -> Canned:
    """Change shortcut, title or body: who wrote it, or an administrator."""
    before = await access_canned(tx, actor, canned_id)
    rules.may_change(actor, before)
    if not changes:
        raise Invalid("title", "Give at least one field to change.")
    check = {"shortcut": rules.shortcut, "title": rules.title, "body": rules.body}
    kept = {field: check[field](value) for field, value in changes.items()}
    after = msgspec.structs.replace(before, updated_at=tx.now, **kept)
    _is_free(await list_canned(tx, actor), after)
    await tx.run(
        "update_canned",
        workspace_id=after.workspace_id,
        id=after.id,
        shortcut=after.shortcut,
        title=after.title,
        body=after.body,
        now=tx.now,
    )
    tx.emit(CannedUpdated(canned_id=after.id), actor, about=after)
    return after


async def delete_canned(tx: Tx, actor: Actor, canned_id: str) -> None:
    """Remove it; what was said with it stays said."""
    canned = await access_canned(tx, actor, canned_id)
    rules.may_change(actor, canned)
    await tx.run("delete_canned", workspace_id=actor.workspace_id, id=canned_id)
    tx.emit(CannedDeleted(canned_id=canned_id), actor)


async def access_canned(tx: Tx, actor: Actor, canned_id: str) -> Canned:
    rules.may_use(actor)
    canned = await tx.one(Canned, "canned_by_id", workspace_id=actor.workspace_id, ids=[canned_id])
    if canned is None:
        raise NotFound("There is no such canned response.")
    return canned


async def list_canned(tx: Tx, actor: Actor) -> list[Canned]:
    """All of the workspace's, by shortcut: there are at most 500."""
    rules.may_use(actor)
    return await tx.all(Canned, "canned_of_workspace", workspace_id=actor.workspace_id)


async def fill_canned(tx: Tx, actor: Actor, canned_id: str, conversation_id: str) -> str:
    """What to say with it in a conversation: the first contact's name stands for all of them, "" for one without."""
    canned = await access_canned(tx, actor, canned_id)
    conversation = await access(tx, actor, conversation_id)
    people = (await participants_of(tx, actor, [conversation]))[conversation.id]
    names = [person.name or "" for person in people if person.kind == "contact"]
    values = {
        "contact.name": names[0] if names else "",
        "staff.name": actor.name,
        "workspace.name": (await workspace_of(tx, actor)).name,
    }
    return rules.filled(canned.body, values)


def _is_free(known: list[Canned], wanted: Canned) -> None:
    if any(other.shortcut == wanted.shortcut and other.id != wanted.id for other in known):
        raise Conflict(f"There is a canned response /{wanted.shortcut} already.", code="shortcut_taken")
