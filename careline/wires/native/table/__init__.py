"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import audit, conversations, events, insight, messages, people, sessions, workspace

__all__ = ["audit", "conversations", "events", "insight", "messages", "people", "sessions", "workspace"]
from careline.wires.native.table import desk

__all__ = ["conversations", "desk", "events", "messages", "people", "sessions", "workspace"]
from careline.wires.native.table import search

__all__ = ["conversations", "events", "messages", "people", "search", "sessions", "workspace"]
from careline.wires.native.table import attachments

__all__ = ["attachments", "conversations", "events", "messages", "people", "sessions", "workspace"]
from careline.wires.native.table import (
    flags,
    kept,
    reactions,
)

__all__ = ["conversations", "events", "flags", "kept", "messages", "people", "reactions", "sessions", "workspace"]
from careline.wires.native.table import (
    canned,
    codes,
    contacts,
    devices,
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
