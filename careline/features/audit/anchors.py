"""Anchors: once a day, the last seals of all workspaces in one text that is signed by a key outside the store."""

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.features.audit.rows import Anchor
from careline.store.database import Tx


class _End(Struct):
    workspace_id: str
    number: int
    hash: str


async def last_anchor(tx: Tx, actor: Actor) -> Anchor | None:
    return await tx.one(Anchor, "last_anchor")


async def list_anchors(tx: Tx, actor: Actor) -> list[Anchor]:
    """All of them, the first first: one a day."""
    return await tx.all(Anchor, "anchors")


async def ends_since(tx: Tx, actor: Actor, since: int) -> dict[str, str]:
    """The last seal of every workspace that was sealed at or after a time, as `workspace:number` to hash."""
    return {f"{end.workspace_id}:{end.number}": end.hash for end in await tx.all(_End, "last_seals", since=since)}


async def add_anchor(tx: Tx, actor: Actor, anchor: Anchor) -> None:
    """Append an anchor; where another process was quicker, its own stands."""
    await tx.run("insert_anchor", **msgspec.structs.asdict(anchor))
