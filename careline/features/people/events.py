"""What happens to people."""

from careline.core.events import About, OverviewEvent, StaffEvent
from careline.features.people.rows import Contact, Staff


class StaffAdded(StaffEvent, frozen=True, kw_only=True):
    about = About(Staff, "staff_by_id", "staff_id")

    staff_id: str


class StaffUpdated(StaffEvent, frozen=True, kw_only=True):
    """`regranted`: role or scope changed, so whoever is connected must come in anew with the rights they have now."""

    about = About(Staff, "staff_by_id", "staff_id")

    staff_id: str
    regranted: bool

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"staff:{self.staff_id}",) if self.regranted else ()


class StaffDeactivated(StaffEvent, frozen=True, kw_only=True):
    about = About(Staff, "staff_by_id", "staff_id")

    staff_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"staff:{self.staff_id}",)


class ContactAdded(OverviewEvent, frozen=True, kw_only=True):
    about = About(Contact, "contacts_by_id", "contact_id")

    contact_id: str
    anonymous: bool = False


class ContactUpdated(OverviewEvent, frozen=True, kw_only=True):
    about = About(Contact, "contacts_by_id", "contact_id")

    contact_id: str


class ContactBlocked(OverviewEvent, frozen=True, kw_only=True):
    """What they write is refused from now on, and their sockets end."""

    about = About(Contact, "contacts_by_id", "contact_id")

    contact_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"contact:{self.contact_id}",)


class ContactUnblocked(OverviewEvent, frozen=True, kw_only=True):
    about = About(Contact, "contacts_by_id", "contact_id")

    contact_id: str


class ContactMerged(OverviewEvent, frozen=True, kw_only=True):
    """`contact_id` is gone and was the same person as `into`; `apart` are the conversations that were their one thread
    and are now beside the survivor's.
    """

    about = About(Contact, "contacts_by_id", "into")

    contact_id: str
    into: str
    apart: tuple[str, ...] = ()

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"contact:{self.contact_id}",)

    @property
    def concerns(self) -> tuple[str, ...] | None:
        return None


class ContactExpired(OverviewEvent, frozen=True, kw_only=True):
    """An anonymous contact who never wrote anything is gone."""

    contact_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"contact:{self.contact_id}",)
