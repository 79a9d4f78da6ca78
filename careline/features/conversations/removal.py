"""Removing a conversation with everything that hangs on it. What the log says of it stays: ids and small facts."""

from careline.core.actor import Actor
from careline.features.conversations.actions import people_in
from careline.features.conversations.events import ConversationDeleted
from careline.features.conversations.rows import Conversation
from careline.store.database import Tx

# So many messages go in one transaction: a long conversation must not keep the workspace's other writes waiting.
AT_ONCE = 500


async def remove_conversation(tx: Tx, actor: Actor, conversation: Conversation) -> bool:
    """Remove the oldest messages of the conversation, or with the last of them all of it; whether there is more."""
    place = {"conversation_id": conversation.id}
    if await tx.value("message_beyond", skip=AT_ONCE, **place):
        await tx.run("delete_oldest_messages", most=AT_ONCE, **place)
        return True
    people = await people_in(tx, conversation.id)
    for statement in ("delete_all_messages", "delete_marks", "delete_readers"):
        await tx.run(statement, **place)
    await tx.run("delete_participants", ids=[conversation.id])
    await tx.run("delete_conversations", ids=[conversation.id], workspace_id=actor.workspace_id)
    tx.emit(ConversationDeleted(conversation_id=conversation.id), actor, people=people)
    return False
