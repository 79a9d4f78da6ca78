"""What the store holds when a run is over: once as its API tells it, once as its tables have it."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

import aiohttp
import apsw
import asyncpg
import msgspec
from msgspec import Struct

from careline.core.page import Cursors
from careline.wires.native.frames import USE
from tests.faults.cast import WORKSPACE, Cast
from tests.faults.link import sha


class Stored(Struct, frozen=True):
    id: str
    conversation: str
    seq: int
    sender: str
    client_id: str
    sha: str


class Fact(Struct, frozen=True):
    """A row of the log. `message` is what was sent, or how far `reader` has read."""

    seq: int
    type: str
    conversation: str
    message: str
    reader: str


class Unread(Struct, frozen=True):
    """What one side of a conversation is said to have left, and what counting its messages and marks gives."""

    conversation: str
    side: str
    said: int
    counted: int


class Final(Struct):
    """`pages` is the whole history as the API tells it, `positions` the number behind each cursor of a run."""

    messages: list[Stored]
    facts: list[Fact]
    head: int
    pages: dict[str, list[tuple[str, str]]]
    unread: list[Unread]
    readers: dict[tuple[str, str], int]
    positions: dict[str, int]
    hears: dict[str, frozenset[str]]


class Mark(Struct, frozen=True):
    conversation: str
    side: str
    first: int
    last: int


async def look(cast: Cast, url: str, cursors: Iterable[str]) -> Final:
    """Read everything, through the running server and beside it."""
    rows = await _tables(cast.database)
    messages = [Stored(i, c, s, f"{k}:{p}", n or "", sha(b)) for i, c, s, k, p, n, b in rows["messages"]]
    marks = [Mark(*row) for row in rows["marks"]]
    opened = Cursors(bytes.fromhex(rows["key"][0][0]))
    return Final(
        messages=messages,
        facts=[_fact(*row) for row in rows["facts"] if row[0] is not None],
        head=rows["head"][0][0],
        pages=await _pages(cast, url),
        unread=list(_unread(rows["unread"], messages, marks)),
        readers={(c, f"{k}:{p}"): up_to for c, k, p, up_to in rows["readers"]},
        positions={c: opened.decode(c, WORKSPACE, USE) for c in set(cursors)},
        hears={p.person: frozenset(p.hears) for p in cast.people.values()},
    )


QUESTIONS = {
    "messages": "SELECT id, conversation_id, seq, sender_kind, sender_id, client_id, body FROM messages ORDER BY seq",
    "facts": "SELECT seq, conversation_id, body FROM events ORDER BY seq",
    "head": "SELECT seq FROM heads WHERE workspace_id <> ''",
    "unread": "SELECT id, staff_unread, contact_unread FROM conversations",
    "readers": "SELECT conversation_id, reader_kind, reader_id, up_to FROM readers WHERE kind = 'read'",
    "marks": "SELECT conversation_id, reader_kind, from_seq, to_seq FROM marks WHERE kind = 'read'",
    "key": "SELECT value FROM server WHERE key = 'cursor_key'",
}


async def _tables(database: str) -> dict[str, list[Any]]:
    """Every question answered from one snapshot."""
    if not database.startswith("postgresql"):
        with closing(apsw.Connection(database, flags=apsw.SQLITE_OPEN_READONLY)) as db, db:
            return {name: db.execute(question).fetchall() for name, question in QUESTIONS.items()}
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {name: [tuple(r) for r in await connection.fetch(q)] for name, q in QUESTIONS.items()}
    finally:
        await connection.close()


def _fact(seq: int, conversation: str | None, body: str) -> Fact:
    said = msgspec.json.decode(body)
    reader = f"{said['reader_kind']}:{said['reader_id']}" if said["type"] == "message.read" else ""
    return Fact(seq, said["type"], conversation or "", said.get("message_id") or said.get("up_to") or "", reader)


def _unread(rows: list[Any], messages: list[Stored], marks: list[Mark]) -> Iterable[Unread]:
    for conversation, by_staff, by_contact in rows:
        for side, other, said in (("staff", "contact", by_staff), ("contact", "staff", by_contact)):
            read = [m for m in marks if (m.conversation, m.side) == (conversation, side)]
            seqs = [m.seq for m in messages if m.conversation == conversation and m.sender.startswith(f"{other}:")]
            left = sum(not any(m.first <= seq <= m.last for m in read) for seq in seqs)
            yield Unread(conversation, side, said, left)


async def _pages(cast: Cast, url: str) -> dict[str, list[tuple[str, str]]]:
    """The history of every conversation, page by page, as Ana sees it."""
    found: dict[str, list[tuple[str, str]]] = {}
    headers = {"Authorization": f"Bearer {cast.people['ana'].token}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:
        for conversation in cast.people["ana"].hears:
            told, before = found.setdefault(conversation, []), ""
            while True:
                query = {"limit": "100"} | ({"before": before} if before else {})
                async with http.get(f"{url}/v1/conversations/{conversation}/messages", params=query) as answer:
                    page = await answer.json()
                told[:0] = [(m["id"], sha(m["body"])) for m in page["items"]]
                before = page["before"] or ""
                if not before:
                    break
    return found


async def is_sound(database: str) -> bool:
    """Whether the engine finds nothing wrong with its own files; only SQLite can be asked in a moment."""
    if database.startswith("postgresql"):
        return True
    with closing(apsw.Connection(database, flags=apsw.SQLITE_OPEN_READONLY)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
