"""Every native command, by noun. Importing this package fills the table."""

from careline.wires.native.table import attachments, conversations, events, messages, people, sessions, workspace

__all__ = ["attachments", "conversations", "events", "messages", "people", "sessions", "workspace"]
