"""Conversations of this wire: which one a customer's is, and everything that stands in its shape."""

from careline.core.actor import Actor
from careline.core.errors import Forbidden, NotFound
from careline.features.conversations.actions import access, conversation_for, participants_of, update_conversation
from careline.features.conversations.finding import find_conversation_for
from careline.features.conversations.rows import Conversation
from careline.features.messages.actions import last_messages
from careline.features.people.finding import contacts_named
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx
from careline.wires.careplus import auth, shapes


async def thread_of(tx: Tx, actor: Actor, customer_id: str) -> Conversation:
    """The conversation with a customer, made if there is none; each member of the staff has their own only where the
    workspace is threaded so.
    """
    apart = (await workspace_of(tx, actor)).threading == "per_staff"
    found = await conversation_for(tx, actor, customer_id, actor.id if apart else None)
    return await access(tx, actor, found.id)


async def own_thread(tx: Tx, actor: Actor) -> Conversation:
    """The conversation of whoever writes to the pharmacy. A customer's was made for them; a user's is made here."""
    if actor.kind != "contact":
        raise Forbidden("Staff have no conversation of their own.")
    if not auth.is_user(actor):
        found = await find_conversation_for(tx, actor, actor.id)
        if found is None:
            raise NotFound("There is no conversation yet.")
        return found
    found = await conversation_for(tx, actor, actor.id, metadata=shapes.USER)
    if not shapes.is_of_user(found):
        found = await update_conversation(tx, actor, found.id, metadata=shapes.USER, merge=True)
    return found


async def shaped(tx: Tx, actor: Actor, found: list[Conversation]) -> list[shapes.Conversation]:
    """The conversations with everything that is shown of them."""
    workspace = await workspace_of(tx, actor)
    people = await participants_of(tx, actor, found)
    of = {c.id: shapes.whose(actor, people[c.id]) for c in found}
    contacts = await contacts_named(tx, actor, [id_ for id_ in of.values() if id_])
    last = await last_messages(tx, actor, found, standing=True)
    return [shapes.conversation(actor, c, workspace, contacts.get(of[c.id] or ""), last.get(c.id)) for c in found]
