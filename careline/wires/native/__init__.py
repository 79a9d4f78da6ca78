"""Careline's own language: every command once, over REST and over one socket, described by its own documents."""
