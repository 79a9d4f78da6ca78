"""The workspace itself, and who one is in it."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from careline.core.actor import system
from careline.core.errors import NotFound
from careline.features.workspaces.actions import find_workspace, update_workspace, workspace_of
from careline.features.workspaces.hours import is_open, local_hours, opens_at
from careline.features.workspaces.rows import Hours, PhoneCodes, Status, Threading, settings_of
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Nothing, Request, command, given

_FIELDS = (
    "name", "accent", "greeting", "threading", "contact_message_status", "staff_reply_status", "edit_window_ms",
    "origins", "attachment_days", "audit_days", "auto_archive_after_ms", "auto_close_after_ms",
    "contact_bytes_per_day", "conversation_days", "hours", "https_references", "keep_picture_metadata", "notice",
    "notice_replies", "phone_codes", "phone_region", "svg_attachments", "time_zone",
)  # fmt: skip


class Which(Request, frozen=True):
    workspace_id: str


class ChangeWorkspace(Request, frozen=True):
    name: str | UnsetType = UNSET
    accent: str | UnsetType = UNSET
    greeting: str | UnsetType = UNSET
    threading: Threading | UnsetType = UNSET
    contact_message_status: Status | UnsetType | None = UNSET
    staff_reply_status: Status | UnsetType | None = UNSET
    edit_window_ms: int | UnsetType = UNSET
    origins: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET
    attachment_days: int | UnsetType | None = UNSET
    audit_days: int | UnsetType = UNSET
    conversation_days: int | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    auto_archive_after_ms: int | UnsetType | None = UNSET
    auto_close_after_ms: int | UnsetType | None = UNSET
    contact_bytes_per_day: int | UnsetType = UNSET
    https_references: bool | UnsetType = UNSET
    keep_picture_metadata: bool | UnsetType = UNSET
    svg_attachments: bool | UnsetType = UNSET
    hours: Hours | UnsetType | None = UNSET
    notice: str | UnsetType = UNSET
    notice_replies: bool | UnsetType = UNSET
    phone_codes: PhoneCodes | UnsetType = UNSET
    phone_region: str | UnsetType | None = UNSET


class Welcome(Struct, frozen=True):
    """What the widget shows before anybody has written. `notice` is there while they are closed."""

    workspace_id: str
    name: str
    accent: str
    greeting: str
    threading: Threading
    staff_online: bool
    open: bool
    opens_at: int | None
    notice: str | None
    phone_codes: bool
    edit_window_ms: int


@command("workspace.welcome", "GET", "/v1/welcome", Welcome, who="public", on_socket=False)
async def welcome(ask: Asking, request: Which) -> Welcome:
    """A workspace's name, colour and greeting, and whether somebody is there."""
    stored = await ask.server.database.read(find_workspace, system(), request.workspace_id)
    if stored is None:
        raise NotFound("There is no such workspace.")
    settings, now = settings_of(stored), ask.server.clock()
    hours = local_hours(settings)
    there = hours is None or is_open(hours, now)
    return Welcome(
        stored.id,
        stored.name,
        stored.accent,
        stored.greeting,
        stored.threading,
        ask.server.board.staff_online(stored.id),
        there,
        None if there or hours is None else opens_at(hours, now),
        None if there else settings.notice or None,
        settings.phone_codes != "off" and ask.server.settings.sms != "off",
        stored.edit_window_ms,
    )


@command("me.get", "GET", "/v1/me", shapes.Me)
async def get_me(ask: Asking, request: Nothing) -> shapes.Me:
    """Who one is here."""
    return shapes.me(ask.somebody, await ask.server.database.read(workspace_of, ask.somebody))


@command("workspace.get", "GET", "/v1/workspace", shapes.Workspace, who="staff")
async def get_workspace(ask: Asking, request: Nothing) -> shapes.Workspace:
    """The workspace and how it is set up."""
    return shapes.workspace(await ask.server.database.read(workspace_of, ask.somebody))


@command("workspace.update", "PATCH", "/v1/workspace", shapes.Workspace, who="staff")
async def change_workspace(ask: Asking, request: ChangeWorkspace) -> shapes.Workspace:
    """Change how the workspace is set up; for administrators."""
    changes = msgspec.to_builtins(given(request, *_FIELDS))
    return shapes.workspace(await ask.server.database.write(update_workspace, ask.somebody, changes))
