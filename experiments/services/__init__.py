"""Writes. Each changes the tables in one transaction, and raises an error that a user can act on."""
