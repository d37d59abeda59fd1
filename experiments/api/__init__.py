"""The API: each view checks its input, calls one service or selector, and answers."""

from experiments.api.nothing import Nothing

__all__ = ["Nothing"]
