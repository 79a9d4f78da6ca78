"""The devices on which people are reached when they are not connected."""
