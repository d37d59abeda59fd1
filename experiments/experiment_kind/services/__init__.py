"""Writes of the kind *experiment*."""
