"""location: what the staff of a CRM's locations and their contacts speak, over REST and one socket that says: look."""
