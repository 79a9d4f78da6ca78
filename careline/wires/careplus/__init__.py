"""careplus: what staff and customers of a pharmacy speak, over REST and one socket for everything of theirs."""
