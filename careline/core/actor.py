"""Who is asking now: staff, contact or the system itself, in one workspace."""

from typing import Literal

from msgspec import Struct

Kind = Literal["staff", "contact", "system"]
Role = Literal["admin", "agent"]
Scope = Literal["all", "participating"]


class Actor(Struct, frozen=True):
    """Somebody in one workspace, as the server's own records know them.

    `credential` names what let them in (`session:<id>`, `token:<id>`, `issuer:<name>`): revoking it closes
    every socket that came in by it. `expires_at` is when it stops being good, in milliseconds.
    """

    workspace_id: str
    kind: Kind
    id: str
    name: str = ""
    role: Role | None = None
    scope: Scope | None = None
    credential: str = ""
    expires_at: int | None = None

    @property
    def person(self) -> str:
        """`staff:ana`, `contact:cara`: the one text by which people are addressed inside."""
        return f"{self.kind}:{self.id}"

    @property
    def sees_all(self) -> bool:
        """Whether every conversation of the workspace is theirs to see."""
        return self.kind == "system" or (self.kind == "staff" and self.scope == "all")

    @property
    def is_admin(self) -> bool:
        return self.kind == "system" or (self.kind == "staff" and self.role == "admin")


def system(workspace_id: str = "") -> Actor:
    """The server acting by itself: a command, a job, or a stranger's credential being looked up."""
    return Actor(workspace_id, "system", "careline", name="Careline")
