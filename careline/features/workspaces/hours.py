"""Working hours: whether somebody is there at a moment, since when not, and when again. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from careline.core.errors import Invalid
from careline.features.workspaces.rows import Hours, LocalHours, WorkspaceSettings

OPENINGS = 50
DAYS_OFF = 400
FAR = 400  # days to look ahead or back: whoever is closed for longer is closed
_MIDNIGHT = "24:00"


def check(hours: Hours) -> None:
    """Refuse hours that no clock shows."""
    if len(hours.weekly) > OPENINGS or len(hours.days_off) > DAYS_OFF:
        raise Invalid("hours", f"At most {OPENINGS} openings a week and {DAYS_OFF} days off.")
    for opening in hours.weekly:
        times = (opening.opens, opening.closes)
        if not 1 <= opening.day <= 7 or not all(_is_time(time) for time in times) or opening.opens >= opening.closes:
            raise Invalid(
                "hours", "An opening has a day from 1 to 7 and opens before it closes, such as 09:00 to 17:30."
            )
    for day in hours.days_off:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII) or not _is_day(day):
            raise Invalid("hours", "A day off is written like 2026-12-25.")


def _is_time(value: str) -> bool:
    return value == _MIDNIGHT or bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII))


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def local_hours(settings: WorkspaceSettings) -> LocalHours | None:
    """A workspace's hours by its own clocks; None where somebody is always there."""
    hours = settings.hours
    if hours is None:
        return None
    return LocalHours(weekly=hours.weekly, days_off=hours.days_off, time_zone=settings.time_zone)


def is_open(hours: LocalHours, now: int) -> bool:
    """Whether somebody is there now (milliseconds)."""
    today = _local(hours, now).date()
    return any(start <= now < end for start, end in _openings(hours, today))


def opens_at(hours: LocalHours, now: int) -> int | None:
    """When they open next; None while they are open, or where they do not within a year."""
    if is_open(hours, now):
        return None
    today = _local(hours, now).date()
    days = (today + timedelta(days=ahead) for ahead in range(FAR))
    return next((start for day in days for start, _ in _openings(hours, day) if start > now), None)


def closed_since(hours: LocalHours, now: int) -> int:
    """When they closed last; 0 where they have not been open for a year."""
    today = _local(hours, now).date()
    days = (today - timedelta(days=back) for back in range(FAR))
    return next((end for day in days for _, end in reversed(_openings(hours, day)) if end <= now), 0)


@lru_cache(1_000)
def hours_of(stored: str) -> LocalHours:
    """Hours as they are kept beside a workspace."""
    return msgspec.json.decode(stored, type=LocalHours)


def _local(hours: LocalHours, now: int) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(hours.time_zone))


def _openings(hours: LocalHours, day: date) -> list[tuple[int, int]]:
    """From when to when they are open on a day, in order."""
    if day.isoformat() in hours.days_off:
        return []
    today = [opening for opening in hours.weekly if opening.day == day.isoweekday()]
    return sorted(_real((_moment(hours, day, o.opens), _moment(hours, day, o.closes)) for o in today))


def _real(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Without those that a change of clocks has turned around."""
    return (span for span in spans if span[0] < span[1])


def _moment(hours: LocalHours, day: date, time: str) -> int:
    if time == _MIDNIGHT:
        day, time = day + timedelta(days=1), "00:00"
    hour, minute = map(int, time.split(":"))
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(hours.time_zone))
    return int(moment.timestamp() * 1000)
