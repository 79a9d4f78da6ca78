"""Pictures without what they do not show: places, cameras, comments, and whatever hangs on behind their end.

The picture itself is copied as it is. `Disguised` is raised for bytes that are no such picture, or more than one file.
"""

import re
import struct

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_DROPPED = {0xE1, 0xED, 0xFE}  # Exif and XMP, IPTC, comments
_PNG_DROPPED = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_WEBP_DROPPED = {b"EXIF", b"XMP "}


class Disguised(Exception):
    """Not a picture of this type, or a picture and something else."""


class Truncated(Exception):
    """The picture ends before its end."""


def stripped(media: str, data: bytes, orientation: int = 1) -> bytes:
    """The same picture with nothing but itself; a JPEG keeps which side is up."""
    if media == "image/jpeg":
        return _jpeg(data, orientation)
    return {"image/png": _png, "image/gif": _gif, "image/webp": _webp}[media](data)


def _jpeg(data: bytes, orientation: int) -> bytes:
    kept = [data[:2]]
    if orientation != 1:
        tiff = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHLHHL", 1, 0x0112, 3, 1, orientation, 0, 0)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(tiff) + 2) + tiff)
    at = 2
    while True:
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            raise Truncated
        kept.append(data[at : found.start()])  # coded picture, if it follows a start of scan
        marker = data[found.start() + 1]
        if marker == 0xD9:
            _check_jpeg_tail(data[found.end() : found.end() + 4_096])
            return b"".join([*kept, b"\xff\xd9"])
        if found.end() + 2 > len(data):
            raise Truncated
        end = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        multi_picture = marker == 0xE2 and data[found.end() + 2 : found.end() + 6] == b"MPF\0"
        if marker not in _JPEG_DROPPED and not multi_picture:
            kept.append(data[found.start() : end])
        at = end


def _check_jpeg_tail(tail: bytes) -> None:
    """Cameras put a preview or a film behind the picture, which is dropped; anything else is a disguise."""
    rest = tail.lstrip(b"\0")
    if rest and not rest.startswith(b"\xff\xd8") and b"ftyp" not in rest[4:64]:
        raise Disguised


def _png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_DROPPED:
            kept.append(data[at:end])
        if kind == b"IEND":
            if end != len(data):
                raise Disguised
            return b"".join(kept)
        at = end
    raise Truncated


def _webp(data: bytes) -> bytes:
    size = 8 + int.from_bytes(data[4:8], "little")
    if size > len(data):
        raise Truncated
    if size + size % 2 < len(data):
        raise Disguised
    kept, at = [], 12
    while at + 8 <= size:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at:end] + b"\0" * (end % 2)
        if data[at : at + 4] == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if data[at : at + 4] not in _WEBP_DROPPED:
            kept.append(chunk)
        at = end + end % 2
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def _gif(data: bytes) -> bytes:
    """Walks the blocks; only comments are dropped."""
    if len(data) < 13:
        raise Truncated
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept = [data[:at]]
    while at < len(data):
        start, kind = at, data[at]
        if kind == 0x3B:
            if at + 1 != len(data):
                raise Disguised
            return b"".join([*kept, b";"])
        if kind == 0x21:
            at += 2
        elif kind == 0x2C:
            packed = data[at + 9] if at + 10 < len(data) else 0
            at += 11 + (3 << (packed & 7) + 1 if packed & 0x80 else 0)
        else:
            raise Disguised
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
        if not (kind == 0x21 and data[start + 1 : start + 2] == b"\xfe"):
            kept.append(data[start:at])
    raise Truncated
