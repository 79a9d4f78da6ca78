"""What was said in a conversation, to keep outside: the newest part first, each part of a size that holds nobody up."""

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import Forbidden
from careline.features.conversations.actions import access, participants_of
from careline.features.conversations.rows import Conversation, Participant
from careline.features.messages.actions import list_messages
from careline.features.messages.rows import Message
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import Workspace
from careline.store.database import Tx

PAGE = 250
PAGES = 8


class Cover(Struct, frozen=True):
    """What stands above what was said."""

    workspace: Workspace
    conversation: Conversation
    people: list[Participant]


async def open_transcript(tx: Tx, actor: Actor, conversation_id: str, *, notes: bool = False) -> Cover:
    """The conversation as its transcript begins. Whoever may read it may keep it, contacts without the notes."""
    conversation = await access(tx, actor, conversation_id)
    if notes and actor.kind == "contact":
        raise Forbidden("Notes are the staff's own.")
    tx.note_read(f"transcript:{conversation_id}")
    people = (await participants_of(tx, actor, [conversation]))[conversation_id]
    return Cover(await workspace_of(tx, actor), conversation, people)


async def transcript_page(
    tx: Tx, actor: Actor, conversation_id: str, *, before: int | None, notes: bool = False
) -> tuple[list[Message], int | None]:
    """Some messages before a position, oldest first, and the position of those before them."""
    tx.note_read(f"transcript:{conversation_id}")
    page = await list_messages(tx, actor, conversation_id, before=before, limit=PAGE, notes=notes)
    return page.items, page.before


def attached(message: Message) -> list[str]:
    """The names of what is attached."""
    files = msgspec.json.decode(message.attachments or "[]")
    return [str(file["name"]) for file in files if isinstance(file, dict) and "name" in file]
