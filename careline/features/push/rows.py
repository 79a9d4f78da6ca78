"""A device as it is stored."""

from typing import Literal

from msgspec import Struct

Platform = Literal["android", "ios", "web"]


class Device(Struct, frozen=True):
    """`token` is what its platform knows it by, a subscription as JSON for `web`; `credential` let its person in."""

    id: str
    token: str
    workspace_id: str
    kind: str
    person_id: str
    platform: Platform
    credential: str
    created_at: int
    updated_at: int
