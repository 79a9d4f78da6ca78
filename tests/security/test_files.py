"""Files as attackers send them (SECURITY.md, section E): refused with a clear answer, and nothing is left of them."""

import asyncio
import io
import time
from pathlib import Path
from typing import Any

import filetype  # type: ignore[import-untyped]
import pytest

from careline.core.errors import Refused
from careline.features.attachments import contents, rules
from careline.wires import uploads as wire
from tests import made
from tests.made import PDF, document, fetches, form, old_document, photo, picture, uploads
from tests.security.raw import asks, exchange, request
from tests.world import World, stage

MOST = 1 << 20
SCRIPT = b"<script>alert(1)</script>"


def left_over(world: World) -> list[Path]:
    return [path for path in world.app.settings.files_folder.rglob("*") if path.is_file()]


async def refused(world: World, data: bytes, name: str, type_: str = "application/octet-stream") -> tuple[int, str]:
    async with world.http.post(
        world.url + "/v1/attachments", data=form(data, name, type_), headers=world.cara.headers
    ) as answer:
        said = await answer.json(content_type=None)
        assert answer.status >= 400, (name, said)
    assert left_over(world) == [], name
    return answer.status, said["code"]


NAMES = """
a.svg a.svgz a.html a.htm a.xhtml a.xml a.mht a.mhtml a.swf a.hta a.js a.mjs a.url a.lnk a.exe a.ps1 a.bat a.jar a.apk
a.docm a.xlsm a.zip a.tiff a.bmp a.ico a.heic a.eps a a. .pdf.exe a.pdf.exe a.ехе .htaccess
"""
TEXTS = (
    SCRIPT, b"<!DOCTYPE html>", b"  \n<html>", b"\xef\xbb\xbf<svg/>", b"<?xml version='1.0'?>", b"<?php echo 1;",
    b"MIME-Version: 1.0\n", b"[InternetShortcut]\nURL=x", b"#!/bin/sh\n", b"a\0b", b"\xff\xfe", b"caf\xe9",
)  # fmt: skip


async def test_only_types_of_the_list_are_taken_whatever_is_declared(here: World) -> None:
    for name in NAMES.split():
        for data, type_ in ((SCRIPT, "image/png"), (picture(), "image/png"), (b"MZ\x90\0", "text/plain")):
            assert await refused(here, data, name, type_) == (415, "file_type")


DISGUISES: dict[str, tuple[str, bytes]] = {
    "a program as a picture": ("a.jpg", b"MZ\x90\0" + bytes(500)),
    "a page as a PDF": ("a.pdf", b"<html>%PDF-1.4"),
    "junk before a PDF": ("a.pdf", b"junk" + PDF),
    "a PDF that is an archive too": ("a.pdf", PDF + document() + b"\n%%EOF"),
    "a PDF without an end": ("a.pdf", PDF[:40]),
    "a GIF that is a script": ("a.gif", b"GIF89a=1;/*" + bytes(8) + b"*/alert(1)"),
    "a GIF with a script behind it": ("a.gif", picture("GIF") + b"alert(1)"),
    "a picture with PHP behind it": ("a.jpg", picture("JPEG") + b"<?php system($_GET[0]); ?>"),
    "a picture with an archive behind it": ("a.jpg", picture("JPEG") + document()),
    "a PNG with a page behind it": ("a.png", picture() + SCRIPT),
    "a WebP with a page behind it": ("a.webp", picture("WEBP") + SCRIPT),
    "a picture under another picture's name": ("a.png", picture("JPEG")),
    "an archive as a document": ("a.docx", document(leave_out="[Content_Types].xml")),
    "a spreadsheet as a document": ("a.docx", document({"xl/workbook.xml": b""}, leave_out="word/document.xml")),
    "a document with macros": ("a.docx", document({"word/vbaProject.bin": b"x"})),
    "a document that climbs": ("a.docx", document({"../../etc/passwd": b"x"})),
    "a document with something before it": ("a.docx", b"PK\x03\x04junk" + document()),
    "a document with something behind it": ("a.docx", document() + SCRIPT),
    "half a document": ("a.docx", document()[:-30]),
    "an old spreadsheet as a document": ("a.doc", old_document("Workbook")),
    "an old document with macros": ("a.doc", old_document("WordDocument", "_VBA_PROJECT")),
    "RIFF that is no WebP": ("a.webp", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)),
}  # fmt: skip


async def test_name_declaration_and_content_agree(here: World) -> None:
    for what, (name, data) in DISGUISES.items():
        assert await refused(here, data, name) == (415, "file_type"), what
    for data in TEXTS:
        assert await refused(here, data, "a.txt", "text/plain") == (415, "file_type"), data
    assert await refused(here, picture(), "a.png", "text/html") == (415, "file_type")


def test_what_we_call_a_file_somebody_else_calls_it_too() -> None:
    for name, data in (
        ("a.jpg", picture("JPEG")), ("a.png", picture()), ("a.gif", picture("GIF")), ("a.webp", picture("WEBP")),
        ("a.pdf", PDF),
    ):  # fmt: skip
        assert filetype.guess_mime(data) == rules.type_of(name, "", data[:1024], svg=False).media
    for name, data in DISGUISES.values():
        if filetype.guess_mime(data) not in {t.media for t in rules.TYPES} | {"application/zip", None}:
            with pytest.raises(Refused):
                contents.check(io.BytesIO(data), name, "", svg=False)


async def test_pictures_that_are_bombs_or_broken_are_refused_and_nothing_waits_for_them(here: World) -> None:
    bombs = {
        "too many pixels": ("a.png", made.huge_png()),
        "too many frames": ("a.gif", made.animation(300)),
        "cut in the middle": ("a.jpg", photo()[:-200]),
        "cut in the middle too": ("a.png", picture(size=(300, 300))[:-40]),
        "a text to unpack": ("a.png", made.png_with_bomb()),
        "only a head": ("a.jpg", photo()[:20]),
        "only a signature": ("a.png", b"\x89PNG\r\n\x1a\n"),
    }
    pauses: list[float] = []
    while min(pauses, default=1) > 0.05:
        # Who waits for a picture does so every time; once is another program's turn on this machine.
        assert len(pauses) < 3, f"the loop was kept waiting: {pauses} s"
        slowest = asyncio.create_task(longest_pause())
        for what, (name, data) in bombs.items():
            assert await refused(here, data, name) == (422, "invalid"), what
        slowest.cancel()
        pauses.append(await slowest)


async def longest_pause() -> float:
    longest, before = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            longest, before = max(longest, now - before), now
    except asyncio.CancelledError:
        return longest


async def test_archives_that_are_bombs_are_never_unpacked(here: World) -> None:
    many = document({f"part{n}.xml": b"" for n in range(2_100)})
    assert await refused(here, many, "a.docx") == (422, "invalid")
    zeros = document({f"media/{n}.bin": bytes(70 << 20) for n in range(3)})
    assert len(zeros) < 400_000
    assert await refused(here, zeros, "a.docx") == (422, "invalid")
    twice = bytearray(document({"a.xml": b"a" * 100, "b.xml": b"b" * 100}))
    at = twice.index(b"PK\x01\x02")
    first = twice.index(b"PK\x01\x02", at + 4)
    twice[first + 42 : first + 46] = twice[at + 42 : at + 46]  # two entries that share their bytes
    assert await refused(here, bytes(twice), "a.docx") == (415, "file_type")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/x.pdf", "x.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("/abs/x.pdf", "x.pdf"),
        ("C:\\x.pdf", "x.pdf"),
        ("CON.pdf", "file_CON.pdf"),
        ("a:b.pdf", "a_b.pdf"),
        ("x. .pdf", "x.pdf"),
        (".pdf", "file.pdf"),
        ("....pdf", "file.pdf"),
        ("a\u202egnp.exe.pdf", "agnp.exe.pdf"),
        ("a\u200b\u2066\ufeff.PDF", "a.pdf"),
        ("\u202e.pdf", "file.pdf"),
        ("ü" * 300 + ".pdf", "ü" * 146 + ".pdf"),
        ("💊.pdf", "💊.pdf"),
        ("a%0d%0ab.pdf", "a_0d_0ab.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nX: y.pdf", "aX_ y.pdf"),
        ('"; filename="x.pdf', "_ filename=_x.pdf"),
    ],
)
def test_a_name_is_cleaned_for_people_and_goes_nowhere_else(sent: str, kept: str) -> None:
    pdf = next(t for t in rules.TYPES if t.media == "application/pdf")
    assert rules.clean_name(sent, pdf).replace("__ ", "_ ") == kept


async def test_the_header_of_a_download_is_one_line(here: World) -> None:
    for name in ('"; filename="x.pdf', "back\\slash.pdf", "💊 Rezept.pdf", "x" * 300 + ".pdf", "a'b(c).pdf"):
        stored = await uploads(here.cara, PDF, name.replace('"', "%22"), status=201)
        status, _, headers = await fetches(here.cara, f"/v1/attachments/{stored['id']}/content")
        said = headers["Content-Disposition"]
        assert status == 200 and said.isascii() and said.isprintable() and len(stored["name"]) <= 150
        assert said.startswith('attachment; filename="') and said.count('"') == 2 and "filename*=UTF-8''" in said
        names = [path.name for path in left_over(here)]
        assert all(len(n.partition(".")[0]) == 40 and n.isascii() for n in names)
        await here.cara.asks("DELETE", f"/v1/attachments/{stored['id']}")


async def test_an_empty_file_or_none_is_refused(here: World) -> None:
    assert await refused(here, b"", "a.txt") == (422, "invalid")
    assert await here.cara.status_of("POST", "/v1/attachments", json={"file": "x"}) == 415
    assert await here.cara.status_of("POST", "/v1/attachments", data=b"x" * 9) == 415


# How it comes ---------------------------------------------------------------------------------------------------------

BOUNDARY = "----careline"


def part(head: str, data: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"


def whole(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


FILE = 'name="file"; filename="a.txt"'


async def sent(world: World, body: bytes, *headers: str, declared: int | None = None, token: str | None = None) -> Any:
    lines = (
        f"Authorization: Bearer {token or world.cara.token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {len(body) if declared is None else declared}",
    )
    return await asks(world.url, "POST", "/v1/attachments", *lines, *headers, body=body)


async def test_forms_that_are_no_form_with_one_file(here: World) -> None:
    text = b"a text"
    assert (await sent(here, whole(part(FILE, text)))).status == 201
    for body, status in (
        (whole(part(FILE, text), part(FILE, text)), 400),
        (whole(*[part(f'name="f{n}"', b"") for n in range(10_000)]), 400),
        (whole(part('name="file"', b"x" * 900_000)), 400),
        (whole(part('name="other"; filename="a.txt"', text)), 400),
        (b"x" * 900_000 + whole(part(FILE, text)), 413),
        ((b"x" * 50 + b"\r\n") * 10_000 + whole(part(FILE, text)), 413),
        (whole(part(FILE, text)) + b"x" * 900_000, 413),
        (part(FILE, text), 400),
        (whole(), 400),
        (b"", 400),
        (b"\0" * 1_000, 400),
        (whole(part(FILE + "\r\nContent-Transfer-Encoding: base64", text)), 400),
        (whole(part(FILE + "\r\nContent-Type: multipart/mixed; boundary=x", text)), 400),
        (whole(part(FILE + "\r\nX: y" * 1_000, text)), 400),
        (whole(part("x" * 20_000, text)), 400),
    ):
        started = time.process_time()
        answer = await sent(here, body)
        # A line without end is too long before it is too much.
        assert answer.status == status or (status == 413 and answer.status == 400), (body[:60], answer.head)
        assert answer.closed and time.process_time() - started < 0.5
    assert len(left_over(here)) == 1


async def test_a_boundary_that_cannot_be(here: World) -> None:
    for type_ in ("multipart/form-data", "multipart/form-data; boundary=" + "x" * 100, "multipart/mixed; boundary=x"):
        headers = (f"Authorization: Bearer {here.cara.token}", f"Content-Type: {type_}", "Content-Length: 4")
        assert (await asks(here.url, "POST", "/v1/attachments", *headers, body=b"--x\r")).status in (400, 415)


async def test_who_may_not_upload_is_refused_before_the_body_is_read(here: World) -> None:
    """Only the head is sent: an answer means that nobody waited for the rest."""
    lonely = await here.writes("gus", "Gus", "greenleaf")

    async def status(token: str | None, target: str = "/v1/attachments", size: int = 1_000, type_: str = "") -> int:
        lines = [f"Content-Type: {type_ or f'multipart/form-data; boundary={BOUNDARY}'}", f"Content-Length: {size}"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        return (await exchange(here.url, request(here.url, "POST", target, *lines), until=b"}")).status

    assert await status(None) == 401
    assert await status("clc_wrong") == 401
    assert await status(lonely.token) == 404
    assert await status(here.cara.token, f"/v1/attachments?conversation_id={here.dev_conversation}") == 404
    assert await status(here.eve.token, f"/v1/attachments?conversation_id={here.conversation}") == 404
    assert await status(here.cara.token, "/v1/attachments?token=x") == 400
    assert await status(here.cara.token, "/v1/attachments?x=y") == 400
    assert await status(here.cara.token, size=11 << 20) == 413
    assert await status(here.cara.token, size=1 << 40) == 413
    assert await status(here.cara.token, type_="application/json") == 415
    assert left_over(here) == []


async def test_a_file_of_the_limit_is_taken_and_one_byte_more_is_not(tmp_path: Path) -> None:
    async with stage(tmp_path / "careline.db", attachment_bytes=MOST) as world:

        async def chunked(size: int) -> Any:
            async def body() -> Any:
                yield part(FILE, b"")[:-2]
                for at in range(0, size, 65_536):
                    yield b"x" * min(65_536, size - at)
                yield b"\r\n" + whole()

            headers = {**world.cara.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            async with world.http.post(world.url + "/v1/attachments", data=body(), headers=headers) as answer:
                return answer.status

        assert (await sent(world, whole(part(FILE, b"x" * MOST)))).status == 201
        assert await chunked(MOST) == 201
        assert len(left_over(world)) == 2
        assert (await sent(world, whole(part(FILE, b"x" * (MOST + 1))))).status == 413
        assert await chunked(MOST + 1) == 413
        assert len(left_over(world)) == 2
        # A length that lies: less than there is, more than there is.
        assert (await sent(world, whole(part(FILE, b"x" * 5_000)), declared=2_000)).status == 400
        body = whole(part(FILE, b"x" * 5_000))
        lines = (
            f"Authorization: Bearer {world.cara.token}",
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
            f"Content-Length: {len(body) + 9}",
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", int(world.url.rpartition(":")[2]))
        writer.write(request(world.url, "POST", "/v1/attachments", *lines, body=body))
        writer.write_eof()
        await reader.read()
        writer.close()
        await asyncio.sleep(0.1)
        assert len(left_over(world)) == 2


async def test_an_upload_that_stands_still_is_ended(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PROGRESS_S", 0.3)
    answer = await sent(here, part(FILE, b"x" * 100), declared=5_000)
    assert (answer.status, answer.code, answer.closed) == (408, "timeout", True)
    assert left_over(here) == []


async def test_somebody_has_four_uploads_at_once(here: World) -> None:
    open_ones = []
    for _ in range(4):
        _reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]))
        lines = (
            f"Authorization: Bearer {here.cara.token}",
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
            "Content-Length: 5000",
        )
        writer.write(request(here.url, "POST", "/v1/attachments", *lines, body=part(FILE, b"x")))
        open_ones.append(writer)
    await asyncio.sleep(0.3)
    assert await here.cara.status_of("POST", "/v1/attachments", data=form(PDF, "a.pdf")) == 429
    assert await here.ana.status_of("POST", "/v1/attachments", data=form(PDF, "a.pdf")) == 201
    for writer in open_ones:
        writer.close()
    await asyncio.sleep(0.3)
    assert await here.cara.status_of("POST", "/v1/attachments", data=form(PDF, "a.pdf")) == 201


async def test_curl_that_asks_first_is_told_to_go_on(here: World) -> None:
    body = whole(part(FILE, b"x"))
    answer = await sent(here, body, "Expect: 100-continue")
    assert answer.head.startswith("HTTP/1.1 100 Continue") and answer.answers == 2


# What is stored -------------------------------------------------------------------------------------------------------


async def test_a_damaged_file_is_given_to_nobody(here: World, caplog: pytest.LogCaptureFixture) -> None:
    stored = await uploads(here.cara, PDF, "a.pdf")
    (path,) = left_over(here)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    status, body, _ = await fetches(here.cara, f"/v1/attachments/{stored['id']}/content")
    assert status == 500 and b"integrity" in body and b"Catalog" not in body
    path.unlink()
    assert (await fetches(here.cara, f"/v1/attachments/{stored['id']}/content"))[0] == 500
    assert sum(record.levelname == "CRITICAL" for record in caplog.records) == 2


async def test_the_same_bytes_twice_are_two_files(here: World) -> None:
    for person in (here.cara, here.dev, here.fay):
        await uploads(person, PDF, "a.pdf", status=201)
    assert len(left_over(here)) == 3


async def test_without_room_there_are_no_files_but_messages(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careline.store.blobs.RESERVE", 1 << 60)
    assert await refused(here, PDF, "a.pdf") == (507, "storage_full")
    await here.cara.asks("POST", f"/v1/conversations/{here.conversation}/messages", json={"body": "hi"}, status=201)
    monkeypatch.undo()

    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("careline.store.blobs.os.link", full)
    assert await refused(here, PDF, "a.pdf") == (507, "storage_full")
    assert await refused(here, picture(), "a.png") == (507, "storage_full")
    await here.cara.asks("POST", f"/v1/conversations/{here.conversation}/messages", json={"body": "hi"}, status=201)


async def test_an_upload_holds_little_memory(here: World) -> None:
    """Sixteen at once, 8 MiB each: what they hold together is far below what they carry."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096

    people = [await here.writes(f"p{n}", "P", "greenleaf") for n in range(4)]
    for person in people:
        await here.talk(person)
    await uploads(people[0], b"x" * (8 << 20), "a.txt", status=201)
    before, peak = resident(), 0

    async def slowly(person: Any) -> None:
        async def body() -> Any:
            nonlocal peak
            yield part(FILE, b"")[:-2]
            piece = b"x" * 65_536
            for _ in range(128):
                yield piece
                peak = max(peak, resident())
            yield b"\r\n" + whole()

        headers = {**person.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        async with here.http.post(here.url + "/v1/attachments", data=body(), headers=headers) as answer:
            assert answer.status == 201

    await asyncio.gather(*[slowly(person) for person in people for _ in range(4)])
    each = (peak - before) / 16
    assert each < 1 << 20, f"{each / 1024:.0f} KiB each"


async def test_a_client_that_hangs_up_leaves_nothing(here: World) -> None:
    lines = (
        f"Authorization: Bearer {here.cara.token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        "Content-Length: 900000",
    )
    _reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]))
    writer.write(request(here.url, "POST", "/v1/attachments", *lines, body=part(FILE, b"x" * 400_000)))
    await asyncio.sleep(0.2)
    assert len(left_over(here)) == 1
    writer.close()
    await asyncio.sleep(0.3)
    assert left_over(here) == []
