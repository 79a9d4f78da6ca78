"""What people feel about messages."""
