"""What lets people in: contact tokens, staff sessions, one-use socket tickets, the set-up secret."""
