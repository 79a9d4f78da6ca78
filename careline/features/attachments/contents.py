"""What a file is, told from its bytes: structure that can be checked without unpacking or running anything."""

import codecs
import struct
from typing import BinaryIO

from careline.core.errors import Invalid
from careline.features.attachments import rules
from careline.features.attachments.rules import WORD, FileType

HEAD = 1_024
CHUNK = 65_536
ZIP_ENTRIES = 2_000
ZIP_DIRECTORY = 1 << 20
ZIP_UNPACKED = 200 << 20
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")


def check(file: BinaryIO, name: str, declared: str, *, svg: bool) -> FileType:
    """The file's type, or `UnsupportedType` where name, declaration and content disagree. Reads it in pieces."""
    file.seek(0)
    found = rules.type_of(name, declared, file.read(HEAD), svg=svg)
    if found.media == WORD:
        _check_word(file)
    elif found.media == "application/msword":
        _check_old_word(file)
    elif found.media == "application/pdf":
        _check_pdf(file)
    elif not found.is_picture:
        _check_text(file)
    return found


def _check_text(file: BinaryIO) -> None:
    file.seek(0)
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                raise rules.disguised()
            decode(chunk)
        decode(b"", final=True)
    except UnicodeDecodeError:
        raise rules.disguised() from None


def _check_pdf(file: BinaryIO) -> None:
    """A PDF ends as one: with a zip archive behind or around it, another program would see another file."""
    if b"PK\x05\x06" in _tail(file, 65_557) or b"%%EOF" not in _tail(file, 2_048):
        raise rules.disguised()


def _tail(file: BinaryIO, most: int) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - most))
    return file.read(most)


def _check_old_word(file: BinaryIO) -> None:
    """A compound file with a Word document in it and no macros. Its directory names the streams in UTF-16."""
    seen = {"WordDocument": False, "_VBA_PROJECT": False}
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        window = before + chunk
        for name in seen:
            seen[name] = seen[name] or name.encode("utf-16-le") in window
        before = window[-64:]
    if not seen["WordDocument"] or seen["_VBA_PROJECT"]:
        raise rules.disguised()


def _check_word(file: BinaryIO) -> None:
    """A zip archive whose directory, the only part that is read, is that of a Word document without macros."""
    size = file.seek(0, 2)
    tail = _tail(file, 65_557)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise rules.disguised()
    _, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, at)
    end = size - len(tail) + at
    if disk or first_disk or here != count or start + length != end or at + _END.size + comment != len(tail):
        raise rules.disguised()
    if count > ZIP_ENTRIES or length > ZIP_DIRECTORY:
        raise Invalid("file", f"A document may have {ZIP_ENTRIES} parts.")
    file.seek(start)
    names = _zip_names(file.read(length), count, start)
    if not {"[Content_Types].xml", "word/document.xml"} <= names or any("vbaproject" in n.lower() for n in names):
        raise rules.disguised()


def _zip_names(directory: bytes, count: int, end: int) -> set[str]:
    """The names in a zip directory, whose entries must lie one after another and unpack to something bounded."""
    names: set[str] = set()
    spans: list[tuple[int, int]] = []
    at = unpacked = 0
    for _ in range(count):
        if at + _ENTRY.size > len(directory):
            raise rules.disguised()
        entry = _ENTRY.unpack_from(directory, at)
        magic, flags, packed, whole, offset = entry[0], entry[3], entry[8], entry[9], entry[16]
        name_size, extra, comment, mode = entry[10], entry[11], entry[12], entry[15] >> 16
        name = directory[at + _ENTRY.size : at + _ENTRY.size + name_size].decode("utf-8", "replace")
        at += _ENTRY.size + name_size + extra + comment
        climbs = name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/")
        if magic != b"PK\x01\x02" or flags & 1 or climbs or mode & 0o170000 == 0o120000 or name in names:
            raise rules.disguised()
        names.add(name)
        spans.append((offset, offset + 30 + name_size + packed))
        unpacked += whole
    if unpacked > ZIP_UNPACKED:
        raise Invalid("file", f"A document may unpack to {ZIP_UNPACKED} bytes.")
    spans.sort()
    ends = [start for start, _ in spans[1:]] + [end]
    if at != len(directory) or any(stop > following for (_, stop), following in zip(spans, ends, strict=True)):
        raise rules.disguised()
    return names
