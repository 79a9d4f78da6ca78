"""What the tests of the search share: asking as somebody, and an index that moves when it is told to."""

from typing import Any

from careline.core.actor import Actor, system
from careline.features.search import rules
from careline.features.search.actions import search_messages
from careline.features.search.index import SHIFT, follow_log
from careline.features.search.rows import Filters, Place, Reach
from careline.features.search.stretches import MOST, Stretches
from careline.store.database import Tx
from tests.world import GREENLEAF, Person, World


async def indexed(world: World, workspace_id: str = GREENLEAF) -> None:
    while (await world.app.database.write(follow_log, system(), workspace_id, 100)).facts:
        pass


async def finds(who: Person, typed: str, filters: Filters | None = None, **more: Any) -> list[str]:
    found, _ = await who.world.app.database.read_aside(search_messages, who.actor, typed, filters or Filters(), **more)
    return [one.message.body for one in found]


async def candidates(world: World, word: str) -> int:
    """How many messages the index itself holds the word against."""

    async def look(tx: Tx, actor: Actor) -> int:
        looked_for = rules.query(word + " ", "word", [])
        assert looked_for
        asked: dict[str, Any] = {name: getattr(looked_for, name) for name in ("words", "grams", "lexemes", "part")}
        at = await tx.one(Reach, "search_reach", workspace_id=GREENLEAF)
        assert at
        before = (at.number << SHIFT) + at.head + 1
        stretches, first = Stretches().next(before, 9)
        asked |= {"stretches": stretches, "floor": first - 1, "before": before, "few": MOST, "most": 9}
        asked |= {"sees_all": 1, "person_kind": "staff", "person_id": ""}
        return len(await tx.all(Place, "search_index", **asked))

    return await world.app.database.read(look, system())
