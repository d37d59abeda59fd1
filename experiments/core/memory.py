"""Memory of a process: what a large value took is given back when it is gone, and what stays is left alone."""

import contextlib
import ctypes
import gc

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Parameters of glibc's mallopt(3)."""
LARGE_BYTES = 256 * 1024


def give_back_large_blocks(least_bytes: int = LARGE_BYTES) -> None:
    """glibc learns from the first large block that it frees to keep such ones, in each thread for itself: a multiple
    of all that is held. With a limit set by hand it gives each back to the system."""
    with contextlib.suppress(AttributeError, OSError):  # another C library, which has no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, least_bytes)


def share_small_blocks() -> None:
    """All threads take them from one heap, before any has begun: each would keep a heap of its own as large as the
    largest answer that it ever read."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def keep_what_is_there() -> None:
    """What this process has by now stays, as modules do: the garbage collector looks through it no more.

    A look through all modules of the site takes a tenth of a second. In a process that was forked it also makes a copy
    of each page that it shares with the first one.
    """
    gc.collect()
    gc.freeze()
