"""Files on this wire: addresses that carry their own signature, recognised when they come back."""

import re
from urllib.parse import quote, urlsplit

from aiohttp import web
from msgspec import Struct

from careline.core.actor import Actor, system
from careline.core.errors import Invalid, NotFound
from careline.features.attachments.actions import attachment_by_link
from careline.features.attachments.rows import Attached, Attachment
from careline.wires.careplus.refusals import REFUSALS
from careline.wires.files import Links, Named
from careline.wires.http import Call, Route
from careline.wires.uploads import answer

PATH = "/api/v1/files/{signed}/{name}"
TYPES = ("jpg", "jpeg", "png", "gif", "webp", "svg", "pdf", "doc", "docx")
FIELDS = ("file", "photo")
GOOD_FOR = 3_600_000
_OURS = re.compile(r"/api/v1/files/([\w-]{20,400})/[^/]*")


class Addresses(Struct, frozen=True):
    """Makes the addresses of a pharmacy's files, good for an hour from `at` on: the same for the same file."""

    links: Links
    workspace_id: str
    at: int

    def of(self, file: Attached | Attachment) -> str:
        """Relative to the API's origin; empty for what nobody can have any more."""
        if file.url is not None:
            return file.url
        if file.state in ("infected", "expired"):
            return ""
        signed = self.links.sign(Named(self.workspace_id, file.id, False), self.at + GOOD_FOR)
        return PATH.format(signed=signed, name=quote(file.name, safe=""))


def upload_at(links: Links, actor: Actor, address: str) -> str:
    """The id of the upload that an address names, however long ago it was made; `Invalid` for any other address."""
    try:
        match = _OURS.fullmatch(urlsplit(address).path)
        named = links.read(match[1], 0) if match else None
    except (NotFound, ValueError):
        named = None
    if named is None or named.workspace_id != actor.workspace_id:
        raise not_yours()
    return named.attachment_id


def not_yours() -> Invalid:
    return Invalid("attachment_url", "This is the address of no upload of yours that can be sent here.")


async def file(call: Call) -> web.StreamResponse:
    """The file that an address names, for whoever was given it; pages of other origins may show it as a picture."""
    named = call.server.files.links.read(call.parameters["signed"], call.server.clock())
    found = await call.server.database.read(attachment_by_link, system(named.workspace_id), named.attachment_id)
    response = await answer(call, found, thumbnail=named.thumbnail)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def route() -> Route:
    return Route("GET", PATH, file, REFUSALS)
