"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import (
    canned,
    codes,
    contacts,
    conversations,
    devices,
    events,
    messages,
    people,
    sessions,
    workspace,
)

__all__ = [
    "canned",
    "codes",
    "contacts",
    "conversations",
    "devices",
    "events",
    "messages",
    "people",
    "sessions",
    "workspace",
]
