"""What is happening now: who listens, in which order they hear, and who is there."""
