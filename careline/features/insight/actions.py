"""The figures: added up behind the log, piece by piece, and read by day."""

from msgspec import Struct, structs

from careline.core.actor import Actor
from careline.features.insight import rules
from careline.features.insight.rows import Counts, Day, Fact, Figures, Span, Waiting
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx

# How many facts are added up at once: a few milliseconds of work.
AT_ONCE = 500


class _Workspace(Struct):
    workspace_id: str


class Piece(Struct):
    """What the facts of the log from `before` to `seq` add to the figures of a workspace."""

    workspace_id: str
    before: int
    seq: int
    more: bool
    people: dict[rules.Key, Counts]
    days: list[Day]
    waiting: list[Waiting]
    settled: list[str]


class Insight(Struct):
    """The days of a span with the whole workspace's figures or one staff member's, and the staff's over all of it."""

    zone: str
    span: Span
    days: list[Day]
    staff: dict[str, Counts]
    active_contacts: int


async def workspaces_behind(tx: Tx, actor: Actor) -> list[str]:
    """The workspaces whose log goes further than their figures."""
    return [row.workspace_id for row in await tx.all(_Workspace, "insight_behind")]


async def next_piece(tx: Tx, actor: Actor) -> Piece | None:
    """What the next facts of the workspace add, None where there are none. Nothing is written, and nobody waits."""
    place = {"workspace_id": actor.workspace_id}
    zone = settings_of(await workspace_of(tx, actor)).time_zone
    before = int(await tx.value("insight_reached", **place) or 0)
    facts = await tx.all(Fact, "insight_facts", after=before, most=AT_ONCE, **place)
    if not facts:
        return None
    told = [fact for fact in facts if rules.is_counted(fact)]
    about = sorted({fact.conversation_id for fact in told if fact.conversation_id})
    found = await tx.all(Waiting, "insight_waiting", ids=about, **place) if about else []
    waiting = {row.conversation_id: row for row in found}
    people, moved = rules.counted(told, waiting, zone)
    known: set[rules.Key] = set()
    if people:
        days, ids = {day for day, _ in people}, {person.partition(":")[2] for _, person in people}
        rows = await tx.all(Figures, "insight_known", days=sorted(days), ids=sorted(ids), **place)
        known = {(row.day, f"{row.kind}:{row.person_id}") for row in rows if row.messages}
    return Piece(
        actor.workspace_id,
        before,
        facts[-1].seq,
        len(facts) == AT_ONCE,
        people,
        rules.by_day(people, known),
        [waiting[id_] for id_ in sorted(moved) if id_ in waiting],
        [id_ for id_ in sorted(moved) if id_ not in waiting],
    )


async def add_piece(tx: Tx, actor: Actor, piece: Piece) -> None:
    """Add it, once: where another process was quicker, its own counts."""
    place = {"workspace_id": piece.workspace_id}
    await tx.run("add_insight_reached", **place)
    if await tx.value("move_insight_reached", seq=piece.seq, before=piece.before, **place) is None:
        return
    people = [
        {"day": day, "kind": person.partition(":")[0], "person_id": person.partition(":")[2]}
        | structs.asdict(counts) | place
        for (day, person), counts in piece.people.items()
    ]  # fmt: skip
    writes = {
        "add_insight_people": people,
        "add_insight_days": [structs.asdict(day) | place for day in piece.days],
        "put_insight_waiting": [structs.asdict(waiting) | place for waiting in piece.waiting],
    }
    for name, rows in writes.items():
        if rows:
            await tx.many(name, rows)
    if piece.settled:
        await tx.run("forget_insight_waiting", ids=piece.settled, **place)


async def get_insight(
    tx: Tx, actor: Actor, *, days: int = 30, until: str | None = None, staff_id: str | None = None
) -> Insight:
    """The figures of the last days: everybody's, or one staff member's."""
    rules.may_see(actor, staff_id)
    zone = settings_of(await workspace_of(tx, actor)).time_zone
    span = rules.span(days, until, tx.now, zone)
    asked = {"workspace_id": actor.workspace_id, "first": span.first, "last": span.last}
    rows = await tx.all(Figures, "insight_of_staff", staff_id=staff_id or "", **asked)
    staff: dict[str, Counts] = {}
    for row in rows:
        staff.setdefault(row.person_id, Counts()).add(rules.counts_of(row))
    if staff_id is not None:
        return Insight(zone, span, rules.every_day(span, [rules.day_of(row) for row in rows]), staff, 0)
    found = await tx.all(Day, "insight_days", **asked)
    contacts = int(await tx.value("insight_contacts", **asked))
    return Insight(zone, span, rules.every_day(span, found), staff, contacts)
