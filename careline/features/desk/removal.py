"""Ending a conversation with all that was said in it. What the log says of it stays: ids and small facts."""

from careline.core.actor import Actor
from careline.features.attachments.actions import drop_attachments_in
from careline.features.conversations.actions import access, people_in
from careline.features.conversations.events import ConversationDeleted
from careline.features.conversations.rows import Conversation
from careline.features.desk import rules
from careline.store.database import Tx

# So many messages go in one transaction: a long conversation must not keep the workspace's other writes waiting.
AT_ONCE = 500
# Statements that end what belongs to conversations. A feature with a table of its own adds its line.
ENDS = (
    "delete_flags_in",
    "delete_edits_in",
    "delete_messages_in",
    "delete_marks_in",
    "delete_readers_in",
    "delete_labels_in",
    "delete_changes_in",
    "delete_participants",
)
# The same for its oldest messages.
OLDEST = ("delete_oldest_flags", "delete_oldest_edits", "delete_oldest_messages")


async def delete_conversation(tx: Tx, actor: Actor, conversation_id: str) -> None:
    """End a conversation at once; for administrators."""
    conversation = await access(tx, actor, conversation_id)
    rules.may_delete(actor)
    await drop_attachments_in(tx, actor, conversation.id)
    await _end_and_tell(tx, actor, conversation)


async def remove_conversation(tx: Tx, actor: Actor, conversation: Conversation) -> bool:
    """Remove the oldest messages of a conversation, or with the last of them all of it; whether there is more."""
    await drop_attachments_in(tx, actor, conversation.id)
    if await tx.value("message_beyond", conversation_id=conversation.id, skip=AT_ONCE):
        for statement in OLDEST:
            await tx.run(statement, conversation_id=conversation.id, most=AT_ONCE)
        return True
    await _end_and_tell(tx, actor, conversation)
    return False


async def end(tx: Tx, conversation: Conversation) -> None:
    for statement in ENDS:
        await tx.run(statement, ids=[conversation.id])
    await tx.run("delete_conversations", ids=[conversation.id], workspace_id=conversation.workspace_id)


async def _end_and_tell(tx: Tx, actor: Actor, conversation: Conversation) -> None:
    people = await people_in(tx, conversation.id)
    await end(tx, conversation)
    tx.emit(ConversationDeleted(conversation_id=conversation.id), actor, people=people)
