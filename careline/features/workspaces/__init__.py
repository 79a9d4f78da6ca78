"""The tenant: the place where staff answer, and how it wishes to be spoken to."""
