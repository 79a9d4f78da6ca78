"""What staff say often: kept once, called by a shortcut, filled in for whom they talk to."""
