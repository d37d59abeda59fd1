"""Writes of the kind *CSV batch*: drafts, files, trials, the start."""
