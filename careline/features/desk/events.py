"""What happens to a label of the workspace."""

from careline.core.events import About, StaffEvent
from careline.features.desk.rows import Label

_ABOUT = About(Label, "labels_by_id", "label_id")


class LabelAdded(StaffEvent, frozen=True, kw_only=True):
    about = _ABOUT

    label_id: str


class LabelUpdated(StaffEvent, frozen=True, kw_only=True):
    about = _ABOUT

    label_id: str


class LabelDeleted(StaffEvent, frozen=True, kw_only=True):
    """Whoever shows a conversation takes it off there; the store does so within minutes."""

    label_id: str
