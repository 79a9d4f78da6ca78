"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import (
    conversations,
    events,
    flags,
    kept,
    messages,
    people,
    reactions,
    sessions,
    workspace,
)

__all__ = ["conversations", "events", "flags", "kept", "messages", "people", "reactions", "sessions", "workspace"]
