"""Strangers who begin to write, and those who never did."""

import msgspec

from careline.core.actor import Actor
from careline.features.conversations.actions import conversation_for
from careline.features.conversations.rows import Conversation
from careline.features.people.actions import add_contact, expire_contact, find_contact
from careline.features.people.rows import Contact
from careline.features.tokens.actions import forget_tokens, issue_token
from careline.features.tokens.rows import IssuedToken
from careline.store.database import Tx


class Visit(msgspec.Struct, frozen=True):
    """What a stranger gets who begins to write: who they are, what lets them in again, and where to write."""

    contact: Contact
    issued: IssuedToken
    conversation: Conversation


class _Id(msgspec.Struct, frozen=True):
    id: str


async def start_visit(
    tx: Tx,
    actor: Actor,
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    attributes: str = "{}",
    metadata: str = "{}",
    bare: bool = False,
) -> Visit:
    """An anonymous contact with a token and a conversation, for a stranger who begins to write."""
    contact = await add_contact(tx, actor, name=name, email=email, phone=phone, attributes=attributes, anonymous=True)
    issued = await issue_token(tx, actor, contact.id, label="visitor", bare=bare)
    visitor = Actor(contact.workspace_id, "contact", contact.id, contact.name or "")
    return Visit(contact, issued, await conversation_for(tx, visitor, contact.id, metadata=metadata))


async def expire_visit(tx: Tx, actor: Actor, contact_id: str) -> None:
    """Remove an anonymous contact who never wrote anything, with everything that was made for them."""
    contact = await find_contact(tx, actor, contact_id)
    if contact is None or contact.identified_at is not None:
        return
    if await tx.value("wrote_anything", workspace_id=actor.workspace_id, contact_id=contact_id):
        return
    mine = await tx.all(_Id, "ids_of_person", workspace_id=actor.workspace_id, kind="contact", person_id=contact_id)
    unused = [row.id for row in mine]
    await tx.run("delete_conversations", ids=unused, workspace_id=actor.workspace_id)
    for statement in ("delete_participants", "delete_labels_in", "delete_changes_in"):
        await tx.run(statement, ids=unused)
    await forget_tokens(tx, actor, contact_id)
    await expire_contact(tx, actor, contact_id)
