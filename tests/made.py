"""Files as people and attackers have them, made on the spot."""

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import aiohttp
from PIL import Image

if TYPE_CHECKING:
    from tests.world import Person

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Kept in two parts, so that no scanner takes this file for what it is about.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    made = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert("P" if form == "GIF" else "RGB")
    image.save(made, form, **more)
    return made.getvalue()


def photo(orientation: int = 6) -> bytes:
    """A JPEG with the place where it was taken, and held upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Careline Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    return picture("JPEG", exif=exif.tobytes())


def animation(frames: int) -> bytes:
    made = io.BytesIO()
    images = [Image.new("RGB", (4, 4), (n % 256, n // 256, 0)) for n in range(frames)]
    images[0].save(made, "GIF", save_all=True, append_images=images[1:])
    return made.getvalue()


def huge_png(side: int = 50_000) -> bytes:
    """A picture of many pixels in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">LLBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def png_with_bomb() -> bytes:
    """A small picture with a text of 1 GiB, if one unpacked it."""
    whole = picture()
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    data = b"Comment\0\0" + bomb
    chunk = struct.pack(">L", len(data)) + b"zTXt" + data + struct.pack(">L", zlib.crc32(b"zTXt" + data))
    return whole[:33] + chunk + whole[33:]


def document(extra: dict[str, bytes] | None = None, *, leave_out: str = "") -> bytes:
    """A Word document as far as its zip directory goes."""
    made = io.BytesIO()
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **(extra or {})}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if name != leave_out:
                archive.writestr(name, data)
    return made.getvalue()


def old_document(*streams: str) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def form(data: bytes, name: str, type_: str = "application/octet-stream") -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)
    made.add_field("file", io.BytesIO(data), filename=name, content_type=type_)
    return made


async def uploads(
    person: "Person", data: bytes, name: str, type_: str = "application/octet-stream", **more: Any
) -> Any:
    """Upload a file; what the server says of it."""
    return await person.asks("POST", "/v1/attachments", data=form(data, name, type_), **more)


async def fetches(person: "Person", path: str, **headers: str) -> tuple[int, bytes, Any]:
    """Status, body and headers of what is at an address."""
    url = path if path.startswith("http") else person.world.url + path
    lets_in = {} if "/v1/files/" in path else person.headers
    async with person.world.http.get(url, headers={**lets_in, **headers}) as answer:
        return answer.status, await answer.read(), answer.headers
