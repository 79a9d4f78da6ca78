"""`careline bench`: how much this server does on this machine, measured from outside on a server of its own."""
