"""Careline: a self-hosted chat server between an organisation's staff and the people it serves."""

__version__ = "0.1.0"
