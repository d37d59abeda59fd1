"""Reads of the kind *experiment*: scores and comparisons."""
