"""Finding conversations: the one of these people, those of a contact, and by page number what is looked for."""

from typing import Any, Literal

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Forbidden, NotFound
from careline.core.page import skip as bounded
from careline.features.conversations import rules
from careline.features.conversations.actions import LAST, access, participants_of
from careline.features.conversations.rows import Conversation, LookedFor
from careline.features.people import rules as people_rules
from careline.features.people.actions import access_contact
from careline.features.people.finding import contacts_named
from careline.features.people.rows import Contact
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx

EVERY = LookedFor()


async def find_conversation_for(
    tx: Tx, actor: Actor, contact_id: str, staff_id: str | None = None
) -> Conversation | None:
    """The thread of these people by the workspace's threading, if there is one that the actor may see; none is made.

    Under `many` it is their newest that is open or pending; where all are closed, the newest of those.
    """
    rules.may_start_for(actor, contact_id)
    people = {"workspace_id": actor.workspace_id, "contact_id": contact_id, "staff_id": staff_id}
    thread = rules.thread((await workspace_of(tx, actor)).threading, contact_id, staff_id)
    if thread is not None:
        found = await tx.one(Conversation, "conversation_by_thread", workspace_id=actor.workspace_id, thread=thread)
    else:
        found = await tx.one(Conversation, "newest_open_conversation", **people)
        found = found or await tx.one(Conversation, "newest_conversation", **people)
    if found is None:
        return None
    try:
        return await access(tx, actor, found.id)
    except NotFound:
        return None


async def workspace_of_conversation(tx: Tx, actor: Actor, conversation_id: str) -> str | None:
    """The workspace in which this conversation is, for the system itself."""
    rules.may_look_everywhere(actor)
    found = await tx.value("workspace_of_conversation", id=conversation_id)
    return None if found is None else str(found)


async def contacts_in(tx: Tx, actor: Actor, conversations: list[Conversation]) -> dict[str, Contact]:
    """With whom each of these conversations is: the first contact in it, who is missing where there is none."""
    people = await participants_of(tx, actor, conversations)
    first = {id_: next((p.id for p in everybody if p.kind == "contact"), None) for id_, everybody in people.items()}
    wanted = list({id_ for id_ in first.values() if id_ is not None})
    known = await contacts_named(tx, actor, wanted) if wanted else {}
    return {id_: known[contact_id] for id_, contact_id in first.items() if contact_id in known}


async def conversations_of_contact(
    tx: Tx, actor: Actor, contact_id: str, *, before: int | None = None, limit: int = 50
) -> tuple[list[Conversation], int | None]:
    """Every conversation of a contact that the actor may see, whatever became of it, newest activity first."""
    await access_contact(tx, actor, contact_id)
    found = await tx.all(
        Conversation,
        "conversations_of_contact",
        workspace_id=actor.workspace_id,
        contact_id=contact_id,
        sees_all=int(actor.sees_all),
        kind=actor.kind,
        person_id=actor.id,
        before=before or LAST,
        most=limit + 1,
    )
    page = found[:limit]
    return page, page[-1].activity_seq if len(found) > limit else None


async def look_for_conversations(
    tx: Tx,
    actor: Actor,
    wanted: LookedFor = EVERY,
    *,
    status: str = "active",
    by: Literal["activity", "change"] = "activity",
    skip: int = 0,
    limit: int = 50,
) -> tuple[list[Conversation], int]:
    """The conversations like this that the actor may see, after leaving out `skip`; and how many there are in all.

    The newest activity comes first, or `by` change what was changed last. For page numbers and totals: it walks over
    every conversation of the list, though over no message (on a busy machine 0.3 s for 100,000, with `q` twice that),
    where `list_conversations` reads its page and no more.
    """
    if actor.kind == "contact" and msgspec.structs.replace(wanted, staff_id=None) != EVERY:
        raise Forbidden("Only staff look for conversations; contacts for their own, by the staff member.")
    asked: dict[str, Any] = {
        **msgspec.structs.asdict(wanted),
        "workspace_id": actor.workspace_id,
        "statuses": list(rules.status_words(status)),
        "wanted": people_rules.wanted(wanted.q),
    }
    del asked["q"]
    whose = "workspace"
    if not actor.sees_all:
        whose, asked = "person", asked | {"kind": actor.kind, "person_id": actor.id}
    elif wanted.contact_id or wanted.staff_id:  # of one person there are few, and they need not be looked for
        kind = "contact" if wanted.contact_id else "staff"
        whose, asked = "person", asked | {"kind": kind, "person_id": wanted.contact_id or wanted.staff_id}
    total = await tx.value(f"count_conversations_of_{whose}", **asked)
    page = await tx.all(
        Conversation, f"numbered_conversations_of_{whose}", by=by, skip=bounded(skip, "skip"), most=limit, **asked
    )  # fmt: skip
    tx.note_read("conversations:")
    return page, int(total)
