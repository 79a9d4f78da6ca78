"""Sealing the audit, and checking the seals: small steps, so that nobody waits for either."""

from careline.core.actor import system
from careline.features.audit import rules
from careline.features.audit.rows import Seal
from careline.features.audit.seals import (
    add_seal,
    expired,
    next_seal,
    verify,
    verify_end,
    workspaces_of_log,
    workspaces_to_seal,
)
from careline.store.database import Database
from careline.work.anchoring import Anchors, called

# How long what happened may stand unsealed.
SEAL_EVERY_S = 10.0


async def seal_all(database: Database) -> None:
    """Seal what is not sealed yet, in every workspace. Two processes that do it at once do it once."""
    for workspace_id in await database.read(workspaces_to_seal, system()):
        more = True
        while more:
            seal, more = await database.read(next_seal, system(), workspace_id)
            if seal is not None:
                await database.write(add_seal, system(), workspace_id, seal)


async def verify_all(database: Database, noted: dict[str, str] | Anchors) -> tuple[dict[str, Seal], list[str]]:
    """Every workspace's last seal, and everything that is not as it was sealed.

    `noted` are seals that were noted elsewhere, `workspace:number` to hash, or all that anchors say: who can write to
    the database can make a new chain, but not one that leads through a seal they cannot change.
    """
    anchors = noted if isinstance(noted, Anchors) else Anchors(noted)
    ends, found = {}, []
    for workspace_id in await database.read(workspaces_of_log, system()):
        last, more = rules.FIRST, True
        gone = await database.read(expired, system(), workspace_id)
        wrong: list[str] = []
        while more:
            seals, amiss, more = await database.read(verify, system(), workspace_id, last, gone)
            anchors.meet(workspace_id, seals)
            wrong += amiss
            last = seals[-1] if seals else last
        wrong += await database.read(verify_end, system(), workspace_id, last)
        found += [f"{called(workspace_id)}: {line}" for line in wrong]
        ends[workspace_id] = last
    return ends, found + anchors.found + anchors.missing(ends)
