"""What a client saw, line by line: an append-only file that outlives whatever happens to the server.

A line is an `invoke` (about to ask), then `ok` (answered), `fail` (refused: it did not happen) or `info` (no answer: it
may have happened). What a socket hears by itself is an `ok` of its own.
"""

import os
import time
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

BATCH = 200

Kind = Literal["invoke", "ok", "fail", "info"]
What = Literal["send", "page", "mark", "join", "hear"]


class Line(Struct, omit_defaults=True, frozen=True):
    """`at` is monotonic nanoseconds, `op` the client's own number of the operation (0: nobody asked for it).

    `items` are the messages of a page, as `(id, sha)`; `connection` counts the client's sockets; `since` is the cursor
    a socket was resumed from, `cursor` the one that came with what was heard.
    """

    at: int
    client: str
    kind: Kind
    what: What
    op: int = 0
    conversation: str = ""
    message: str = ""
    client_id: str = ""
    sha: str = ""
    items: tuple[tuple[str, str], ...] = ()
    cursor: str = ""
    since: str = ""
    connection: int = 0
    reset: bool = False
    person: str = ""
    why: str = ""


_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


class History:
    """One client's file. Lines are forced to disk in batches and when it is closed."""

    def __init__(self, folder: Path, client: str) -> None:
        self.client = client
        self._file = (folder / f"{client}.jsonl").open("ab")
        self._waiting = 0

    def write(self, kind: Kind, what: What, **values: object) -> None:
        line = Line(time.monotonic_ns(), self.client, kind, what, **values)  # type: ignore[arg-type]
        self._file.write(_encode(line) + b"\n")
        self._waiting += 1
        if self._waiting >= BATCH:
            self.sync()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._waiting = 0

    def close(self) -> None:
        if not self._file.closed:
            self.sync()
            self._file.close()


def read(folder: Path) -> list[Line]:
    """Every client's lines, each client's in its own order."""
    return [_decode(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
