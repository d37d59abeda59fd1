"""The pages of a queue of any kind: the list, one queue, one row of it."""
