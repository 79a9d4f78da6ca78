"""The answer that a workspace gives by itself to whoever writes out of its hours."""

from careline.core.actor import Actor
from careline.core.errors import Conflict, NotFound, Refused
from careline.features.messages.rows import Sending
from careline.features.messages.sending import send_messages
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.hours import closed_since, is_open, local_hours
from careline.features.workspaces.rows import settings_of
from careline.store.database import Tx


async def send_notice(tx: Tx, actor: Actor, conversation_id: str) -> None:
    """Say that nobody is there, once while they are closed: the sending is named after when they closed, so that
    another for the same night is a retry of it.
    """
    settings = settings_of(await workspace_of(tx, actor))
    hours = local_hours(settings)
    if hours is None or not settings.notice_replies or is_open(hours, tx.now):
        return
    name = f"closed-{closed_since(hours, tx.now)}"
    sending = Sending(actor, conversation_id, settings.notice, kind="system", client_id=name)
    (result,) = await send_messages(tx, actor, [sending])
    # Said with other words already, or the conversation is gone meanwhile: there is nothing left to do.
    if isinstance(result, Refused) and not isinstance(result, (Conflict, NotFound)):
        raise result
