"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import conversations, desk, events, messages, people, sessions, workspace

__all__ = ["conversations", "desk", "events", "messages", "people", "sessions", "workspace"]
