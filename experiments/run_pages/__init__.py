"""Runs as values that are ready to print: the list, one of them, its timeline."""
