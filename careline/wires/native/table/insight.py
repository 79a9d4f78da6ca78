"""The figures of a workspace."""

from typing import Annotated

from msgspec import Meta, Struct

from careline.features.insight.actions import get_insight
from careline.features.insight.rows import Counts
from careline.features.insight.rows import Day as StoredDay
from careline.wires.native.commands import Asking, Request, command


class Asked(Request, frozen=True):
    """The last `days` days up to `until`."""

    days: Annotated[int, Meta(ge=1, le=366)] = 30
    until: str | None = None
    staff_id: str | None = None


class Day(Struct, frozen=True):
    day: str
    contact_messages: int
    staff_messages: int
    active_contacts: int
    active_staff: int
    first_responses: int
    first_response_ms: int | None
    resolutions: int
    resolution_ms: int | None


class StaffFigures(Struct, frozen=True):
    staff_id: str
    messages: int
    first_responses: int
    first_response_ms: int | None
    resolutions: int
    resolution_ms: int | None


class Insight(Struct, frozen=True):
    """`active_contacts` is how many different contacts wrote in all these days."""

    time_zone: str
    first: str
    last: str
    days: list[Day]
    staff: list[StaffFigures]
    active_contacts: int


@command("insight.get", "GET", "/v1/insight", Insight, who="staff")
async def insight(ask: Asking, request: Asked) -> Insight:
    """Messages, active people, first replies and closings by day and by staff member; at most a minute behind."""
    found = await ask.server.database.read(
        get_insight, ask.somebody, days=request.days, until=request.until, staff_id=request.staff_id
    )
    return Insight(
        found.zone,
        found.span.first,
        found.span.last,
        [_day(day) for day in found.days],
        [_figures(staff_id, counts) for staff_id, counts in sorted(found.staff.items())],
        found.active_contacts,
    )


def _day(day: StoredDay) -> Day:
    return Day(
        day.day,
        day.contact_messages,
        day.staff_messages,
        day.active_contacts,
        day.active_staff,
        day.responses,
        _average(day.response_ms, day.responses),
        day.resolutions,
        _average(day.resolution_ms, day.resolutions),
    )


def _figures(staff_id: str, counts: Counts) -> StaffFigures:
    return StaffFigures(
        staff_id,
        counts.messages,
        counts.responses,
        _average(counts.response_ms, counts.responses),
        counts.resolutions,
        _average(counts.resolution_ms, counts.resolutions),
    )


def _average(total: int, count: int) -> int | None:
    return total // count if count else None
