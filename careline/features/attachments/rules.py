"""Which files are taken, what they are called, and who may have them: told by content and by name, which must agree."""

import re
import unicodedata
from urllib.parse import urlsplit

from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import (
    Conflict,
    Infected,
    Invalid,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    UnsupportedType,
)
from careline.features.attachments.rows import Allowance, Attachment, Promised

NAME_CHARACTERS = 150
URL_CHARACTERS = 2_000
DAY_MS = 86_400_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileType(Struct, frozen=True):
    """`extensions` are the names it may come under, the first is ours; `declared` what else clients call it."""

    media: str
    extensions: tuple[str, ...]
    signature: tuple[bytes, ...] = ()
    declared: tuple[str, ...] = ()

    @property
    def is_picture(self) -> bool:
        return self.media in PICTURES

    def is_called(self, declared: str) -> bool:
        """Whether a sender may call it so; to say nothing of it is no contradiction."""
        media = declared.partition(";")[0].strip().lower()
        return media in ("", "application/octet-stream", self.media, *self.declared)


PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = (
    FileType("image/jpeg", ("jpg", "jpeg"), (b"\xff\xd8\xff",), ("image/jpg", "image/pjpeg")),
    FileType("image/png", ("png",), (b"\x89PNG\r\n\x1a\n",)),
    FileType("image/gif", ("gif",), (b"GIF87a", b"GIF89a")),
    FileType("image/webp", ("webp",), (b"RIFF",)),
    FileType("application/pdf", ("pdf",), (b"%PDF-",), ("application/x-pdf",)),
    FileType("application/msword", ("doc",), (_OLE,)),
    FileType(WORD, ("docx",), (_ZIP,)),
    FileType("text/plain", ("txt",)),
    FileType("image/svg+xml", ("svg",)),
)
SVG = TYPES[-1]
# Text that some program would take for more than text, whatever it is called.
_ACTIVE = (
    b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script", b"<head", b"<body", b"<?php", b"mime-version:",
    b"[internetshortcut]", b"#!",
)  # fmt: skip
_TEXT_BOM = b"\xef\xbb\xbf"


def type_of(name: str, declared: str, head: bytes, *, svg: bool) -> FileType:
    """What the name, the sender and the first bytes (a few hundred) agree on, or `UnsupportedType`."""
    found = named_type(name, declared, svg=svg)
    if not _begins(found, head):
        raise disguised()
    return found


def named_type(name: str, declared: str, *, svg: bool) -> FileType:
    """The same before there are any bytes."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    found = next((t for t in TYPES if extension in t.extensions), None)
    if found is None or (found is SVG and not svg):
        raise UnsupportedType("Send a JPEG, PNG, GIF or WebP picture, a PDF, DOC, DOCX or TXT file.", code="file_type")
    if not found.is_called(declared):
        raise disguised()
    return found


def disguised() -> UnsupportedType:
    return UnsupportedType("The file is not what its name or type says.", code="file_type")


def _begins(type_: FileType, head: bytes) -> bool:
    if type_.signature:
        fits = head.startswith(type_.signature)
        return fits and (type_.media != "image/webp" or head[8:12] == b"WEBP")
    start = head.removeprefix(_TEXT_BOM).lstrip().lower()
    if type_ is SVG:
        return start.startswith((b"<svg", b"<?xml")) and b"<svg" in start
    return not start.startswith(_ACTIVE)


_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.I)
_FORBIDDEN = re.compile(r'[<>:"|?*%;]')


def clean_name(name: str, type_: FileType) -> str:
    """What the file is called from now on: one visible line without a path, with our extension for its type."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"))
    stem = " ".join(_FORBIDDEN.sub("_", kept).split()).rpartition(".")[0].strip(". ")
    if not stem or _WINDOWS.fullmatch(stem):
        stem = f"file_{stem}".rstrip("_")
    extension = type_.extensions[0]
    return f"{stem[: NAME_CHARACTERS - len(extension) - 1].rstrip('. ')}.{extension}"


def may_add(size: int, most: int) -> None:
    if size < 1:
        raise Invalid("file", "The file is empty.")
    if size > most:
        raise TooLarge(f"A file may have {most} bytes.")


def promised(file: Promised, allowed: Allowance) -> FileType:
    """The type of a file that somebody promises, if such a one may be taken."""
    may_add(file.size, allowed.most)
    if not _SHA256.fullmatch(file.sha256):
        raise Invalid("sha256", "The SHA-256 of the file's bytes, as 64 hexadecimal digits in lower case.")
    return named_type(file.name, file.type, svg=allowed.svg)


def keeps_promise(size: int, sha256: str, attachment: Attachment) -> None:
    if (size, sha256) != (attachment.size, attachment.sha256):
        raise Invalid("file", "The bytes that arrived are not those that were promised.")


def may_complete(attachment: Attachment) -> None:
    if attachment.state != "arriving":
        raise Conflict("The upload is complete already.")


def ends_upload(refused: Refused) -> bool:
    """Whether it is the file itself that cannot be taken; else it may be tried again."""
    return isinstance(refused, (Invalid, UnsupportedType, TooLarge, Infected))


def may_store(used: int, size: int, quota: int) -> None:
    """What a contact uploads in a day stays within the workspace's quota."""
    if used + size > quota:
        raise TooMany(DAY_MS // 24, f"At most {quota} bytes of files a day.")


def reference(url: str, name: str, declared: str, size: int | None, most: int) -> FileType:
    """A file elsewhere, that the server never looks at: HTTPS, of a type that may be attached and that the name shows.
    What is declared may be nothing and may not be another type; a size that is given is one we would take.
    """
    parts = urlsplit(url) if url.isascii() and url.isprintable() and " " not in url else urlsplit("")
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or len(url) > URL_CHARACTERS:
        raise Invalid("url", f"An https:// address without user name, at most {URL_CHARACTERS} characters.")
    found = next((t for t in TYPES if "." in name and name.rpartition(".")[2].lower() in t.extensions), None)
    if found is None or not found.is_called(declared):
        raise UnsupportedType("The name does not fit a type that may be attached.", code="file_type")
    if size is not None and size <= 0:
        raise Invalid("size", "The file's size in bytes, or nothing.")
    if size is not None and size > most:
        raise TooLarge(f"A file may have {most} bytes.")
    return found


def may_send(attachment: Attachment | None, actor: Actor, conversation_id: str, oldest: int) -> None:
    """A message takes what its sender uploaded for this conversation, or for none yet, and has not sent before."""
    if (
        attachment is None
        or (attachment.owner_kind, attachment.owner_id) != (actor.kind, actor.id)
        or attachment.message_id is not None
        or attachment.deleted_at is not None
        or attachment.state == "arriving"
        or attachment.conversation_id not in (None, conversation_id)
        or attachment.created_at < oldest
    ):
        raise NotFound("There is no such upload of yours that was not sent yet.")
    if attachment.state == "infected":
        raise Infected()


def may_send_again(attachment: Attachment, actor: Actor, conversation_id: str) -> None:
    """What was sent for all to see, by the actor or here, and is still to be had."""
    sent = attachment.message_id is not None and not attachment.staff_only
    theirs = is_owner(actor, attachment) or attachment.conversation_id == conversation_id
    if not sent or not theirs or attachment.state not in ("ready", "unscanned"):
        raise NotFound("There is no such file that was sent before.")


def ids(wanted: tuple[str, ...], most: int) -> tuple[str, ...]:
    if len(wanted) > most:
        raise Invalid("attachment_ids", f"At most {most} attachments in a message.")
    if len(set(wanted)) != len(wanted):
        raise Invalid("attachment_ids", "Each attachment stands once.")
    return wanted


def is_owner(actor: Actor, attachment: Attachment) -> bool:
    return (actor.kind, actor.id) == (attachment.owner_kind, attachment.owner_id)


def may_see(actor: Actor, attachment: Attachment) -> bool:
    """Apart from whether they see its conversation: an unsent one is its owner's, one of a note the staff's."""
    if attachment.deleted_at is not None:
        return False
    if attachment.message_id is None:
        return is_owner(actor, attachment)
    return not (attachment.staff_only and actor.kind == "contact")


def may_open(attachment: Attachment) -> None:
    """Whether its bytes are there to be had."""
    if attachment.state == "arriving":
        raise Conflict("The file has not arrived yet.", code="not_arrived")
    if attachment.state == "pending":
        raise Conflict("The file is being scanned: try again a little later.", code="scan_pending")
    if attachment.state == "infected":
        raise Infected()
    if attachment.state == "expired" or attachment.storage_key is None:
        raise NotFound("The file is not kept any more." if attachment.url is None else "The file is kept elsewhere.")


def no_thumbnail() -> NotFound:
    return NotFound("This attachment has no thumbnail.")
