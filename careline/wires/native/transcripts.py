"""A transcript in its three forms: for programs, for eyes, for paper."""

import unicodedata
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from careline.core.actor import Kind
from careline.core.errors import Invalid
from careline.features.desk.transcripts import Cover, attached
from careline.features.messages.rows import Message, MessageKind
from careline.wires.native import shapes

Format = Literal["json", "text", "pdf"]
_SIDES = {"staff": "staff", "contact": "contact", "system": "system"}


class Line(Struct, frozen=True):
    """One message; `sent_at` is the time of `at` in the time zone of the transcript."""

    id: str
    at: int
    sent_at: str
    kind: MessageKind
    sender_kind: Kind
    sender_name: str
    body: str
    attachments: list[str]
    edited: bool
    deleted: bool


class Transcript(Struct, frozen=True):
    """What was said, oldest first; `before` asks for the part that came before, None where this is the beginning."""

    workspace: str
    subject: str | None
    time_zone: str
    made_at: str
    participants: list[shapes.Participant]
    items: list[Line]
    before: str | None


def zone(name: str) -> ZoneInfo:
    """The time zone, by its name in the IANA database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("time_zone", "A name such as Europe/London.") from None


def transcript(
    cover: Cover, messages: list[Message], side: str, where: ZoneInfo, now: int, before: str | None
) -> Transcript:
    """The transcript as a side may see it."""
    whole = shapes.whole_conversation(cover.conversation, side, cover.people, None)
    people = whole.participants if isinstance(whole.participants, list) else []
    items = [
        Line(
            m.id, m.created_at, _time(m.created_at, where), m.kind, m.sender_kind, m.sender_name, m.body, attached(m),
            m.edited_at is not None, m.deleted_at is not None,
        )
        for m in messages
    ]  # fmt: skip
    name, subject = cover.workspace.name, cover.conversation.subject
    return Transcript(name, subject, where.key, _time(now, where), people, items, before)


def as_text(told: Transcript) -> bytes:
    """Plain text. What somebody wrote is set in by four spaces, so that no line of it can pass for the next message."""
    parts = [told.subject or told.workspace, *_cover(told), ""]
    for line in told.items:
        parts.append(f"[{line.sent_at}] {_clean(line.sender_name)} ({_about(line)})")
        parts += [f"    {text}" for text in _lines(line)]
    return ("\n".join(parts) + "\n").encode()


def as_document(told: Transcript) -> bytes:
    """What the typesetter takes."""
    said = [
        {
            "who": _printable(_clean(line.sender_name)),
            "about": f"{line.sent_at} · {_about(line)}",
            "lines": [_printable(text) or " " for text in _lines(line)],
        }
        for line in told.items
    ]
    title = _printable(told.subject or told.workspace)
    return msgspec.json.encode({"title": title, "cover": [_printable(line) for line in _cover(told)], "said": said})


def filename(conversation_id: str, now: int, ending: str) -> str:
    """A name of letters, digits and dashes, whatever the id may be."""
    safe = "".join(c for c in conversation_id if c.isascii() and (c.isalnum() or c == "-"))[:36]
    return f"transcript-{datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%d}-{safe}.{ending}"


def _cover(told: Transcript) -> list[str]:
    people = ", ".join(f"{_clean(p.name or 'a visitor')} ({_SIDES[p.kind]})" for p in told.participants)
    lines = [told.workspace, f"With {people}"]
    lines.append(f"Made {told.made_at}; times are those of {told.time_zone}")
    return [*lines, "What was said before this is in another part."] if told.before else lines


def _time(at: int, where: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1000, where).isoformat(" ", "seconds")


def _about(line: Line) -> str:
    words = [_SIDES[line.sender_kind], "note" if line.kind == "note" else "", "edited" if line.edited else ""]
    return ", ".join(word for word in words if word)


def _lines(line: Line) -> list[str]:
    if line.deleted:
        return ["(taken back)"]
    said = [_clean(text) for text in line.body.splitlines()]
    return [*said, *(f"Attached: {_clean(name)}" for name in line.attachments)]


def _clean(text: str) -> str:
    """Without what moves a cursor or turns the direction of what stands around it (CVE-2021-42574)."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in _TURNING)


_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _printable(text: str) -> str:
    """With pictures told in words: the typesetter's fonts have none of them."""
    if text.isascii():
        return text
    return "".join(_in_words(c) for c in text)


def _in_words(character: str) -> str:
    if character in "\u200d\ufe0f\ufe0e" or 0x1F3FB <= ord(character) <= 0x1F3FF:
        return ""
    if ord(character) >= 0x1F000 and unicodedata.category(character) == "So":
        return f"[{unicodedata.name(character, 'picture').lower()}]"
    return character
