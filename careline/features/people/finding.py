"""Finding contacts: page by page, newest first, by what is known of them."""

from careline.core.actor import Actor
from careline.core.page import skip as bounded
from careline.features.people import rules
from careline.features.people.rows import Contact
from careline.store.database import Tx

LAST = 1 << 62


async def list_contacts(
    tx: Tx, actor: Actor, *, q: str = "", before: int | None = None, limit: int = 50
) -> tuple[list[Contact], int | None]:
    """The contacts the actor may see, last added first, and the position of the next page.

    `q` is found in name, e-mail address and phone number, every character of it meant as it is. It is looked for from
    the newest on until a page is full, so what is not there at all walks over the workspace's contacts.
    """
    rules.may_manage_contacts(actor)
    tx.note_read("contacts:")
    query, more = ("contacts_of_workspace", {}) if actor.sees_all else ("contacts_met", {"staff_id": actor.id})
    found = await tx.all(
        Contact,
        query,
        workspace_id=actor.workspace_id,
        before=before or LAST,
        wanted=rules.wanted(q),
        most=limit + 1,
        **more,
    )
    page = found[:limit]
    return page, page[-1].added_seq if len(found) > limit else None


async def look_for_contacts(
    tx: Tx, actor: Actor, *, q: str = "", skip: int = 0, limit: int = 50
) -> tuple[list[Contact], int]:
    """The same by number, after leaving out `skip`, and how many there are in all. For page numbers and totals: it
    walks over every contact that the actor may see, where `list_contacts` reads its page and no more.
    """
    rules.may_manage_contacts(actor)
    tx.note_read("contacts:")
    asked = {"workspace_id": actor.workspace_id, "wanted": rules.wanted(q)}
    whose = "of_workspace"
    if not actor.sees_all:
        whose, asked = "met", {**asked, "staff_id": actor.id}
    total = await tx.value(f"count_contacts_{whose}", **asked)
    found = await tx.all(Contact, f"numbered_contacts_{whose}", skip=bounded(skip, "skip"), most=limit, **asked)
    return found, int(total)


async def contacts_named(tx: Tx, actor: Actor, contact_ids: list[str]) -> dict[str, Contact]:
    """These contacts of the actor's workspace, by id. A step of showing something they take part in: whoever calls has
    made sure that the actor may see that.
    """
    found = await tx.all(Contact, "contacts_by_id", workspace_id=actor.workspace_id, ids=contact_ids)
    return {contact.id: contact for contact in found}


async def contact_by_phone(tx: Tx, actor: Actor, phone: str) -> Contact | None:
    """Whose number this is, as far as somebody else than themselves has said so: the oldest, where several share it."""
    return await tx.one(Contact, "contact_by_phone", workspace_id=actor.workspace_id, phone=phone)
