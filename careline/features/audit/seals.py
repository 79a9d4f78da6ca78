"""The chain of seals: who changes or removes anything of the log or the entries breaks it, and `verify` says where."""

import msgspec

from careline.core.actor import Actor
from careline.features.audit import rules
from careline.features.audit.rows import Seal, SealedEntry, SealedFact
from careline.store.database import Tx

# What one seal covers at most, of either kind: a few milliseconds of reading.
SEALED = 500
EVER = 1 << 62


class _Workspace(msgspec.Struct):
    workspace_id: str


async def workspaces_to_seal(tx: Tx, actor: Actor) -> list[str]:
    """The workspaces of which something is not sealed yet; the empty one is the server itself."""
    return [row.workspace_id for row in await tx.all(_Workspace, "unsealed_workspaces")]


async def workspaces_of_log(tx: Tx, actor: Actor) -> list[str]:
    return [row.workspace_id for row in await tx.all(_Workspace, "workspaces_of_log")]


async def next_seal(tx: Tx, actor: Actor, workspace_id: str) -> tuple[Seal | None, bool]:
    """The seal of what comes next in the workspace, None where all is sealed; and whether there may be more."""
    last = await tx.one(Seal, "last_seal", workspace_id=workspace_id) or rules.FIRST
    facts = await _facts(tx, workspace_id, last.to_seq, EVER)
    entries = await _entries(tx, workspace_id, last.to_entry, EVER)
    if not facts and not entries:
        return None, False
    to_seq = facts[-1].seq if facts else last.to_seq
    to_entry = entries[-1].number if entries else last.to_entry
    seal = rules.sealed(last, to_seq, to_entry, tx.now, rules.digest(facts), rules.digest(entries))
    return seal, SEALED in (len(facts), len(entries))


async def add_seal(tx: Tx, actor: Actor, workspace_id: str, seal: Seal) -> None:
    """Append a seal; where another process was quicker, its own stands."""
    await tx.run("insert_seal", workspace_id=workspace_id, **msgspec.structs.asdict(seal))


async def expired(tx: Tx, actor: Actor, workspace_id: str) -> int:
    """The number up to which entries were deleted because they were due: an entry says so, and is sealed like all."""
    return int(await tx.value("expired_entries", workspace_id=workspace_id) or 0)


async def verify(
    tx: Tx, actor: Actor, workspace_id: str, last: Seal, expired: int, most: int = 20
) -> tuple[list[Seal], list[str], bool]:
    """Check the seals after one against what is there: these, what is wrong with them, whether there may be more."""
    found = []
    seals = await tx.all(Seal, "seals_after", workspace_id=workspace_id, number=last.number, most=most)
    for seal in seals:
        facts_sealed = f"facts {last.to_seq + 1} to {seal.to_seq}"
        entries_sealed = f"entries {last.to_entry + 1} to {seal.to_entry}"
        where = f"seal {seal.number} ({facts_sealed}, {entries_sealed})"
        facts = await _facts(tx, workspace_id, last.to_seq, seal.to_seq)
        if not rules.covers(seal.facts, facts):
            found.append(f"{where}: the log is not what was sealed")
        if seal.to_entry > expired:
            entries = await _entries(tx, workspace_id, last.to_entry, seal.to_entry)
            if not rules.covers(seal.entries, entries):
                found.append(f"{where}: the entries are not what was sealed")
        if seal != rules.sealed(last, seal.to_seq, seal.to_entry, seal.at, seal.facts, seal.entries):
            found.append(f"{where}: the seal does not follow from the one before")
        last = seal
    return seals, found, len(seals) == most


async def verify_end(tx: Tx, actor: Actor, workspace_id: str, last: Seal) -> list[str]:
    """What is wrong after the last seal: numbers are gapless, and the counter says how far they go."""
    head = int(await tx.value("head", workspace_id=workspace_id) or 0)
    facts = await _facts(tx, workspace_id, last.to_seq, EVER)
    numbers = [fact.seq for fact in facts]
    reached = numbers[-1] if numbers else last.to_seq
    gap = numbers != list(range(last.to_seq + 1, reached + 1))
    if gap or (reached != head and len(facts) < SEALED):
        return [f"after fact {last.to_seq}: the log has a hole, or ends too early"]
    return []


async def _facts(tx: Tx, workspace_id: str, after: int, up_to: int) -> list[SealedFact]:
    return await tx.all(SealedFact, "facts_to_seal", workspace_id=workspace_id, after=after, up_to=up_to, most=SEALED)


async def _entries(tx: Tx, workspace_id: str, after: int, up_to: int) -> list[SealedEntry]:
    return await tx.all(
        SealedEntry, "entries_to_seal", workspace_id=workspace_id, after=after, up_to=up_to, most=SEALED
    )
