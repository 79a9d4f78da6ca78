"""A workspace as it is stored."""

from typing import Literal

import msgspec
from msgspec import Struct

Threading = Literal["per_contact", "per_staff", "many"]
Status = Literal["open", "pending", "closed", "archived"]
PhoneCodes = Literal["off", "known", "anyone"]


class Opening(Struct, frozen=True, forbid_unknown_fields=True):
    """From when to when on one day of the week: 1 is Monday, times are `HH:MM`, and `24:00` is its end."""

    day: int
    opens: str
    closes: str


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """When somebody is there: `weekly` by the workspace's clocks, except on `days_off` (`YYYY-MM-DD`)."""

    weekly: list[Opening]
    days_off: list[str] = []


class LocalHours(Hours, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hours together with whose clocks tell them (IANA), so that they can be held against a moment."""

    time_zone: str


class WorkspaceSettings(Struct, frozen=True):
    """How a workspace is set up beyond what the hot path asks.

    `audit_days`, `attachment_days` and `conversation_days` are how long entries of the audit, files in conversations
    with strangers, and conversations nobody writes in any more are kept; None keeps them for ever.
    `auto_close_after_ms` and `auto_archive_after_ms` are for how long a conversation may be quiet; None for ever.
    `contact_bytes_per_day` is what a contact may upload in 24 hours; `https_references` and `svg_attachments` let files
    elsewhere and SVG be attached; `keep_picture_metadata` keeps pictures as they came, places and all. `hours`: when
    somebody is there, None for always; `notice`: what is said out of hours, and `notice_replies` whether it also
    answers whoever writes then.
    `phone_codes`: whom a code by phone lets in. `phone_region`: the country whose numbers are written without its
    prefix. `time_zone`: the workspace's clocks, such as `Europe/London`; they tell its hours and when a day begins.
    """

    attachment_days: int | None = 90
    audit_days: int = 2_192
    auto_archive_after_ms: int | None = None
    auto_close_after_ms: int | None = None
    contact_bytes_per_day: int = 104_857_600
    conversation_days: int | None = None
    hours: Hours | None = None
    https_references: bool = False
    keep_picture_metadata: bool = False
    notice: str = ""
    notice_replies: bool = False
    phone_codes: PhoneCodes = "off"
    phone_region: str | None = None
    svg_attachments: bool = False
    time_zone: str = "UTC"


class Workspace(Struct, frozen=True):
    """`contact_message_status` and `staff_reply_status` are what a conversation becomes when either side writes; None
    leaves it as it is. `origins` is a JSON list of the web origins whose pages may embed the widget, `settings` the
    JSON of a `WorkspaceSettings`, `notice_hours` that of its `LocalHours` where it answers out of them.
    """

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading
    contact_message_status: Status | None
    staff_reply_status: Status | None
    edit_window_ms: int
    origins: str
    created_at: int
    updated_at: int
    settings: str = "{}"
    notice_hours: str | None = None


def settings_of(workspace: Workspace) -> WorkspaceSettings:
    """The settings with the defaults of those that were never set."""
    return msgspec.json.decode(workspace.settings, type=WorkspaceSettings)
