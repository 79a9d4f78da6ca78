"""Work that follows from events, later and at least once."""
