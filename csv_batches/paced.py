"""Keeping what takes long to compute for a while: the longer it took, the longer."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

T = TypeVar("T")
QUICK_S = 0.05
"""What is computed faster than this is never kept."""
TIMES = 20
"""Something that takes a second is computed every 20 seconds at most."""
LONGEST_S = 3600
_NOTHING = object()


def paced(key: str, version: Any, compute: Callable[[], T]) -> T:
    """`compute()`, or what it gave lately. With the same `version` it is the same, however long ago it was."""
    kept: Any = cache.get(key, _NOTHING)
    if kept is not _NOTHING:
        known_version, fresh_until, value = kept
        if known_version == version or time.time() < fresh_until:
            return value
    start = time.monotonic()
    value = compute()
    took = time.monotonic() - start
    if took > QUICK_S:
        cache.set(key, (version, time.time() + TIMES * took, value), LONGEST_S)
    return value


def forget(key: str) -> None:
    cache.delete(key)
