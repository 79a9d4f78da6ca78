"""What staff do with conversations: labels, triage, merging, deleting, closing what is idle, history, transcripts."""
