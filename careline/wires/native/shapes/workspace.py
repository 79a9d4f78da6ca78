"""The workspace, and who one is in it."""

import msgspec
from msgspec import Struct

from careline.core.actor import Actor, Kind, Role, Scope
from careline.features.workspaces.rows import Hours, PhoneCodes, Status, Threading, settings_of
from careline.features.workspaces.rows import Workspace as StoredWorkspace


class Workspace(Struct, frozen=True):
    """`origins` are the web origins whose pages may embed the widget; the statuses are what a message makes of a
    conversation, None for nothing.
    """

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading
    contact_message_status: Status | None
    staff_reply_status: Status | None
    edit_window_ms: int
    origins: list[str]
    attachment_days: int | None
    audit_days: int
    conversation_days: int | None
    time_zone: str
    auto_archive_after_ms: int | None
    auto_close_after_ms: int | None
    contact_bytes_per_day: int
    https_references: bool
    keep_picture_metadata: bool
    svg_attachments: bool
    hours: Hours | None
    notice: str
    notice_replies: bool
    phone_codes: PhoneCodes
    phone_region: str | None


class WorkspaceName(Struct, frozen=True):
    id: str
    name: str


class Face(Struct, frozen=True):
    """What everybody may know of a workspace."""

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading


class Me(Struct, frozen=True):
    """Who is asking, as the server knows them."""

    kind: Kind
    id: str
    name: str
    role: Role | None
    scope: Scope | None
    workspace: Face


def workspace(stored: StoredWorkspace) -> Workspace:
    chosen = settings_of(stored)
    return Workspace(
        stored.id,
        stored.name,
        stored.accent,
        stored.greeting,
        stored.threading,
        stored.contact_message_status,
        stored.staff_reply_status,
        stored.edit_window_ms,
        msgspec.json.decode(stored.origins, type=list[str]),
        chosen.attachment_days,
        chosen.audit_days,
        chosen.conversation_days,
        chosen.time_zone,
        chosen.auto_archive_after_ms,
        chosen.auto_close_after_ms,
        chosen.contact_bytes_per_day,
        chosen.https_references,
        chosen.keep_picture_metadata,
        chosen.svg_attachments,
        chosen.hours,
        chosen.notice,
        chosen.notice_replies,
        chosen.phone_codes,
        chosen.phone_region,
    )


def face(stored: StoredWorkspace) -> Face:
    return Face(stored.id, stored.name, stored.accent, stored.greeting, stored.threading)


def me(actor: Actor, stored: StoredWorkspace) -> Me:
    return Me(actor.kind, actor.id, actor.name, actor.role, actor.scope, face(stored))
