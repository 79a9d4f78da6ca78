"""What people think should not stand here, and what administrators made of it."""
