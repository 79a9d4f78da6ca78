"""What is said: sending, history, editing, deleting."""
