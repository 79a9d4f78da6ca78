"""The files of the demo's conversations, made on the spot: a picture of a shelf, and a leaflet on one page."""

import io
from collections.abc import AsyncIterator

from PIL import Image, ImageDraw

from careline.core.actor import Actor
from careline.features.attachments.actions import add_attachment, may_upload
from careline.features.attachments.intake import Intake
from careline.store.database import Database

_LEAFLET = [
    (20, "Greenleaf Pharmacy"),
    (13, "How to use your sunscreen"),
    (11, ""),
    (11, "1. Twenty minutes before going out, and again every two hours."),
    (11, "2. After swimming, even if the bottle says waterproof."),
    (11, "3. Two fingers' length for face and neck; do not forget the ears."),
    (11, "4. Children under one year stay in the shade."),
    (11, ""),
    (11, "Questions? Write to us whenever you like."),
]


def shelf() -> bytes:
    """Three bottles of sunscreen on a shelf, as a PNG."""
    image = Image.new("RGB", (960, 640), "#eef3f1")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 500), fill="#e3ece8")
    for left, height, colour in ((150, 300, "#f2a93b"), (390, 340, "#f08a3c"), (630, 280, "#e7c65a")):
        top = 500 - height
        draw.rounded_rectangle((left, top, left + 180, 506), radius=34, fill=colour)
        draw.rounded_rectangle(
            (left + 55, top - 54, left + 125, top + 12), radius=12, fill="#ffffff", outline="#c8d2cd"
        )
        draw.rounded_rectangle((left + 22, top + 80, left + 158, top + 190), radius=14, fill="#fffaf0")
        draw.ellipse((left + 66, top + 96, left + 114, top + 144), fill=colour)
        draw.rectangle((left + 44, top + 158, left + 136, top + 166), fill="#b9c4be")
    draw.rectangle((0, 500, 960, 540), fill="#b98b5e")
    draw.rectangle((0, 540, 960, 640), fill="#d9e2de")
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


def leaflet() -> bytes:
    """A PDF of one page."""
    lines, y = [], 780
    for size, words in _LEAFLET:
        escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        lines.append(f"BT /F1 {size} Tf 60 {y} Td ({escaped}) Tj ET")
        y -= size + 12
    page = "\n".join(lines).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    whole, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    whole += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return whole + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, whole.index(b"xref\n"))


async def upload(database: Database, intake: Intake, actor: Actor, name: str, media: str, data: bytes) -> str:
    """Take the file in as every upload is; its id."""

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    allowed = await database.read(may_upload, actor, None)
    async with intake.receive(chunks(), name, media, allowed) as stored:
        return (await database.write(add_attachment, actor, stored, None)).id
