"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import conversations, events, messages, people, search, sessions, workspace

__all__ = ["conversations", "events", "messages", "people", "search", "sessions", "workspace"]
