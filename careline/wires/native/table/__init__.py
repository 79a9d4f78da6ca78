"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import audit, conversations, events, messages, people, sessions, workspace

__all__ = ["audit", "conversations", "events", "messages", "people", "sessions", "workspace"]
