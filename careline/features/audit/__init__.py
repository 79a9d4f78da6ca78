"""Who read, sent, changed or was refused what, when and from where; never what it said."""
