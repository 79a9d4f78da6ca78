"""What is attached: files that were uploaded, and references to files elsewhere."""
