"""Deleting what is due, a little at a time: each step may be cut off anywhere and is done again without harm."""

from msgspec import Struct

from careline.core.actor import Actor
from careline.features.conversations.rows import Conversation
from careline.features.desk.removal import remove_conversation
from careline.features.messages.attached import expire_attachments
from careline.features.retention import rules
from careline.features.retention.rules import Look
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx

AT_ONCE = 50
_RUN = "retention_at"


class _Id(Struct):
    id: str


async def begin_run(tx: Tx, actor: Actor, since: Look, now: Look) -> bool:
    """Whether anything may be deleted now. The first run of a store deletes nothing, and is noted like the others."""
    last = await tx.value("server_fact", key=_RUN)
    may = rules.may_delete(since, now, None if last is None else int(last))
    if may or last is None:
        await tx.run("set_server_fact", key=_RUN, value=str(now.wall))
    return may


async def conversations_due(tx: Tx, actor: Actor) -> list[str]:
    """Some of the conversations that are due, the longest quiet first."""
    before = rules.conversations_due(await workspace_of(tx, actor), tx.now)
    if before is None:
        return []
    found = await tx.all(_Id, "conversations_due", workspace_id=actor.workspace_id, before=before, most=AT_ONCE)
    return [row.id for row in found]


async def expire_conversation(tx: Tx, actor: Actor, conversation_id: str) -> bool:
    """Delete some of a conversation if it is still due; whether there is more of it."""
    before = rules.conversations_due(await workspace_of(tx, actor), tx.now)
    found = await tx.all(Conversation, "conversations_by_id", ids=[conversation_id], workspace_id=actor.workspace_id)
    if before is None or not found or found[0].updated_at >= before:
        return False
    return await remove_conversation(tx, actor, found[0])


async def expire_files(tx: Tx, actor: Actor) -> bool:
    """Give up some of the files that were sent too long ago in conversations with strangers; whether there are more."""
    before = rules.attachments_due(await workspace_of(tx, actor), tx.now)
    return before is not None and await expire_attachments(tx, actor, before, strangers=True, most=AT_ONCE) == AT_ONCE
