"""The messages that may match, newest first: those of the log's end, which the index has not come to, then the index's.

Whoever asks says how many are wanted next, holds them against the text, the filters and the rights, and goes on from
the number that was reached.
"""

from careline.core.actor import Actor
from careline.features.search import rules
from careline.features.search.index import SHIFT
from careline.features.search.rows import Place, Reach
from careline.features.search.stretches import MOST, Stretches
from careline.store.database import Tx

# How many facts that the index has not come to are looked at.
TAIL = 5_000


class Candidates:
    """Numbers are the log's; `first` is the oldest that may be found, `end` the one behind the newest, and what is not
    beyond `indexed` stands in the index.
    """

    def __init__(self, tx: Tx, actor: Actor, looked_for: rules.Query) -> None:
        self._tx = tx
        self._workspace_id = actor.workspace_id
        self._who = {"sees_all": int(actor.sees_all), "person_kind": actor.kind, "person_id": actor.id}
        self._query = looked_for
        self._stretches = Stretches()
        self._reach = Reach(0, 0, 0, 0)
        self.first, self.end, self.indexed = 1, 1, 0
        self._seen = 0

    async def begin(self, before: int, from_at: int | None, to_at: int | None) -> None:
        """Find out how far the log and the index reach, and which numbers the days asked for have."""
        self._reach = await self._tx.one(Reach, "search_reach", workspace_id=self._workspace_id) or self._reach
        if from_at is not None:
            self.first = await self._first_at(from_at)
        self.end = min(before, self._reach.head + 1 if to_at is None else await self._first_at(to_at))
        self.indexed = max(self._reach.seq, self.first - 1)
        self._seen = max(self.indexed, self.end - 1 - TAIL)

    @property
    def tail(self) -> tuple[int, int]:
        """The facts of the log's end, as far as one looks there: behind one number, up to another."""
        return max(self.indexed, self._reach.head - TAIL), self._reach.head

    async def _first_at(self, at: int) -> int:
        asked = {"workspace_id": self._workspace_id, "at": at, "end": self._reach.head + 1}
        return int(await self._tx.value("first_fact", **asked))

    def is_passing_over(self, before: int) -> bool:
        """Whether enough was seen of the log's end, and there is more of it."""
        return self.indexed + 1 < before <= self._seen + 1

    async def step(self, before: int, size: int) -> tuple[list[Place], int]:
        """The next ones, no more than `size`, and the number down to which there are no others."""
        if before <= self.indexed + 1:
            return await self._of_index(before, size)
        places = await self._tx.all(
            Place,
            "search_tail",
            workspace_id=self._workspace_id,
            rough=self._query.rough,
            floor=self._seen,
            before=before,
            most=size,
            **self._who,
        )
        return places, places[-1].place if len(places) == size else self._seen + 1

    async def _of_index(self, before: int, size: int) -> tuple[list[Place], int]:
        base = self._reach.number << SHIFT
        stretches: list[int] = []
        floor = base + self.first - 1
        if not self._reach.has_order:
            stretches, first = self._stretches.next(base + before, size)
            floor = max(first - 1, floor)
        said = {field: getattr(self._query, field) for field in ("words", "grams", "lexemes", "part")}
        where = {"stretches": stretches, "floor": floor, "before": base + before, "few": MOST, "most": size}
        places = await self._tx.all(Place, "search_index", **said, **where, **self._who)
        if places and places[0].among == MOST:
            self._stretches.were_full(base + before)
            return [], before
        reached = (places[-1].place if len(places) == size else floor + 1) - base
        self._stretches.held(before - reached, len(places))
        return places, reached
