"""What facts add to the figures, who may see whose, and what a range of days may be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid
from careline.features.insight.rows import Counts, Day, Fact, Figures, Span, Waiting

MOST_DAYS = 366
QUARTER_MS = 900_000
_CLOSED = ("closed", "archived")
Key = tuple[str, str]  # a day and a person as `kind:id`


class _Said(msgspec.Struct):
    type: str
    kind: str = "text"
    status: str | None = None


_read = msgspec.json.Decoder(_Said).decode
# Most facts are none of these: that is seen from their first bytes, before anything is read.
_COUNTED = ('{"type":"message.sent"', '{"type":"conversation.updated"', '{"type":"conversation.deleted"')


def may_see(actor: Actor, staff_id: str | None) -> None:
    """Administrators see everybody's figures, other staff their own."""
    if not actor.is_admin and (actor.kind != "staff" or staff_id != actor.id):
        raise Forbidden("Only an administrator may see the figures of others: ask for your own with staff_id.")


def span(days: int, until: str | None, now: int, zone: str) -> Span:
    """The last `days` days up to `until`, or up to today where the workspace is."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"From 1 to {MOST_DAYS} days.")
    try:
        last = date.fromisoformat(until) if until else datetime.fromtimestamp(now / 1_000, ZoneInfo(zone)).date()
        return Span((last - timedelta(days=days - 1)).isoformat(), last.isoformat())
    except (ValueError, OverflowError):
        raise Invalid("until", "Write a day like 2026-11-25.") from None


def every_day(chosen: Span, found: list[Day]) -> list[Day]:
    """The days of the span in order, those on which nothing happened as well."""
    known = {day.day: day for day in found}
    day, last = date.fromisoformat(chosen.first), date.fromisoformat(chosen.last)
    names = [(day + timedelta(days=n)).isoformat() for n in range((last - day).days + 1)]
    return [known.get(name) or Day(name) for name in names]


def is_counted(fact: Fact) -> bool:
    return fact.body.startswith(_COUNTED)


def counted(facts: list[Fact], waiting: dict[str, Waiting], zone: str) -> tuple[dict[Key, Counts], set[str]]:
    """What the facts add, by day and person, and the conversations of which `waiting` changed: it is moved along."""
    added: dict[Key, Counts] = {}
    moved: set[str] = set()
    days: dict[int, str] = {}
    for fact in facts:
        said: Any = _read(fact.body)
        id_ = fact.conversation_id or ""
        quarter = fact.at // QUARTER_MS
        day = days.get(quarter) or days.setdefault(quarter, _day(quarter, zone))
        if said.type == "message.sent" and said.kind != "note":
            counts = added.setdefault((day, fact.actor), Counts())
            counts.messages += 1
            if _asks_or_answers(counts, fact, id_, waiting):
                moved.add(id_)
        elif said.type == "conversation.deleted" or said.status in _CLOSED:
            asked = waiting.pop(id_, None)
            moved.add(id_)
            if asked is not None and said.status in _CLOSED:
                counts = added.setdefault((day, fact.actor), Counts())
                counts.resolutions += 1
                counts.resolution_ms += max(0, fact.at - asked.asked_at)
    return added, moved


def _day(quarter: int, zone: str) -> str:
    """The day of a quarter of an hour: nowhere does one begin within it."""
    moment = datetime.fromtimestamp(quarter * QUARTER_MS / 1_000, UTC)
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def _asks_or_answers(counts: Counts, fact: Fact, id_: str, waiting: dict[str, Waiting]) -> bool:
    asked = waiting.get(id_)
    if fact.actor.startswith("contact:") and asked is None:
        waiting[id_] = Waiting(id_, fact.at)
        return True
    if fact.actor.startswith("staff:") and asked is not None and not asked.answered:
        asked.answered = 1
        counts.responses += 1
        counts.response_ms += max(0, fact.at - asked.asked_at)
        return True
    return False


def by_day(added: dict[Key, Counts], known: set[Key]) -> list[Day]:
    """The same for the whole workspace; `known` are those who had written on that day before. Who writes is active."""
    days: dict[str, dict[str, int]] = {}
    for (day, person), counts in added.items():
        sums = days.setdefault(day, dict.fromkeys(Day.__struct_fields__[1:], 0))
        side = person.partition(":")[0]
        for name in ("responses", "response_ms", "resolutions", "resolution_ms"):
            sums[name] += getattr(counts, name)
        if side in ("contact", "staff"):
            sums[f"{side}_messages"] += counts.messages
            sums["active_contacts" if side == "contact" else "active_staff"] += (
                counts.messages > 0 and (day, person) not in known
            )
    return [Day(day, **sums) for day, sums in days.items()]


def counts_of(row: Figures) -> Counts:
    return Counts(row.messages, row.responses, row.response_ms, row.resolutions, row.resolution_ms)


def day_of(row: Figures) -> Day:
    """A staff member's figures as a day of their own."""
    return Day(
        row.day,
        staff_messages=row.messages,
        active_staff=int(row.messages > 0),
        responses=row.responses,
        response_ms=row.response_ms,
        resolutions=row.resolutions,
        resolution_ms=row.resolution_ms,
    )
