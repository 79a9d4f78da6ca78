"""What the audit keeps of acts that change nothing: gathered for a second, each once, and written together."""

import asyncio
import logging
from typing import Any

from careline.core import context
from careline.core.actor import Actor, system
from careline.core.context import Context
from careline.core.errors import Refused
from careline.features.audit import rules
from careline.features.audit.actions import record_entries
from careline.features.audit.rows import Entry
from careline.store.database import Database

# Beyond so many the store has been away for long; what comes then is said in the log as a number.
MOST = 50_000
AT_ONCE = 500
_Key = tuple[str, str, str, str | None, str, str | None, str | None]

logger = logging.getLogger("careline.audit")


class Auditor:
    """With `closed`, nothing is shown and nobody let in before the entry about it is stored."""

    def __init__(self, database: Database, *, closed: bool) -> None:
        self._database = database
        self._closed = closed
        self._waiting: dict[_Key, Entry] = {}
        self._writing = asyncio.Lock()
        self._lost = 0
        self._noted: set[str] = set()
        database.on_read = self._read

    def _read(self, actor: Actor, origin: Context, noted: list[str]) -> Any:
        for action, record in rules.viewed(noted):
            self._note(actor.workspace_id, actor.person, action, record, "ok", origin)
        return self.flush() if self._closed else None

    async def signed_in(self, workspace_id: str, person: str, outcome: str) -> None:
        """Somebody signed in, or tried to; `person` is empty where nobody knows who it was."""
        self._note(workspace_id, person, "session.created", None, outcome, context.current.get())
        if self._closed:
            await self.flush()

    def refused(
        self, actor: Actor | None, action: str, request: Any, refused: Refused, origin: Context | None = None
    ) -> None:
        """Somebody was kept from something."""
        if actor is not None and rules.is_denial(refused):
            about = rules.denied_record(request, refused)
            self._note(actor.workspace_id, actor.person, action, about, refused.code, origin or context.current.get())

    def _note(
        self, workspace_id: str, actor: str, action: str, record: str | None, outcome: str, origin: Context
    ) -> None:
        if len(self._waiting) >= MOST:
            self._lost += 1
            return
        key = (workspace_id, actor, action, record, outcome, origin.address, origin.impersonated_by)
        if key not in self._waiting:
            self._waiting[key] = rules.entry(self._database.clock(), actor, action, record, outcome, origin)

    async def flush(self) -> None:
        """Write what waits. Raises `Unavailable` when that cannot be: what could not be written waits on."""
        async with self._writing:
            waiting, self._waiting = self._waiting, {}
            by_workspace: dict[str, list[_Key]] = {}
            for key in waiting:
                by_workspace.setdefault(key[0], []).append(key)
            try:
                for workspace_id, keys in by_workspace.items():
                    for start in range(0, len(keys), AT_ONCE):
                        part = keys[start : start + AT_ONCE]
                        entries = [waiting[key] for key in part]
                        await self._database.write(record_entries, system(), workspace_id, entries)
                        self._noted.add(workspace_id)
                        for key in part:
                            del waiting[key]
            finally:
                self._waiting = {**waiting, **self._waiting}
        if self._lost:
            logger.error("entries of the audit were lost", extra={"fields": {"count": self._lost}})
            self._lost = 0

    def noted(self) -> set[str]:
        """The workspaces of which anything was written since the last call."""
        noted, self._noted = self._noted, set()
        return noted - {""}
