"""Wakes the processes of this worker: whoever rings, all hear it.

A task of django-q2 reaches one process of one worker. Which process has room is another question, so the task only
rings, and every process looks for itself.
"""

import mmap
import struct
import time

_time = mmap.mmap(-1, 8)
"""When it rang last. Made at import, before any fork; written whole, so that no lock is needed."""


def ring() -> None:
    _time[:8] = struct.pack("@q", time.monotonic_ns())


def rang_at() -> int:
    at: int = struct.unpack("@q", _time[:8])[0]
    return at
