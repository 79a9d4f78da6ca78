"""One listener and how far it has heard. No sockets here: bytes go out through a function it was given."""

from collections.abc import Callable
from itertools import count
from typing import Protocol

from msgspec import Struct

from careline.core.actor import Actor
from careline.core.events import Recorded, Signal

BUFFERED_BYTES = 1 << 20
HELD_FRAMES = 10_000
HELD_BYTES = 4 << 20
_numbers = count(1)


class Speech(Protocol):
    """How a wire words facts and signals. Pure; None where the wire is silent about it.

    `view` says to whom: `staff` or `contact`, then `/author` for the author's own connections and `/origin` for the
    one whose command it was.
    """

    def encode(self, recorded: Recorded, view: str) -> bytes | None: ...
    def encode_signal(self, signal: Signal, view: str) -> bytes | None: ...


class News(Struct, frozen=True):
    """A message that somebody has received, with all before it in its conversation."""

    conversation_id: str
    message_id: str
    seq: int


class Write(Protocol):
    """Takes whole frames, to be sent in this order."""

    def __call__(self, *frames: bytes) -> None: ...


Held = tuple[bytes, int | None, News | None]  # a frame, its number in the log, and what is received with it


class Connection:
    """Gets everything of its audience in order, or is closed.

    `write` takes prebuilt frames; `buffered` tells how many bytes the peer has not taken yet; `hang_up(code, reason)`
    closes. While the past is read, what happens is held; the hold is bounded, and then the past must be read anew.
    `news`, where it is kept, is what each conversation has brought since it was last emptied.
    """

    __slots__ = (
        "_buffered", "_held", "_held_bytes", "actor", "conversation_id", "hang_up", "id", "keys",
        "news", "overflowed", "person", "seq", "slow", "view", "view_author", "view_origin", "wire",
        "write",
    )  # fmt: skip

    def __init__(
        self,
        actor: Actor,
        wire: Speech,
        write: Write,
        buffered: Callable[[], int],
        hang_up: Callable[[int, str], None],
        *,
        conversation_id: str | None = None,
        news: dict[str, News] | None = None,
    ) -> None:
        self.id = f"c{next(_numbers)}"
        self.actor = actor
        self.person = actor.person
        self.wire = wire
        self.conversation_id = conversation_id
        self.keys = {
            actor.credential,
            self.person,
            f"{conversation_id}/{self.person}",
            f"conversation:{conversation_id}",
        }
        self.view = (wire, actor.kind)
        self.view_author = (wire, f"{actor.kind}/author")
        self.view_origin = (wire, f"{actor.kind}/origin")
        self.hang_up = hang_up
        self.seq = 0
        self.slow = False
        self.overflowed = False
        self.news = news
        self.write = write
        self._buffered = buffered
        self._held: list[Held] | None = None
        self._held_bytes = 0

    def hold(self) -> None:
        """Join first, then read the past: what happens meanwhile waits its turn."""
        self._held, self._held_bytes, self.overflowed = [], 0, False

    def release(self, past: list[Held]) -> None:
        """Say the past, then what was held; where they overlap, say it once."""
        held, self._held = self._held or [], None
        for frame, seq, news in (*past, *held):
            self.push(frame, seq, news)

    def push(self, frame: bytes, seq: int | None, news: News | None = None) -> None:
        """Hand over one frame; `seq` is None for what has no place in the log."""
        if self.takes(frame, seq, news):
            self.write(frame)

    def takes(self, frame: bytes, seq: int | None, news: News | None = None) -> bool:
        """Whether the frame is to be written, in the order in which this was asked: it is not while the past is read,
        nor where it has been heard, nor to who is too slow.
        """
        if self._held is not None:
            self._hold(frame, seq, news)
            return False
        if seq is not None:
            if seq <= self.seq:
                return False
            self.seq = seq
        if self.slow:
            return False
        if self._buffered() > BUFFERED_BYTES:
            # Never wait for the slow: nothing is lost, it resumes where it stopped.
            self.slow = True
            self.hang_up(4413, "too slow: reconnect and resume")
            return False
        if news is not None and self.news is not None:
            self.news[news.conversation_id] = news
        return True

    def _hold(self, frame: bytes, seq: int | None, news: News | None) -> None:
        assert self._held is not None
        self._held_bytes += len(frame)
        if len(self._held) >= HELD_FRAMES or self._held_bytes > HELD_BYTES:
            self.overflowed = True
            self._held.clear()
            self._held_bytes = 0
        self._held.append((frame, seq, news))
