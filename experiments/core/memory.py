"""Memory of a process with threads: what a large value took is given back when it is gone."""

import ctypes

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Of mallopt(3), glibc."""
LARGE_BYTES = 512 * 1024
ARENAS = 2


def give_back_large_values() -> None:
    """Else glibc learns from each large value that is freed to keep the next, for every thread that had one: sixteen
    threads that each made an answer of 5 MB kept 400 MB. Where there is no glibc nothing is done."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(M_ARENA_MAX, ARENAS)
