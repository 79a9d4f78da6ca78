"""Noticing what other processes commit: the database is asked every half second, so a lost hint costs only that."""

from collections.abc import Awaitable, Callable

LOOK_S = 0.5

Heads = Callable[[list[str]], Awaitable[dict[str, int]]]


class Poll:
    """Asks the database how far each followed workspace's log reaches, when it may have grown elsewhere."""

    def __init__(
        self,
        changed: Callable[[], Awaitable[bool]],
        heads: Heads,
        followed: Callable[[], list[str]],
        wake: Callable[[str, int], None],
    ) -> None:
        self._changed = changed
        self._heads = heads
        self._followed = followed
        self._wake = wake

    async def look(self) -> None:
        """One look; what another process wrote is heard of. One that fails is made good for by the next."""
        workspaces = self._followed()
        if workspaces and await self._changed():
            for workspace_id, seq in (await self._heads(workspaces)).items():
                self._wake(workspace_id, seq)
