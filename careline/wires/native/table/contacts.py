"""What staff do with contacts beyond their details: find, block and merge them."""

from typing import Annotated

from msgspec import Meta, Struct

from careline.features.desk.duplicates import merge_contacts
from careline.features.people.actions import block_contact, unblock_contact
from careline.features.people.finding import list_contacts
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command
from careline.wires.native.table.people import WhichContact

LIST = "contacts"


class ListContacts(Request, frozen=True):
    q: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: str | None = None


class ContactList(Struct, frozen=True):
    """Last added first; `next` is the cursor of what follows, None at the end."""

    items: list[shapes.Contact]
    next: str | None


class MergeContact(WhichContact, frozen=True):
    into: str


class MergedContact(Struct, frozen=True):
    contact: shapes.Contact
    moved_count: int
    apart: tuple[str, ...]


@command("contact.list", "GET", "/v1/contacts", ContactList, who="staff")
async def contacts(ask: Asking, request: ListContacts) -> ContactList:
    """The contacts one may see, last added first; with `q` those in whose name, address or number it stands."""
    server, actor = ask.server, ask.somebody
    before = server.cursors.decode(request.cursor, actor.workspace_id, LIST) if request.cursor else None
    found, further = await server.database.read(list_contacts, actor, q=request.q, before=before, limit=request.limit)
    following = None if further is None else server.cursors.encode(further, actor.workspace_id, LIST)
    return ContactList([shapes.contact(contact) for contact in found], following)


@command("contact.block", "POST", "/v1/contacts/{contact_id}/block", shapes.Contact, who="staff")
async def block(ask: Asking, request: WhichContact) -> shapes.Contact:
    """Take nothing of a contact any more: what they try is refused, what they wrote stays."""
    return shapes.contact(await ask.server.database.write(block_contact, ask.somebody, request.contact_id))


@command("contact.unblock", "POST", "/v1/contacts/{contact_id}/unblock", shapes.Contact, who="staff")
async def unblock(ask: Asking, request: WhichContact) -> shapes.Contact:
    """Let a blocked contact write again."""
    return shapes.contact(await ask.server.database.write(unblock_contact, ask.somebody, request.contact_id))


@command("contact.merge", "POST", "/v1/contacts/{contact_id}/merge", MergedContact, who="staff")
async def merge(ask: Asking, request: MergeContact) -> MergedContact:
    """Say that a contact is the same person as another, who takes over their conversations; for administrators."""
    done = await ask.server.database.write(merge_contacts, ask.somebody, request.contact_id, request.into)
    return MergedContact(shapes.contact(done.contact), done.moved_count, done.apart)
