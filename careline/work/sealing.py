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


async def verify_all(database: Database, anchors: dict[str, str]) -> tuple[dict[str, Seal], list[str]]:
    """Every workspace's last seal, and everything that is not as it was sealed.

    `anchors` are seals that were noted elsewhere, `workspace:number` to hash: who can write to the database can make a
    new chain, but not one that leads through a seal they cannot change.
    """
    ends, found = {}, []
    open_anchors = dict(anchors)
    for workspace_id in await database.read(workspaces_of_log, system()):
        last, more = rules.FIRST, True
        gone = await database.read(expired, system(), workspace_id)
        while more:
            # One seal at a time where there are anchors to meet, many where there are not.
            last, wrong, more = await database.read(
                verify, system(), workspace_id, last, gone, most=1 if anchors else 20
            )
            found += [f"{workspace_id or '(server)'}: {line}" for line in wrong]
            expected = open_anchors.pop(f"{workspace_id}:{last.number}", last.hash)
            if expected != last.hash:
                found.append(f"{workspace_id or '(server)'}: seal {last.number} is not the one that was noted")
        found += [
            f"{workspace_id or '(server)'}: {line}"
            for line in await database.read(verify_end, system(), workspace_id, last)
        ]
        ends[workspace_id] = last
    return ends, found + [f"{anchor}: there is no such seal" for anchor in open_anchors]
