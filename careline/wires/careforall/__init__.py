"""careforall: what users and admins of a donation platform speak, over REST and one socket per conversation."""
