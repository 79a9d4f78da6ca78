"""What happens to the things that let people in."""

from careline.core.events import OverviewEvent


class TokenIssued(OverviewEvent, frozen=True, kw_only=True):
    token_id: str
    contact_id: str


class TokenRevoked(OverviewEvent, frozen=True, kw_only=True):
    token_id: str
    contact_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"token:{self.token_id}",)


class CodeRequested(OverviewEvent, frozen=True, kw_only=True):
    """Somebody asked for a code; for which number, the code's own row says."""

    code_id: str


class SessionRevoked(OverviewEvent, frozen=True, kw_only=True):
    session_id: str
    staff_id: str

    @property
    def hangs_up(self) -> tuple[str, ...]:
        return (f"session:{self.session_id}",)
