"""Each workspace's facts, back in order and without gaps, whoever committed them and whenever one hears of it.

Commits of several connections and processes finish out of turn. Because a workspace's numbers have no holes, the tail
always knows exactly what it lacks: it gives a slower commit of this process a moment, then asks the log. That is the
path that catches up with other processes too, whose hints carry a workspace and a number and nothing else.

The log may show a fact before this process hears that its own commit has ended. It does not know whose command the fact
answers, so what this process is about to commit is told beforehand, and is said in the place of what the log has.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from careline.core.errors import Refused
from careline.core.events import Recorded

logger = logging.getLogger("careline.tail")
PATIENCE = 0.02
RING = 2_000
PAGE = 500
# At a time one body of a process decides with the workspace's lock and one without; the others have failed.
CLAIMS = 8

ReadLog = Callable[[str, int, int], Awaitable[list[Recorded]]]


class _Followed:
    """One workspace: the next number to say, what arrived too early, what is being committed here, and the last facts
    said.
    """

    __slots__ = ("early", "grown", "known", "next", "ours", "place", "refill", "ring")

    def __init__(self, last: int, place: int) -> None:
        self.place = place
        self.next = last + 1
        self.known = last
        self.early: dict[int, Recorded] = {}
        self.ours: dict[int, list[Recorded]] = {}
        self.ring: deque[Recorded] = deque(maxlen=RING)
        self.refill: asyncio.Task[None] | None = None
        self.grown: asyncio.Future[None] | None = None


class Tail:
    """`deliver` is called with every fact of a followed workspace, in order, once; with all that can be said now."""

    def __init__(self, deliver: Callable[[list[Recorded]], None], read_log: ReadLog) -> None:
        self._deliver = deliver
        self._read_log = read_log
        self._followed: dict[str, _Followed] = {}

    def follow(self, workspace_id: str, last: int) -> None:
        """Begin after number `last`; following it already is no change."""
        if workspace_id not in self._followed:
            self._followed[workspace_id] = _Followed(last, len(self._followed))

    def follows(self, workspace_id: str) -> bool:
        return workspace_id in self._followed

    def is_among(self, workspace_id: str, first: int) -> bool:
        """Whether it is one of so many workspaces that were followed first."""
        followed = self._followed.get(workspace_id)
        return followed is not None and followed.place < first

    @property
    def count(self) -> int:
        """How many workspaces are followed; none is ever given up."""
        return len(self._followed)

    @property
    def workspaces(self) -> list[str]:
        return list(self._followed)

    @property
    def lag(self) -> int:
        """Facts known to be committed and not said yet."""
        return sum(followed.known - followed.next + 1 for followed in self._followed.values())

    def last(self, workspace_id: str) -> int:
        """The number of the fact said last."""
        return self._followed[workspace_id].next - 1

    def heard(self, workspace_id: str) -> int | None:
        """The same, or None for a workspace that is not followed."""
        followed = self._followed.get(workspace_id)
        return None if followed is None else followed.next - 1

    def committing(self, facts: list[Recorded]) -> None:
        """Facts that this process may be about to commit: somebody else may yet take their numbers. Kept until those
        are said. May be called in any thread.
        """
        followed = self._followed.get(facts[0].workspace_id)
        if followed is not None:
            for recorded in facts:
                if recorded.seq >= followed.next:
                    claims = followed.ours.setdefault(recorded.seq, [])
                    claims.append(recorded)
                    del claims[:-CLAIMS]

    def committed(self, facts: list[Recorded]) -> None:
        """Facts that this process has just committed."""
        followed = self._followed.get(facts[0].workspace_id)
        if followed is None:
            return
        for recorded in facts:
            if recorded.seq >= followed.next:
                followed.early[recorded.seq] = recorded
        followed.known = max(followed.known, facts[-1].seq)
        self._drain(facts[0].workspace_id, followed)

    def wake(self, workspace_id: str, seq: int) -> None:
        """A hint that the log of the workspace reaches at least this number."""
        followed = self._followed.get(workspace_id)
        if followed is not None and seq > followed.known:
            followed.known = seq
            self._drain(workspace_id, followed)

    def recent(self, workspace_id: str, since: int) -> list[Recorded] | None:
        """The facts after `since` from memory, or None when memory does not reach back that far."""
        followed = self._followed[workspace_id]
        if since >= followed.next - 1:
            return []
        ring = followed.ring
        if not ring or ring[0].seq > since + 1:
            return None
        return [recorded for recorded in ring if recorded.seq > since]

    async def growth(self, workspace_id: str) -> None:
        """Wait until the workspace has a fact more than now; all who wait share one future."""
        followed = self._followed[workspace_id]
        if followed.grown is None:
            followed.grown = asyncio.get_running_loop().create_future()
        await asyncio.shield(followed.grown)

    def remember(self, workspace_id: str, facts: list[Recorded]) -> None:
        """Older facts, read from the log: put before those in memory where they join on, so that whoever comes back
        after a restart need not all read them anew.
        """
        followed = self._followed[workspace_id]
        ring = followed.ring
        first = ring[0].seq if ring else followed.next
        older = [recorded for recorded in facts if recorded.seq < first]
        if older and older[-1].seq == first - 1:
            ring.extendleft(reversed(older[-(RING - len(ring)) :] if len(ring) < RING else []))

    def _say(self, followed: _Followed) -> None:
        if followed.grown is not None and followed.next in followed.early:
            followed.grown.set_result(None)
            followed.grown = None
        facts = []
        while (recorded := followed.early.pop(followed.next, None)) is not None:
            followed.ours.pop(followed.next, None)
            followed.next += 1
            facts.append(recorded)
        if not facts:
            return
        try:
            self._deliver(facts)
        finally:
            for recorded in facts:
                _amend(followed.ring, recorded)
                followed.ring.append(recorded)

    def _drain(self, workspace_id: str, followed: _Followed) -> None:
        self._say(followed)
        if followed.known >= followed.next and followed.refill is None:
            followed.refill = asyncio.create_task(self._fill(workspace_id, followed))

    async def _fill(self, workspace_id: str, followed: _Followed) -> None:
        """Read what is missing from the log until nothing known is missing any more."""
        try:
            await asyncio.sleep(PATIENCE)
            while followed.known >= followed.next:
                before = followed.next
                try:
                    found = await self._read_log(workspace_id, followed.next - 1, PAGE)
                except Exception as error:
                    # The database is away, or worse: a hint that is known already would not have it read again.
                    if not isinstance(error, Refused):
                        logger.error("reading the log failed", extra={"fields": {"error": type(error).__name__}})
                    found = []
                for recorded in found:
                    followed.early.setdefault(recorded.seq, _our_own(followed, recorded))
                    followed.known = max(followed.known, recorded.seq)
                self._say(followed)
                if followed.next == before:  # nothing yet, or a log with a hole, which must not be asked without end
                    await asyncio.sleep(PATIENCE * 10)
        finally:
            followed.refill = None


def _our_own(followed: _Followed, found: Recorded) -> Recorded:
    """The same fact as this process recorded it, where it did."""
    for ours in followed.ours.get(found.seq, ()):
        if (ours.event, ours.actor, ours.at) == (found.event, found.actor, found.at):
            return ours
    return found


def _amend(ring: deque[Recorded], recorded: Recorded) -> None:
    """Keep memory as truthful as the log, which joins rows and people as they are now: what was taken back is told to
    nobody who comes later, and nothing to somebody who has left.
    """
    rewritten, gone = recorded.event.rewrites, recorded.event.shuts_out
    for earlier in ring if rewritten or gone else ():
        if earlier.conversation_id != recorded.conversation_id:
            continue
        if rewritten and getattr(earlier.about, "id", None) == rewritten:
            earlier.about = recorded.about
            earlier.frames.clear()
        elif rewritten and recorded.about is not None and getattr(earlier.about, "quotes", None) == rewritten:
            earlier.about = earlier.about.quoting(recorded.about)
            earlier.frames.clear()
        if gone:
            earlier.people = tuple(person for person in earlier.people if person != gone)
