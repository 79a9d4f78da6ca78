"""Attachments: what is known of one, addresses to show it by, giving up an upload. Bytes have routes of their own."""

from typing import Annotated

from msgspec import Meta, Struct

from careline.features.attachments.actions import (
    access_attachment,
    add_reference,
    delete_attachment,
    list_attachments,
)
from careline.features.attachments.rows import Attachment, Promised
from careline.wires import straight
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Request, command


class Which(Request, frozen=True):
    attachment_id: str


class Refer(Request, frozen=True):
    """A file elsewhere, which the server never fetches; where the workspace takes such. Without `type` it is what
    the name says.
    """

    url: str
    name: str
    type: str = ""
    size: int | None = None
    conversation_id: str | None = None


class Begin(Request, frozen=True):
    """A file that is going to be sent straight to the store of files."""

    name: str
    size: int
    sha256: str
    type: str = ""
    conversation_id: str | None = None


class Way(Struct, frozen=True):
    """One request that the store of files takes: `method`, `url`, these `headers`, and the file as the body."""

    attachment_id: str
    method: str
    url: str
    headers: dict[str, str]
    closes_at: int


class Begun(Struct, frozen=True):
    """Where to send it; null where there is no such way, and the file is sent to `POST /v1/attachments`."""

    upload: Way | None


class WhichLinks(Request, frozen=True):
    conversation_id: str
    attachment_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]


class Link(Struct, frozen=True):
    """Addresses for `<img>` and for clients that can send no header: good for whoever has them, until they end."""

    attachment_id: str
    url: str
    thumbnail_url: str | None
    expires_at: int


class Links(Struct, frozen=True):
    items: list[Link]


@command("attachment.refer", "POST", "/v1/attachments/references", shapes.Attachment, status=201)
async def refer(ask: Asking, request: Refer) -> shapes.Attachment:
    """Name a file that lies elsewhere, to be sent like an upload."""
    ask.server.gate.take_as("upload", ask.somebody)
    return shapes.attachment(
        await ask.server.database.write(
            add_reference,
            ask.somebody,
            request.url,
            request.name,
            request.type,
            request.size,
            request.conversation_id,
        )
    )


@command("attachment.begin", "POST", "/v1/attachments/begin", Begun)
async def begin(ask: Asking, request: Begin) -> Begun:
    """Ask for a way to send a file straight to the store of files, where it lies in S3."""
    promised = Promised(request.name, request.type, request.size, request.sha256)
    found = await straight.begin(ask.server, ask.somebody, promised, request.conversation_id)
    if found is None:
        return Begun(None)
    begun, door = found
    return Begun(Way(begun.id, door.method, door.url, door.headers, door.closes_at))


@command("attachment.complete", "POST", "/v1/attachments/{attachment_id}/complete", shapes.Attachment)
async def complete(ask: Asking, request: Which) -> shapes.Attachment:
    """Say that the file was sent: it is checked and can be sent with a message then. Again gives the same."""
    return shapes.attachment(await straight.complete(ask.server, ask.somebody, request.attachment_id, ask.again))


@command("attachment.get", "GET", "/v1/attachments/{attachment_id}", shapes.Attachment)
async def one(ask: Asking, request: Which) -> shapes.Attachment:
    """What is known of a file."""
    return shapes.attachment(await ask.server.database.read(access_attachment, ask.somebody, request.attachment_id))


@command("attachment.link", "GET", "/v1/attachments/{attachment_id}/link", Link)
async def link(ask: Asking, request: Which) -> Link:
    """An address of a file, good for five minutes."""
    return _link(ask, await ask.server.database.read(access_attachment, ask.somebody, request.attachment_id))


@command("attachment.links", "POST", "/v1/conversations/{conversation_id}/links", Links)
async def links(ask: Asking, request: WhichLinks) -> Links:
    """The same for many files of a conversation; those that are not there are left out."""
    found = await ask.server.database.read(
        list_attachments, ask.somebody, request.conversation_id, request.attachment_ids
    )
    return Links([_link(ask, a) for a in found])


def _link(ask: Asking, attachment: Attachment) -> Link:
    server, now = ask.server, ask.server.clock()
    small = None
    if attachment.thumbnail is not None:
        small = server.files.link(attachment, now, server.public_url, thumbnail=True)
    whole = attachment.url or server.files.link(attachment, now, server.public_url)
    return Link(attachment.id, whole, small, server.files.link_ends_at(now))


@command("attachment.delete", "DELETE", "/v1/attachments/{attachment_id}", shapes.Empty)
async def delete(ask: Asking, request: Which) -> shapes.Empty:
    """Give up one's own upload that was not sent."""
    await ask.server.database.write(delete_attachment, ask.somebody, request.attachment_id)
    return shapes.Empty()
