"""Looking over what was looked at: once a minute, where this process has noted anything."""

import logging
from collections.abc import Callable, Collection

from careline.core.actor import system
from careline.features.audit.alerts import alerts_due, raise_alerts
from careline.store.database import Database

EVERY_S = 60.0

logger = logging.getLogger("careline.audit")


async def alert_all(database: Database, workspaces: Collection[str], count: Callable[[str], None]) -> None:
    """Raise what is due in these workspaces; `count` is told the kind of each."""
    for workspace_id in workspaces:
        keeper = system(workspace_id)
        if not await database.read(alerts_due, keeper):
            continue
        for alert in await database.write(raise_alerts, keeper):
            fields = {"kind": alert.kind, "workspace": workspace_id, "person": alert.person}
            logger.warning("an alert of the audit", extra={"fields": fields})
            count(alert.kind)
