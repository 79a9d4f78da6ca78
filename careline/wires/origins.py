"""Which web pages may talk to which workspace: the origins that workspaces and settings list."""

from collections import defaultdict

from careline.core.actor import system
from careline.core.events import Recorded
from careline.features.workspaces.actions import all_workspaces
from careline.features.workspaces.events import WorkspaceAdded, WorkspaceUpdated
from careline.features.workspaces.rules import allowed_origins
from careline.store.database import Database

# Of a workspace that nobody follows here, other processes' changes are heard by reading anew (seconds).
EVERY_S = 30.0


class Origins:
    """Kept in memory because a preflight comes without credentials and must be cheap to refuse."""

    def __init__(self, everywhere: list[str]) -> None:
        self.everywhere = frozenset(everywhere)
        self.own: frozenset[str] = frozenset()
        self._workspaces: dict[str, set[str]] = defaultdict(set)
        self._by_workspace: dict[str, frozenset[str]] = {}
        self.stale = True

    async def load(self, database: Database) -> None:
        """Read every workspace's list. Raises `Unavailable`; what has changed is then still to be read."""
        self.stale = False  # before reading: a change in the meantime is one for the next time
        try:
            by_workspace = {w.id: allowed_origins(w) for w in await database.read(all_workspaces, system())}
        except BaseException:
            self.stale = True
            raise
        places: dict[str, set[str]] = defaultdict(set)
        for workspace_id, origins in by_workspace.items():
            for origin in origins:
                places[origin].add(workspace_id)
        self._by_workspace, self._workspaces = by_workspace, places

    def heard(self, recorded: Recorded) -> None:
        """A fact that this process has committed, or has heard of."""
        if isinstance(recorded.event, (WorkspaceAdded, WorkspaceUpdated)):
            self.stale = True

    def age(self) -> None:
        """What was read is not to be relied on any longer."""
        self.stale = True

    def known(self, origin: str) -> bool:
        """Whether any workspace, or this server itself, lists the origin: enough for a preflight."""
        return origin in self.own or origin in self.everywhere or origin in self._workspaces

    def allows(self, origin: str, workspace_id: str) -> bool:
        """Whether pages of this origin may act in this workspace."""
        return (
            origin in self.own
            or origin in self.everywhere
            or origin in self._by_workspace.get(workspace_id, frozenset())
        )

    def of(self, workspace_id: str) -> frozenset[str]:
        """What may embed the workspace's widget."""
        return self._by_workspace.get(workspace_id, frozenset()) | self.everywhere | self.own
