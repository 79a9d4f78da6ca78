"""What a workspace may be called and how it may be set up."""

import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from careline.core import phones, text
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid
from careline.features.workspaces import hours
from careline.features.workspaces.rows import Workspace, WorkspaceSettings

DAY_MS = 86_400_000
MOST_DAYS = 36_525
HOUR_MS = 3_600_000
MOST_BYTES_PER_DAY = 1 << 40
DEFAULTS: dict[str, Any] = {
    "accent": "#0f766e",
    "greeting": "",
    "threading": "per_contact",
    "contact_message_status": "open",
    "staff_reply_status": None,
    "edit_window_ms": 600_000,
    "origins": [],
}


def may_update(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator may change the workspace.")


def stored(before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The columns as they are after the changes: what is no column of its own stands in `settings`."""
    columns = {"name", *DEFAULTS}
    kept = msgspec.json.decode(before.get("settings", "{}"), type=dict[str, Any])
    kept |= {field: value for field, value in changes.items() if field not in columns}
    own = checked({field: value for field, value in changes.items() if field in columns})
    now = settings(kept)
    there = hours.local_hours(now) if now.notice_replies else None
    return {
        **before,
        **own,
        "settings": msgspec.json.encode(now).decode(),
        "notice_hours": None if there is None else msgspec.json.encode(there).decode(),
    }


def settings(values: dict[str, Any]) -> WorkspaceSettings:
    """The settings, or `Invalid` for the first that cannot be."""
    try:
        checked = msgspec.convert(values, WorkspaceSettings)
    except msgspec.ValidationError as error:
        raise Invalid("settings", str(error)) from None
    for field in ("attachment_days", "audit_days", "conversation_days"):
        days = getattr(checked, field)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid(field, f"From 1 to {MOST_DAYS} days.")
    if not is_time_zone(checked.time_zone):
        raise Invalid("time_zone", "Write a time zone such as Europe/London.")
    for field in ("auto_archive_after_ms", "auto_close_after_ms"):
        quiet_ms = getattr(checked, field)
        if quiet_ms is not None and not HOUR_MS <= quiet_ms <= 3_660 * DAY_MS:
            raise Invalid(field, "From an hour to ten years, in milliseconds; null for never.")
    if not 0 <= checked.contact_bytes_per_day <= MOST_BYTES_PER_DAY:
        raise Invalid("contact_bytes_per_day", f"From 0 (no files) to {MOST_BYTES_PER_DAY}.")
    _check_hours(checked)
    if checked.phone_region is not None:
        phones.region(checked.phone_region)
    return checked


def _check_hours(wanted: WorkspaceSettings) -> None:
    if wanted.hours is not None:
        hours.check(wanted.hours)
    if len(text.storable(wanted.notice, "notice")) > 500:
        raise Invalid("notice", "At most 500 characters.")
    if wanted.notice:
        text.body(wanted.notice, "notice")
    if wanted.notice_replies and (wanted.hours is None or not wanted.notice):
        raise Invalid("notice_replies", "Set hours and a notice first: it answers with that out of those.")


def is_time_zone(name: str) -> bool:
    """Whether the calendar knows it. A name is words, so that none leads to a file elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}", name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as they are stored, or `Invalid` for the first that cannot be."""
    result = dict(changes)
    if "name" in changes:
        result["name"] = text.line(changes["name"], "name", 120)
    if "accent" in changes and not re.fullmatch(r"#[0-9a-fA-F]{6}", changes["accent"]):
        raise Invalid("accent", "A colour is written like #0f766e.")
    if "greeting" in changes and len(text.storable(changes["greeting"], "greeting")) > 500:
        raise Invalid("greeting", "At most 500 characters.")
    if not 0 <= changes.get("edit_window_ms", 0) <= 365 * DAY_MS:
        raise Invalid("edit_window_ms", "From 0 (no edits) to a year, in milliseconds.")
    if "origins" in changes:
        result["origins"] = msgspec.json.encode([origin(o) for o in changes["origins"]]).decode()
    return result


def origin(value: str) -> str:
    """A web origin as browsers send it: scheme, host and, where it is not the usual one, port; or `null`."""
    parts = urlsplit(value)
    if value == "null":
        return value
    if parts.scheme not in ("http", "https") or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
        raise Invalid("origins", "An origin is written like https://shop.example or http://localhost:3000.")
    # It is written into the widget's Content-Security-Policy, where `;`, `*` or a space would say more than a host.
    if not re.fullmatch(r"([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", parts.netloc):
        raise Invalid("origins", "An origin names one host in ASCII, without user name or wildcard.")
    return value.lower()


def allowed_origins(workspace: Workspace) -> frozenset[str]:
    return frozenset(msgspec.json.decode(workspace.origins, type=list[str]))
