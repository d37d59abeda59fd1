"""A queue's pages as values that are ready to print, and what they take from an address or a form."""
