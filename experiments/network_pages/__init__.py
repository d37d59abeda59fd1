"""A network's pages as values that are ready to print, and what they take from a form."""
