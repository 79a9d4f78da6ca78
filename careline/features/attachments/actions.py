"""Attachments: uploading, having and giving up a file, and what a message does to those it takes."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from careline.core import ids as new
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, NotFound
from careline.features.attachments import rules
from careline.features.attachments.events import AttachmentsRemoved, AttachmentUploaded
from careline.features.attachments.rows import Allowance, Attached, Attachment, Stored, attached
from careline.features.conversations.actions import access, list_conversations
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx


class _Id(msgspec.Struct, frozen=True):
    id: str


# Uploading ----------------------------------------------------------------------------------------------------------


async def may_upload(tx: Tx, actor: Actor, conversation_id: str | None, size: int = 0) -> Allowance:
    """What the actor may upload now; asked before a byte is read. Refuses whoever has nowhere to send a file to."""
    if conversation_id is not None:
        await access(tx, actor, conversation_id)
    elif actor.kind == "contact" and not (await list_conversations(tx, actor, status="any", limit=1))[0]:
        raise NotFound("Begin a conversation first: there is none to send a file to.")
    kept = settings_of(await workspace_of(tx, actor))
    if actor.kind == "contact":
        rules.may_store(await _used_today(tx, actor), size, kept.contact_bytes_per_day)
    return Allowance(tx.settings.attachment_bytes, kept.svg_attachments, kept.keep_picture_metadata)


async def _used_today(tx: Tx, actor: Actor) -> int:
    since = tx.now - rules.DAY_MS
    asked = {"workspace_id": actor.workspace_id, "kind": actor.kind, "person_id": actor.id}
    return int(await tx.value("uploaded_bytes", since=since, **asked))


async def add_attachment(tx: Tx, actor: Actor, stored: Stored, conversation_id: str | None = None) -> Attachment:
    """The stored file becomes the actor's, to be sent in this conversation, or in any."""
    await may_upload(tx, actor, conversation_id, stored.size)
    attachment = await insert(tx, actor, conversation_id, **msgspec.structs.asdict(stored))
    tell_uploaded(tx, actor, attachment)
    return attachment


async def add_reference(
    tx: Tx, actor: Actor, url: str, name: str, declared: str, size: int | None, conversation_id: str | None = None
) -> Attachment:
    """A file that lies elsewhere and is never fetched, where the workspace allows that. Its size need not be
    known, and its type is what its name says.
    """
    await may_upload(tx, actor, conversation_id)
    if not settings_of(await workspace_of(tx, actor)).https_references:
        raise Forbidden("This workspace takes no references to files elsewhere.")
    found = rules.reference(url, name, declared, size, tx.settings.attachment_bytes)
    name = rules.clean_name(name, found)
    attachment = await insert(
        tx, actor, conversation_id, name=name, type=found.media, size=size or 0, url=url, state="ready"
    )
    tell_uploaded(tx, actor, attachment)
    return attachment


async def insert(tx: Tx, actor: Actor, conversation_id: str | None, **known: object) -> Attachment:
    """A step of whatever makes an attachment the actor's: its row."""
    empty = dict.fromkeys(
        ("sha256", "width", "height", "thumbnail", "storage_key", "url", "message_id", "deleted_at"), None
    )
    row: dict[str, object] = {
        **empty,
        "id": new.new_id(),
        "workspace_id": actor.workspace_id,
        "conversation_id": conversation_id,
        "owner_kind": actor.kind,
        "owner_id": actor.id,
        "staff_only": 0,
        "created_at": tx.now,
        **known,
    }
    await tx.run("insert_attachment", **row)
    return msgspec.convert(row, Attachment)


async def upload_again(tx: Tx, actor: Actor, attachment_id: str, conversation_id: str) -> Attachment:
    """A file that was sent before, as a new upload of the actor's for this conversation: for whoever uploaded it, or
    where it was sent. The bytes are shared: they go when the last that has them does.
    """
    found = await access_attachment(tx, actor, attachment_id)
    await may_upload(tx, actor, conversation_id, found.size)
    rules.may_send_again(found, actor, conversation_id)
    kept = ("name", "type", "size", "sha256", "width", "height", "thumbnail", "storage_key", "url", "state")
    again = await insert(tx, actor, conversation_id, **{name: getattr(found, name) for name in kept})
    tell_uploaded(tx, actor, again)
    return again


def tell_uploaded(tx: Tx, actor: Actor, attachment: Attachment) -> None:
    """The file is there, to be sent until a time."""
    tx.emit(AttachmentUploaded(attachment_id=attachment.id, expires_at=tx.now + unsent_ms(tx)), actor)


def unsent_ms(tx: Tx) -> int:
    """How long an upload may wait."""
    return int(tx.settings.attachment_unsent_h) * 3_600_000


# Having -------------------------------------------------------------------------------------------------------------


async def access_attachment(tx: Tx, actor: Actor, attachment_id: str) -> Attachment:
    """The attachment as the actor may see it: their own until it is sent, then as its message. Else `NotFound`."""
    found = await tx.one(Attachment, "attachments_by_id", ids=[attachment_id], workspace_id=actor.workspace_id)
    if found is None or not rules.may_see(actor, found):
        raise NotFound("There is no such attachment.")
    if found.message_id is not None and found.conversation_id is not None:
        try:
            await access(tx, actor, found.conversation_id)
        except NotFound:
            raise NotFound("There is no such attachment.") from None
    tx.note_read(f"attachment:{attachment_id}")
    return found


async def list_attachments(tx: Tx, actor: Actor, conversation_id: str, wanted: Iterable[str]) -> list[Attachment]:
    """Those of these that hang on messages of the conversation and that the actor may see, in the order asked."""
    await access(tx, actor, conversation_id)
    rows = await tx.all(Attachment, "attachments_by_id", ids=list(wanted), workspace_id=actor.workspace_id)
    found = {a.id: a for a in rows if a.conversation_id == conversation_id and rules.may_see(actor, a)}
    return [found[id_] for id_ in wanted if id_ in found]


async def attachment_by_link(tx: Tx, actor: Actor, attachment_id: str) -> Attachment:
    """The attachment that a link of ours names: whoever was given it may have it while it is not taken back."""
    found = await tx.one(Attachment, "attachments_by_id", ids=[attachment_id], workspace_id=actor.workspace_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("There is no such attachment.")
    return found


# Giving up ----------------------------------------------------------------------------------------------------------


async def delete_attachment(tx: Tx, actor: Actor, attachment_id: str) -> None:
    """Give up one's own upload that was not sent. What was sent goes with its message."""
    found = await access_attachment(tx, actor, attachment_id)
    if not rules.is_owner(actor, found):
        raise Forbidden("Only who uploaded it may take it back.")
    if found.message_id is not None:
        raise Invalid("attachment_id", "It was sent: delete its message.")
    await remove(tx, actor, [found])


async def expire_unsent(tx: Tx, actor: Actor, attachment_id: str) -> None:
    """The job's end of an upload that nobody sent; one that was sent, or is gone, stays as it is."""
    found = await tx.one(Attachment, "attachments_by_id", ids=[attachment_id], workspace_id=actor.workspace_id)
    if found is not None and found.message_id is None and found.deleted_at is None:
        await remove(tx, actor, [found])


async def drop_attachments(tx: Tx, actor: Actor, message_ids: list[str]) -> None:
    """Nobody can have the files of these messages from now on; their bytes follow."""
    rows = await tx.all(Attachment, "attachments_of_messages", message_ids=message_ids, workspace_id=actor.workspace_id)
    await remove(tx, actor, rows)


async def drop_attachments_in(tx: Tx, actor: Actor, conversation_id: str) -> None:
    """The same for everything in a conversation that is going to be deleted; to be called before it is."""
    await remove(tx, actor, await tx.all(Attachment, "attachments_in_conversation", conversation_id=conversation_id))


async def remove(tx: Tx, actor: Actor, attachments: list[Attachment]) -> None:
    """A step of whatever gives up files: nobody has them any more, and their bytes follow."""
    going = [a.id for a in attachments if a.deleted_at is None]
    if going:
        await tx.run("delete_attachments", ids=going, workspace_id=actor.workspace_id, now=tx.now)
        tx.emit(AttachmentsRemoved(attachment_ids=tuple(going)), actor)


# Sending ------------------------------------------------------------------------------------------------------------


async def load_uploads(tx: Tx, actor: Actor, wanted: set[str]) -> dict[str, Attachment]:
    """What a batch of messages wants to take, in one query; none where it wants nothing."""
    if not wanted:
        return {}
    rows = await tx.all(Attachment, "attachments_by_id", ids=list(wanted), workspace_id=actor.workspace_id)
    return {a.id: a for a in rows}


def take_uploads(
    tx: Tx, actor: Actor, conversation_id: str, wanted: tuple[str, ...], uploads: dict[str, Attachment]
) -> list[Attachment]:
    """The attachments a message takes, or `NotFound` if one is not there for it to take."""
    oldest = tx.now - unsent_ms(tx)
    found = [uploads.get(id_) for id_ in rules.ids(wanted, tx.settings.attachments_per_message)]
    for attachment in found:
        rules.may_send(attachment, actor, conversation_id, oldest)
    return [a for a in found if a is not None]


class Taker(Protocol):
    """The message that takes attachments: this feature knows no more of it."""

    @property
    def id(self) -> str: ...
    @property
    def conversation_id(self) -> str: ...
    @property
    def kind(self) -> str: ...


def bind_uploads(tx: Tx, taken: list[Attachment], uploads: dict[str, Attachment], message: Taker) -> None:
    """They are this message's from now on, also for the rest of the batch."""
    bound = {
        "message_id": message.id,
        "conversation_id": message.conversation_id,
        "staff_only": int(message.kind == "note"),
    }
    for attachment in taken:
        uploads[attachment.id] = msgspec.structs.replace(attachment, message_id=message.id)
    tx.later("bind_attachment", [{"id": a.id, **bound} for a in taken])


def told(attachments: list[Attachment]) -> str | None:
    """What readers of the message see, as JSON."""
    return msgspec.json.encode([attached(a) for a in attachments]).decode() if attachments else None


def restated(attachments: str | None, states: dict[str, Attachment]) -> str | None:
    """What readers see, with these attachments as they are now."""
    if attachments is None:
        return None
    rows = msgspec.json.decode(attachments, type=list[Attached])
    return msgspec.json.encode([attached(states[r.id]) if r.id in states else r for r in rows]).decode()


async def copy_attachments(tx: Tx, actor: Actor, message_id: str, copy: Taker) -> str | None:
    """The files of a message hang on its forwarded copy too; what the copy's readers see, as JSON.

    The bytes are shared: they go when the last message that has them does.
    """
    rows = await tx.all(
        Attachment, "attachments_of_messages", message_ids=[message_id], workspace_id=actor.workspace_id
    )
    copies = [
        msgspec.structs.replace(
            a,
            id=new.new_id(),
            conversation_id=copy.conversation_id,
            message_id=copy.id,
            owner_kind=actor.kind,
            owner_id=actor.id,
            staff_only=int(copy.kind == "note"),
            created_at=tx.now,
        )
        for a in rows
        if a.deleted_at is None and a.state in ("ready", "unscanned")
    ]
    tx.later("insert_attachment", [msgspec.structs.asdict(a) for a in copies])
    return told(copies)


# Bytes --------------------------------------------------------------------------------------------------------------


class Removable(msgspec.Struct, frozen=True):
    id: str
    storage_key: str
    thumbnail: str | None


async def removable_blobs(tx: Tx, actor: Actor, attachment_ids: list[str]) -> list[Removable]:
    """Whose bytes nobody needs any more."""
    return await tx.all(Removable, "removable_blobs", ids=attachment_ids)


async def forget_attachments(tx: Tx, actor: Actor, attachment_ids: list[str]) -> None:
    """Their bytes are gone, so nothing is left to name."""
    await tx.run("forget_attachments", ids=attachment_ids)
    await tx.run("forget_bytes", ids=attachment_ids)


async def known_keys(tx: Tx, actor: Actor, keys: list[str]) -> set[str]:
    """Which of these keys an attachment names."""
    return {row.id for row in await tx.all(_Id, "known_keys", keys=keys)}


async def unscanned(tx: Tx, actor: Actor, most: int) -> list[Attachment]:
    """What the scanner has not seen yet, of all workspaces, oldest first."""
    return await tx.all(Attachment, "unscanned_attachments", most=most)
