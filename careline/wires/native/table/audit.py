"""The audit, for administrators."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from careline.features.audit import rules
from careline.features.audit.actions import list_acts
from careline.features.audit.rows import Asked
from careline.wires.native.commands import Asking, Request, command

USE = "audit"
Milliseconds = Annotated[int, Meta(ge=0, le=1 << 53)]


class Audit(Request, frozen=True):
    """Whose record, by whom, about what, which, and when: each may be left out."""

    contact_id: str | None = None
    staff_id: str | None = None
    record: str | None = None
    action: str | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: str | None = None


class Act(Struct, frozen=True):
    at: int
    actor: str
    action: str
    record: str | None
    conversation_id: str | None
    outcome: str
    request_id: str | None
    address: str | None
    impersonated_by: str | None


class ActList(Struct, frozen=True):
    """Newest first; `next` is the cursor of what follows, None at the end. A page may be short and still have one."""

    items: list[Act]
    next: str | None


@command("audit.list", "GET", "/v1/audit", ActList, who="staff")
async def acts(ask: Asking, request: Audit) -> ActList:
    """Who read, sent, changed or was refused what, when and from where; for administrators."""
    server, actor = ask.server, ask.somebody
    rules.may_look(actor)
    before = server.cursors.decode(request.cursor, actor.workspace_id, USE) if request.cursor else None
    asked = Asked(
        request.contact_id,
        request.staff_id,
        None if request.record is None else rules.record(request.record),
        request.action,
        request.since,
        request.until,
    )
    found, further = await server.database.read(list_acts, actor, asked, before=before, limit=request.limit)
    return ActList(
        [Act(**structs.asdict(act)) for act in found],
        None if further is None else server.cursors.encode(further, actor.workspace_id, USE),
    )
