"""A file over HTTP: a multipart body read piece by piece, a file given out whole or in part."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, BinaryIO

from aiohttp import BodyPartReader, MultipartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from msgspec import Struct

from careline.core.actor import Actor
from careline.core.errors import BadRequest, Invalid, TimedOut, TooLarge, UnsupportedType
from careline.features.attachments.actions import add_attachment, may_upload
from careline.features.attachments.rows import Attachment
from careline.store.blobs import in_thread
from careline.wires import files
from careline.wires.http import Call

PROGRESS_S = 120.0
AROUND = 16_384
FIELD_BYTES = 4_096
FIELDS = 10
PIECE = 65_536
BROKEN = (ValueError, AssertionError, RuntimeError, HttpProcessingError, web.RequestPayloadError)


class Upload(Struct, frozen=True):
    """The file of a form, not read yet, and the fields that came before it."""

    name: str
    declared: str
    fields: dict[str, str]
    chunks: AsyncIterator[bytes]


async def receive(
    call: Call,
    actor: Actor,
    conversation_id: str | None,
    again: Callable[[], Awaitable[object]],
    *,
    fields: tuple[str, ...] = ("file",),
    types: tuple[str, ...] = (),
    strict: bool = True,
) -> Attachment:
    """Take in the one file of the request. Whoever may not upload is refused before any of it is read.

    `again` asks once more who it is when the last byte is there: long uploads outlive tokens. The file may stand in any
    of `fields`, and have any of the extensions in `types` (none: what the server takes); unless `strict`, other fields
    around it are passed over.
    """
    server = call.server
    # Also what is going to be refused may arrive: hanging up on a sender would take the answer away as well.
    expect(call, server.settings.attachment_bytes)
    server.gate.take_as("upload", actor)
    allowed = await server.database.read(may_upload, actor, conversation_id)
    with server.files.uploading(actor.workspace_id, actor.person):
        upload = await begin(call, allowed.most, fields=fields, strict=strict)
        check_extension(upload.name, types)
        async with server.files.intake.receive(upload.chunks, upload.name, upload.declared, allowed) as stored:
            await again()
            return await server.database.write(add_attachment, actor, stored, conversation_id)


def expect(call: Call, most: int) -> None:
    """Let a request be as large as its file."""
    protocol: Any = call.request.protocol
    protocol.expect(most + 4 * AROUND)


async def begin(
    call: Call,
    most: int,
    *,
    fields: tuple[str, ...] = ("file",),
    known: frozenset[str] = frozenset(),
    strict: bool = True,
) -> Upload:
    """The file of a form and the `known` fields before it. Refuses by the declared length before reading any of it."""
    body = Body(call.request.content)
    try:
        form = open_form(call, body, most + AROUND, f"A file may have {most} bytes.")
        said: dict[str, str] = {}
        passed = 0
        while True:
            body.left = AROUND
            part = await form.next()
            if not isinstance(part, BodyPartReader):
                raise BadRequest("There is no file in the form.")
            if part.name in fields and part.filename is not None:
                break
            passed += 1
            if passed > FIELDS or part.filename is not None or (strict and part.name not in known):
                raise BadRequest(f"The form has one part, the file, named {' or '.join(fields)}.")
            value = await read_field(part)
            if part.name in known:
                said[part.name] = value
        check_encoding(part)
    except BROKEN:
        raise broken() from None
    chunks = _chunks(form, part, body, most, 0 if strict else FIELDS)
    return Upload(part.filename, part.headers.get(hdrs.CONTENT_TYPE, ""), said, chunks)


def open_form(call: Call, body: "Body", most: int, too_large: str) -> MultipartReader:
    """The parts of the request. Refuses by the declared length before reading any of it."""
    request = call.request
    if not request.content_type == "multipart/form-data":
        raise UnsupportedType("Send the file as multipart/form-data.")
    if request.headers.get(hdrs.CONTENT_ENCODING):
        raise UnsupportedType("Send the body as it is, without Content-Encoding.")
    if request.content_length is not None and request.content_length > most:
        raise TooLarge(too_large)
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return MultipartReader(request.headers, body)  # type: ignore[arg-type]


def check_extension(name: str, types: tuple[str, ...]) -> None:
    """Refuse a file whose name has none of these extensions, where there are any."""
    if types and name.rpartition(".")[2].lower() not in types:
        raise UnsupportedType(f"Send a file of one of these: {', '.join(types)}.", code="file_type")


def check_encoding(part: BodyPartReader) -> None:
    """Refuse a file that is written otherwise than it is."""
    if part.headers.get(hdrs.CONTENT_TRANSFER_ENCODING, "binary").lower() not in ("binary", "8bit", "7bit"):
        raise BadRequest("Send the file as it is, without Content-Transfer-Encoding.")


def broken() -> BadRequest:
    """What `BROKEN` means to whoever sent it."""
    return BadRequest("The body is not the form that its headers promise.")


async def read_field(part: BodyPartReader, most: int = FIELD_BYTES) -> str:
    """The text of a part that is no file, at most so many bytes."""
    found = bytes(await part.read_chunk(most + 1))
    while not part.at_eof() and len(found) <= most:
        found += bytes(await part.read_chunk(most))
    if len(found) > most:
        raise Invalid(part.name or "file", f"At most {most} bytes.")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise Invalid(part.name or "file", "Text in UTF-8.") from None


async def _chunks(
    form: MultipartReader, part: BodyPartReader, body: "Body", most: int, fields: int
) -> AsyncIterator[bytes]:
    """The file's bytes; after them the form may have so many fields, which are passed over, and has to end."""
    body.left = most + AROUND
    try:
        while not part.at_eof():
            if chunk := await part.read_chunk(PIECE):
                yield bytes(chunk)
        body.left = AROUND
        while (after := await form.next()) is not None:
            fields -= 1
            if not isinstance(after, BodyPartReader) or after.filename is not None or fields < 0:
                raise BadRequest("One file in a request.")
            await read_field(after)
        while await body.read(PIECE):
            pass
    except BROKEN:
        raise broken() from None


class Body:
    """The request's body as the multipart reader sees it: counted, and read with an end of patience."""

    def __init__(self, content: Any) -> None:
        self._content = content
        self.left = AROUND

    async def _patiently(self, reading: Awaitable[bytes]) -> bytes:
        try:
            async with asyncio.timeout(PROGRESS_S):
                data = await reading
        except TimeoutError:
            raise TimedOut() from None
        self.left -= len(data)
        if self.left < 0:
            raise TooLarge("The form is larger than the file it may carry.")
        return data

    async def read(self, most: int) -> bytes:
        return await self._patiently(self._content.read(most))

    async def readline(self, **limits: int) -> bytes:
        return await self._patiently(self._content.readline(**limits))

    def at_eof(self) -> bool:
        return bool(self._content.at_eof())

    def unread_data(self, data: bytes) -> None:
        self.left += len(data)
        self._content.unread_data(data)


async def answer(call: Call, attachment: Attachment, *, thumbnail: bool = False) -> web.StreamResponse:
    """The file, or the part of it that was asked for."""
    file, media = await call.server.files.intake.open(attachment, thumbnail=thumbnail)
    try:
        size = await in_thread(file.seek, 0, 2)
        conditional = hdrs.IF_RANGE in call.request.headers  # there is no validator that it could name
        part = None if conditional else files.span(call.request.headers.get(hdrs.RANGE), size)
    except BaseException:
        file.close()
        raise
    start, end = part or (0, size)
    response = web.Response(status=206 if part else 200, body=_pieces(file, start, end))
    name = attachment.name if not thumbnail else f"{attachment.name.rpartition('.')[0]}.webp"
    response.headers.update(files.headers(name, media))
    response.headers[hdrs.CONTENT_LENGTH] = str(end - start)
    if part:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{end - 1}/{size}"
    return response


async def _pieces(file: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    def next_piece() -> bytes:
        return file.read(min(PIECE, end - file.tell()))

    with file:
        file.seek(start)
        while piece := await in_thread(next_piece):
            yield piece
