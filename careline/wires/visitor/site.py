"""The one workspace that this wire speaks for: an admin's reply makes a chat wait, a visitor's message opens it."""

from careline.core.actor import system
from careline.core.errors import NotFound
from careline.features.workspaces.actions import find_workspace, update_workspace
from careline.features.workspaces.rows import Workspace
from careline.wires.server import Server

STATUS_RULES = {"staff_reply_status": "pending", "contact_message_status": "open"}


async def settle(server: Server) -> Workspace:
    """The workspace, with this wire's rule for each status for which it has none. `NotFound` where it is not there."""
    boss = system(server.settings.visitor.workspace)
    found = await server.database.read(find_workspace, boss, boss.workspace_id)
    if found is None:
        raise NotFound("There is no such site.")
    lacking = {rule: status for rule, status in STATUS_RULES.items() if getattr(found, rule) is None}
    if not lacking:
        return found
    changed: Workspace = await server.database.write(update_workspace, boss, lacking)
    return changed


async def prepare(server: Server) -> None:
    """Settle the workspace, if it is there already."""
    try:
        await settle(server)
    except NotFound:
        pass
