"""Two queues with the same rows, side by side."""
