"""Threads between a workspace and its contacts: finding, starting, changing them, and who takes part."""
