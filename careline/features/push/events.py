"""What happens to devices: nobody's business but their person's, so no wire tells it."""

from careline.core.events import OverviewEvent


class DeviceRegistered(OverviewEvent, frozen=True, kw_only=True):
    device_id: str
    person: str


class DeviceRemoved(OverviewEvent, frozen=True, kw_only=True):
    device_id: str
    person: str
