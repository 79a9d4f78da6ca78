"""Who was mentioned and has not looked yet: found whenever they come back."""

from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import Forbidden
from careline.features.messages.rows import Message
from careline.store.database import Tx

LOOKED_AT = 200


class _Call(Struct, frozen=True):
    id: str


async def list_mentions(tx: Tx, actor: Actor) -> list[Message]:
    """The notes that mention the actor and that they have not read, the latest first.

    Of each conversation the latest note alone, and only of the 200 conversations that mentioned them last.
    """
    if actor.kind != "staff":
        raise Forbidden("Only staff are mentioned.")
    asked = {"workspace_id": actor.workspace_id, "staff_id": actor.id}
    calls = await tx.all(_Call, "unread_calls", most=LOOKED_AT, **asked)
    tx.note_read("conversations:")
    if not calls:
        return []
    found = await tx.all(Message, "messages_by_id", ids=[call.id for call in calls], workspace_id=actor.workspace_id)
    return sorted(found, key=lambda message: -message.seq)
