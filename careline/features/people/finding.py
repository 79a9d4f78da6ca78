"""Finding contacts: page by page, newest first, by what is known of them."""

from careline.core.actor import Actor
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


async def contact_by_phone(tx: Tx, actor: Actor, phone: str) -> Contact | None:
    """Whose number this is, as far as somebody else than themselves has said so: the oldest, where several share it."""
    return await tx.one(Contact, "contact_by_phone", workspace_id=actor.workspace_id, phone=phone)
