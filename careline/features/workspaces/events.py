"""What happens to a workspace."""

from careline.core.events import About, StaffEvent
from careline.features.workspaces.rows import Workspace


class WorkspaceAdded(StaffEvent, frozen=True, kw_only=True):
    workspace_id: str


class WorkspaceUpdated(StaffEvent, frozen=True, kw_only=True):
    about = About(Workspace, "workspaces_by_id", "workspace_id")

    workspace_id: str
