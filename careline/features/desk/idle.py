"""Closing and putting away what has been quiet for as long as the workspace says."""

import msgspec

from careline.core.actor import Actor
from careline.features.conversations.actions import keep_changed
from careline.features.conversations.events import ConversationUpdated
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import closed_at
from careline.features.desk import rules
from careline.features.desk.rows import Quiet
from careline.features.workspaces.rows import Status
from careline.store.database import Tx

EACH = 100


async def end_idle(tx: Tx, actor: Actor, before: Status, after: Status, quiet_ms: int, since: int) -> int | None:
    """Give the conversations of a status that nobody has touched for so long another one, so many at a time.

    They are read in the order in which they fell silent, from the position `since` on; the answer is the position to go
    on from, None when all that follow are too young. Whatever is done already is not there to be done again.
    """
    limit = tx.now - quiet_ms
    found = await tx.all(
        Quiet, "quietest_conversations", workspace_id=actor.workspace_id, status=before, after=since, most=EACH
    )
    idle = [quiet.id for quiet in found if rules.idle(quiet, limit)]
    if idle:
        for conversation in await tx.all(
            Conversation, "conversations_by_id", ids=idle, workspace_id=actor.workspace_id
        ):
            await _end(tx, actor, conversation, after)
    silent = len(found) == EACH and found[-1].quiet_since < limit
    return found[-1].activity_seq if silent else None


async def _end(tx: Tx, actor: Actor, before: Conversation, status: Status) -> None:
    now = closed_at(status, before.closed_at, tx.now)
    after = msgspec.structs.replace(before, status=status, closed_at=now, updated_at=tx.now)
    await keep_changed(tx, actor, ConversationUpdated(conversation_id=after.id, status=status), before, after)
