"""What happens to canned responses."""

from careline.core.events import About, StaffEvent
from careline.features.canned.rows import Canned

_ABOUT = About(Canned, "canned_by_id", "canned_id")


class CannedAdded(StaffEvent, frozen=True, kw_only=True):
    about = _ABOUT

    canned_id: str


class CannedUpdated(StaffEvent, frozen=True, kw_only=True):
    about = _ABOUT

    canned_id: str


class CannedDeleted(StaffEvent, frozen=True, kw_only=True):
    canned_id: str
