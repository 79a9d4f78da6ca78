"""Files on every wire: who may upload how many at once, signed addresses, and the headers a file is given out with."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import quote
from uuid import UUID

from msgspec import Struct

from careline.core.errors import NotFound, RangeNotSatisfiable, TooMany
from careline.features.attachments.intake import THUMBNAIL, Intake
from careline.features.attachments.rows import Attachment
from careline.features.attachments.rules import PICTURES

AT_ONCE = 4
LINK_MS = 300_000
LINKED = "/v1/files/"
S3_LINK_S = 60
_MAC = 16
_OWNED = re.compile(r"/v1/attachments/([^/]+)/content")


class Named(Struct, frozen=True):
    """What a signed address names."""

    workspace_id: str
    attachment_id: str
    thumbnail: bool


class Links:
    """Addresses that give one file to whoever has them, for a while: sealed, so that nobody makes up another."""

    def __init__(self, key: bytes) -> None:
        self._key = sha256(b"links to files" + key).digest()

    def sign(self, named: Named, expires_at: int) -> str:
        body = (
            expires_at.to_bytes(6) + bytes([named.thumbnail]) + UUID(named.attachment_id).bytes
            + named.workspace_id.encode()
        )  # fmt: skip
        return urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, signed: str, now: int) -> Named:
        """What it names, or `NotFound`: a forged address and one whose time is over are nothing."""
        try:
            sealed = urlsafe_b64decode(signed.encode("ascii") + b"=" * (-len(signed) % 4))
        except ValueError:
            raise NotFound() from None
        mac, body = sealed[:_MAC], sealed[_MAC:]
        if len(body) < 23 or not hmac.compare_digest(mac, self._mac(body)) or int.from_bytes(body[:6]) < now:
            raise NotFound()
        return Named(body[23:].decode(), str(UUID(bytes=body[7:23])), bool(body[6]))

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC]


class Files:
    """What wires need to take files in and to give them out."""

    def __init__(self, intake: Intake, *, elsewhere: str = "") -> None:
        """`elsewhere`: the origin of the store that files come from and go to straight; empty: they pass through us."""
        self.intake = intake
        self.links = Links(bytes(32))
        self.elsewhere = elsewhere
        self._uploading: Counter[tuple[str, ...]] = Counter()

    @contextmanager
    def uploading(self, *who: str) -> Iterator[None]:
        """One of the few uploads that somebody may have under way."""
        if self._uploading[who] >= AT_ONCE:
            raise TooMany(1_000, f"At most {AT_ONCE} uploads at once.")
        self._uploading[who] += 1
        try:
            yield
        finally:
            self._uploading[who] -= 1
            if not self._uploading[who]:
                del self._uploading[who]

    def link(self, attachment: Attachment, now: int, public_url: str, *, thumbnail: bool = False) -> str:
        """An address of the file for whoever may see it now."""
        if self.elsewhere and attachment.storage_key is not None and attachment.state in ("ready", "unscanned"):
            key = attachment.storage_key + THUMBNAIL * thumbnail
            media = "image/webp" if thumbnail else attachment.type
            found = self.intake.blobs.link(key, disposition(attachment.name, media), media, S3_LINK_S)
            if found is not None:
                return found
        return self.address(Named(attachment.workspace_id, attachment.id, thumbnail), now, public_url)

    def address(self, named: Named, now: int, public_url: str) -> str:
        """An address of ours for a file, for wires that have an address in each message."""
        return f"{public_url}{LINKED}{self.links.sign(named, now + LINK_MS)}"

    def named(self, url: str, workspace_id: str, now: int, public_url: str) -> str | None:
        """Which attachment of the workspace an address of ours is about: a link, or the one its owner has it by. None
        for any other address; `NotFound` for a link that is forged, over, or another workspace's.
        """
        path = url.removeprefix(public_url)
        if not path.startswith("/"):
            return None
        if path.startswith(LINKED):
            found = self.links.read(path.removeprefix(LINKED), now)
            if found.workspace_id != workspace_id:
                raise NotFound()
            return found.attachment_id
        owned = _OWNED.fullmatch(path)
        return owned[1] if owned else None

    def link_ends_at(self, now: int) -> int:
        return now + (S3_LINK_S * 1_000 if self.elsewhere else LINK_MS)


def headers(name: str, media: str) -> dict[str, str]:
    """What keeps a file a file: no browser runs it, guesses at it, lends it to other pages or keeps it."""
    return {
        "Content-Type": f"{media}; charset=utf-8" if media == "text/plain" else media,
        "Content-Disposition": disposition(name, media),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
    }


def disposition(name: str, media: str) -> str:
    """RFC 6266: a name in ASCII for the old, the whole one (RFC 8187) for others. Only pictures are shown inline."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    how = "inline" if media in PICTURES else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def span(wanted: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last that a Range header asks for; None for the whole.

    One range is understood (RFC 9110 lets a server ignore what it does not like): many overlapping ones are an attack.
    """
    unit, _, ranges = (wanted or "").partition("=")
    first, dash, last = ranges.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not _is_number(first) or not _is_number(last) or not first + last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise RangeNotSatisfiable(f"The file has {size} bytes.")
    return start, end


def _is_number(text: str) -> bool:
    return len(text) < 16 and (not text or (text.isascii() and text.isdigit()))
