"""A form with several files: read whole before anything of it is stored, fields and files in any order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import BodyPartReader, hdrs
from msgspec import Struct

from careline.core.errors import BadRequest, TooLarge
from careline.features.attachments.intake import Intake
from careline.features.attachments.rows import Allowance, Stored
from careline.store.blobs import Spool
from careline.wires.http import Call
from careline.wires.uploads import (
    AROUND,
    BROKEN,
    FIELDS,
    PIECE,
    Body,
    broken,
    check_encoding,
    expect,
    open_form,
    read_field,
)

FIELD_BYTES = PIECE
# A part's end is found in what follows it: so much of that is read with it, and handed back.
AHEAD = 3 * PIECE


class Arrived(Struct, frozen=True):
    """A file of the form, not looked at yet."""

    name: str
    declared: str
    spool: Spool


class Form(Struct):
    """What came: the fields, each once, and the files, which are gone at the end unless they are kept."""

    fields: dict[str, str]
    files: list[Arrived]
    intake: Intake

    @asynccontextmanager
    async def kept(self, allowed: Allowance) -> AsyncIterator[list[Stored]]:
        """All the files, looked at and safe; inside, their rows are to be written. One that is refused, or a refusal
        inside, and nothing is left of any.
        """
        async with AsyncExitStack() as stack:
            stored = []
            while self.files:
                file = self.files.pop(0)
                keeping = self.intake.keep(file.spool, file.name, file.declared, allowed)
                stored.append(await stack.enter_async_context(keeping))
            yield stored


def wait(call: Call, files: int) -> None:
    """Let the request be as large as so many files, also when it is going to be refused."""
    expect(call, files * call.server.settings.attachment_bytes + FIELD_BYTES)


@asynccontextmanager
async def read(
    call: Call, field: str, files: int, who: tuple[str, ...], count: Callable[[], None]
) -> AsyncIterator[Form]:
    """The whole form, with at most so many files named `field`, from whoever (`who`) has an upload to spare.

    `count` is called before each file and may refuse it. A part without a name for its file and without content is the
    place of a file that was not chosen. Fields that nobody asks for are there as well.
    """
    form = Form({}, [], call.server.files.intake)
    with call.server.files.uploading(*who):
        try:
            try:
                await _read(form, call, field, files, count)
            except BROKEN:
                raise broken() from None
            yield form
        finally:
            for file in form.files:
                form.intake.drop(file.spool)


async def _read(form: Form, call: Call, field: str, files: int, count: Callable[[], None]) -> None:
    most, body = call.server.settings.attachment_bytes, Body(call.request.content)
    told = f"At most {files} files of {most} bytes each."
    parts = open_form(call, body, files * (most + AROUND) + FIELD_BYTES, told)
    while True:
        body.left = AROUND
        part = await parts.next()
        if part is None:
            break
        if not isinstance(part, BodyPartReader) or not part.name:
            raise BadRequest("The form has a part without a name, or a form in it.")
        if part.filename is None:
            body.left = FIELD_BYTES + AHEAD
            await _take_field(form, part, part.name)
        elif part.name != field:
            raise BadRequest(f"The files of the form are named {field}.")
        else:
            body.left = most + AHEAD
            await _take_file(form, part, most, files, count)
    while await body.read(PIECE):
        pass


async def _take_field(form: Form, part: BodyPartReader, name: str) -> None:
    if name in form.fields or len(form.fields) == FIELDS:
        raise BadRequest(f"A form has at most {FIELDS} fields, each once.")
    form.fields[name] = await read_field(part, FIELD_BYTES)


async def _take_file(form: Form, part: BodyPartReader, most: int, files: int, count: Callable[[], None]) -> None:
    check_encoding(part)
    chunks = _chunks(part)
    first = await anext(chunks, b"")
    if not part.filename and not first:
        return
    if len(form.files) == files:
        raise TooLarge(f"At most {files} files.")
    count()
    spool = await form.intake.spool(_whole(first, chunks), most)
    form.files.append(Arrived(part.filename or "", part.headers.get(hdrs.CONTENT_TYPE, ""), spool))


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while not part.at_eof():
        if chunk := await part.read_chunk(PIECE):
            yield bytes(chunk)


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
