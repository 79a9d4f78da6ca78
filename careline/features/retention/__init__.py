"""How long a workspace keeps what was said, and when what is due may be deleted."""
