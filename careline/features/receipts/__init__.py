"""Who has received and read what, and how much is unread on either side."""
