"""The API: each view checks its input, calls one service or selector, and answers."""
