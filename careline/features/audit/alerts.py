"""What an administrator should look at: a staff member who looks at unusually much, and whoever acts as somebody else.

An alert is an entry of the audit itself: asked for like the others, and sealed with them.
"""

from msgspec import Struct

from careline.core.actor import Actor
from careline.features.audit import rules
from careline.features.audit.actions import record_entries
from careline.features.audit.rows import Alert, Looks
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.hours import is_open, local_hours
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx

# So much of the newest is looked at: some 10 ms, once a minute where anything was looked at.
RECENT = 20_000


class _Impersonator(Struct):
    person: str


async def alerts_due(tx: Tx, actor: Actor) -> list[Alert]:
    """What is unusual in the workspace within the last hour, and was not said in it yet."""
    asked = {"workspace_id": actor.workspace_id, "since": tx.now - rules.HOUR_MS}
    last = int(await tx.value("last_audit_entry", workspace_id=actor.workspace_id) or 0)
    looks = await tx.all(Looks, "looks_of_staff", after=last - RECENT, **asked)
    head = int(await tx.value("head", workspace_id=actor.workspace_id) or 0)
    others = await tx.all(_Impersonator, "impersonators", after=last - RECENT, after_seq=head - RECENT, **asked)
    said = await tx.all(Alert, "alerts_said", after=last - RECENT, action=rules.ALERT, **asked)
    hours = local_hours(settings_of(await workspace_of(tx, actor)))
    found = rules.alerts(
        looks,
        [other.person for other in others],
        most_conversations=tx.settings.alert_conversations,
        most_exports=tx.settings.alert_exports,
        closed=hours is not None and not is_open(hours, tx.now),
    )
    return [alert for alert in found if alert not in said]


async def raise_alerts(tx: Tx, actor: Actor) -> list[Alert]:
    """Write down what is due. Two processes that do it at once do it once."""
    due = await alerts_due(tx, actor)
    if due:
        entries = [rules.entry(tx.now, actor.person, rules.ALERT, a.person, a.kind, tx.context) for a in due]
        await record_entries(tx, actor, actor.workspace_id, entries)
    return due
