"""Reads: what the API and the pages show of a queue of any kind."""
