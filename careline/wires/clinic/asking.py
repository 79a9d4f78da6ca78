"""What several requests of this wire need: the session of two people, messages as they are told, what one sends."""

import msgspec
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.context import Context, current
from careline.core.errors import Invalid, NotFound
from careline.features.conversations.actions import access, conversation_for, participants_of, people_in
from careline.features.conversations.finding import find_conversation_for
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import ACTIVE
from careline.features.messages.rows import Message, Sending
from careline.features.people.actions import add_contact, find_contact
from careline.features.receipts.actions import marks_over
from careline.features.receipts.rows import Marking
from careline.features.receipts.rules import reached
from careline.store.database import Tx
from careline.wires import files
from careline.wires.clinic import shapes, words
from careline.wires.clinic.refusals import missing
from careline.wires.server import Server

FILES = "/v1/files/"


class Addresses(Struct, frozen=True):
    """Addresses that give a file to whoever was given them, for as long as those of every wire."""

    signer: files.Links
    public_url: str

    def __call__(self, location_id: str, attachment_id: str, now: int) -> str:
        signed = self.signer.sign(files.Named(location_id, attachment_id, False), now + files.LINK_MS)
        return f"{self.public_url}{FILES}{signed}"


def links(server: Server) -> words.Links:
    return Addresses(server.files.links, server.public_url)


async def session_of(server: Server, actor: Actor, user_id: str, contact_id: str) -> str:
    """The id of the session of these two, which is begun where they have none. Staff write to patients who have not
    come yet, and a patient lets a doctor whom they turn to into the one session with all doctors.
    """
    found = await server.database.read(_of_both, actor, user_id, contact_id)
    if found is None:
        found = await server.database.write(_begun, actor, user_id, contact_id)
    return found.id


async def _of_both(tx: Tx, actor: Actor, user_id: str, contact_id: str) -> Conversation | None:
    """Their session that is open, if both are in it where a patient asks."""
    found = await find_conversation_for(tx, actor, contact_id, user_id)
    if found is None or found.status not in ACTIVE:
        return None
    shared = actor.kind == "contact" and found.thread == contact_id
    return None if shared and f"staff:{user_id}" not in await people_in(tx, found.id) else found


async def _begun(tx: Tx, actor: Actor, user_id: str, contact_id: str) -> Conversation:
    if actor.kind == "staff" and await find_contact(tx, actor, contact_id) is None:
        await add_contact(tx, actor, contact_id=contact_id)
    found = await conversation_for(tx, actor, contact_id, user_id)
    return await access(tx, actor, found.id)


async def pairs_of(tx: Tx, actor: Actor, conversation_ids: set[str]) -> dict[str, shapes.Pair]:
    """The two sides of each of these sessions."""
    found = [await access(tx, actor, id_) for id_ in sorted(conversation_ids)]
    people = await participants_of(tx, actor, found)
    return {one.id: words.pair(one, people[one.id]) for one in found}


async def told(
    tx: Tx, actor: Actor, messages: list[Message], pairs: dict[str, shapes.Pair], link: words.Links
) -> list[shapes.Message]:
    """Messages as this wire tells them, with what became of them on the other side."""
    by_session: dict[str, list[Message]] = {}
    for message in messages:
        by_session.setdefault(message.conversation_id, []).append(message)
    came: dict[str, tuple[int | None, int | None]] = {}
    for together in by_session.values():
        came |= reached(together, await marks_over(tx, actor, together))
    return [words.message(m, pairs[m.conversation_id], link, tx.now, came[m.id]) for m in messages]


def sending(
    server: Server,
    actor: Actor,
    conversation_id: str,
    said: shapes.Said,
    origin: str | None = None,
    asked: Context | None = None,
) -> Sending:
    """What the verb is asked to send: a file of ours by its address, one from elsewhere by what is told of it."""
    content, url = said.content or "", said.file_url or ""
    attachment_id = _attachment_of(server, actor, url)
    kind = said.message_type or "text"
    metadata: dict[str, str] = {}
    if url and attachment_id is None:
        if not words.is_address(url):
            raise Invalid("file_url", "An address that begins with https://.")
        kind = "file"
        about = {"file_url": url, "file_name": said.file_name, "file_type": said.file_type}
        metadata = {key: value for key, value in about.items() if value}
        content = content or said.file_name or url.partition("?")[0].rstrip("/").rpartition("/")[2] or url
    elif attachment_id is not None and kind == "file":
        kind = "text"  # the file itself is there, and shows what it is
    if not content and attachment_id is None:
        raise missing()
    return Sending(
        actor,
        conversation_id,
        content,
        kind,
        said.client_id or None,
        shapes.given(said.reply_to_id),
        metadata=msgspec.json.encode(metadata).decode(),
        origin=origin,
        attachment_ids=(attachment_id,) if attachment_id else (),
        asked=asked or current.get(),
    )


def _attachment_of(server: Server, actor: Actor, url: str) -> str | None:
    """The upload that an address of ours names, however old the address is: its sender alone can send it."""
    _, ours, signed = url.partition(FILES)
    if not ours:
        return None
    try:
        named = server.files.links.read(signed, 0)
    except NotFound:
        return None
    if named.workspace_id != actor.workspace_id:
        raise NotFound("There is no such upload.")
    return named.attachment_id


def markings(readers: dict[str, Actor], messages: list[Message], asked: Context, origin: str | None) -> list[Marking]:
    """Exactly these messages as read, each by whom `readers` has for the side it went to."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for message in messages:
        side = "staff" if message.sender_kind == "contact" else "contact"
        if side in readers:
            wanted.setdefault((message.conversation_id, side), []).append(message.id)
    return [
        Marking(readers[side], conversation_id, "read", None, tuple(ids), origin, asked=asked)
        for (conversation_id, side), ids in wanted.items()
    ]
