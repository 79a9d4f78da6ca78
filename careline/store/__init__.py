"""Stored data: one door, two engines, one SQL."""
