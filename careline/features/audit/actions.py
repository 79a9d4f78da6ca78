"""The audit of a workspace: the log, which has every change, and entries for what changes nothing."""

import msgspec

from careline.core.actor import Actor
from careline.features.audit import rules
from careline.features.audit.rows import Act, Asked, Entry, Place, Row
from careline.features.workspaces.actions import workspace_of
from careline.store.database import Tx

# How many rows one page looks at for what it was asked: some 5 ms, however much there is.
SCAN = 5_000
# Entries are written up to so much later than what they tell of.
LATE_MS = 5_000
EVER = 1 << 62
EXPIRED_AT_ONCE = 500


class _Reach(msgspec.Struct):
    seq: int
    number: int


class _Id(msgspec.Struct):
    id: str


async def record_entries(tx: Tx, actor: Actor, workspace_id: str, entries: list[Entry]) -> None:
    """Keep these entries, each under the workspace's next number. What belongs to no workspace has an empty one."""
    await tx.open_workspace(workspace_id)
    last = int(await tx.value("last_audit_entry", workspace_id=workspace_id) or 0)
    if not last:
        last = int(await tx.value("last_sealed_entry", workspace_id=workspace_id) or 0)
    seq = tx.next_seq - 1
    await tx.many(
        "insert_audit_entry",
        [
            {**msgspec.structs.asdict(entry), "workspace_id": workspace_id, "seq": seq, "number": last + place}
            for place, entry in enumerate(entries, 1)
        ],
    )


async def list_acts(
    tx: Tx, actor: Actor, asked: Asked, *, before: int | None = None, limit: int = 50
) -> tuple[list[Act], int | None]:
    """The acts of the workspace that were asked for, newest first, and the position to go on from.

    A page looks at no more than `SCAN` rows: where what is asked for is rare it may be short, or empty, and still
    have a position to go on from.
    """
    rules.may_look(actor)
    floor = await _first_after(tx, actor.workspace_id, asked.since) - 1 if asked.since else 0
    place = await _start(tx, actor.workspace_id, asked.until) if before is None else rules.unpacked(before)
    reach = await _reach(tx, actor, place, floor)
    low = Place(reach.seq, reach.number) if reach else Place(floor, 0)
    rows = await _rows(tx, actor, asked, place, low, limit)
    tx.note_read("audit:")
    if len(rows) > limit:
        further: Place | None = Place(rows[limit - 1].seq, rows[limit - 1].number)
    else:
        further = low if reach else None
    acts = [act for row in rows[:limit] if rules.is_about(act := rules.act(row), asked.record)]
    return acts, None if further is None else rules.packed(further)


def _top(place: Place) -> int:
    """The newest fact before the place."""
    return place.seq if place.number else place.seq - 1


async def _reach(tx: Tx, actor: Actor, place: Place, floor: int) -> _Reach | None:
    return await tx.one(
        _Reach,
        "audit_reach",
        workspace_id=actor.workspace_id,
        top=_top(place),
        seq=place.seq,
        number=place.number,
        floor=floor,
        scan=SCAN,
    )


async def _rows(tx: Tx, actor: Actor, asked: Asked, place: Place, low: Place, limit: int) -> list[Row]:
    contact, record = asked.contact_id or "", asked.record or ""
    mine = []
    if contact:
        workspace = {"workspace_id": actor.workspace_id}
        mine = [r.id for r in await tx.all(_Id, "ids_of_person", kind="contact", person_id=contact, **workspace)]
    named = f'{{"type":{_json(asked.action)}' if asked.action else ""
    return await tx.all(
        Row,
        "audit_page",
        workspace_id=actor.workspace_id,
        top=_top(place),
        bottom=low.seq + (low.number > 0),
        seq=place.seq,
        number=place.number,
        low_seq=low.seq,
        low_number=low.number,
        action=asked.action or "",
        named=named,
        named_length=len(named),
        record=record,
        record_id=_json(record.partition(":")[2]),
        contact=contact and f"contact:{contact}",
        contact_id=_json(contact),
        conversations=mine,
        conversation_records=[f"conversation:{id_}" for id_ in mine],
        staff=(asked.staff_id and f"staff:{asked.staff_id}") or "",
        since=asked.since or 0,
        until=asked.until or EVER,
        most=limit + 1,
    )


def _json(value: str) -> str:
    return msgspec.json.encode(value).decode()


async def _start(tx: Tx, workspace_id: str, until: int | None) -> Place:
    """Before the first fact that is certainly too late; without a time, after everything."""
    if until is None:
        return Place(EVER >> 30, 0)
    return Place(await _first_after(tx, workspace_id, until + LATE_MS), 0)


async def _first_after(tx: Tx, workspace_id: str, at: int) -> int:
    """The number of the first fact at or after a time: the log has no index by time, but both grow together."""
    low, high = 1, int(await tx.value("head", workspace_id=workspace_id) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = await tx.value("fact_at", workspace_id=workspace_id, seq=middle)
        if found is not None and found < at:
            low = middle + 1
        else:
            high = middle
    return low


async def expire_entries(tx: Tx, actor: Actor) -> bool:
    """Delete some of the sealed entries that are due; whether there is more. That it was done is an entry itself."""
    workspace_id = actor.workspace_id
    before = rules.kept_since(await workspace_of(tx, actor), tx.now)
    last = int(await tx.value("last_due_entry", workspace_id=workspace_id, before=before) or 0)
    first = int(await tx.value("first_entry", workspace_id=workspace_id) or 0)
    if not 0 < first <= last:
        return False
    if last > int(await tx.value("expired_entries", workspace_id=workspace_id) or 0):
        said = rules.entry(tx.now, actor.person, rules.EXPIRED, f"entries:{last}", "ok", tx.context)
        await record_entries(tx, actor, workspace_id, [said])
    up_to = min(first + EXPIRED_AT_ONCE - 1, last)
    await tx.run("delete_entries", workspace_id=workspace_id, up_to=up_to)
    return up_to < last
