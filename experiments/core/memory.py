"""Memory of a process with threads: what a large value took is given back when it is gone."""

import contextlib
import ctypes

M_MMAP_THRESHOLD = -3
"""A parameter of glibc's mallopt(3)."""
LARGE_BYTES = 256 * 1024


def give_back_large_blocks(least_bytes: int = LARGE_BYTES) -> None:
    """glibc learns from the first large block that it frees to keep such ones, in each thread for itself: a multiple
    of all that is held. With a limit set by hand it gives each back to the system."""
    with contextlib.suppress(AttributeError, OSError):  # another C library, which has no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, least_bytes)
