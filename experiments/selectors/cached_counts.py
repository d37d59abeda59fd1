"""Keeping what is counted over very many rows for a while: the longer it took, the longer."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

T = TypeVar("T")
LARGE = 20_000
"""Of fewer rows everything is counted whenever it is asked for."""
TIMES = 20
"""What takes a second is counted every 20 seconds at most."""
LONGEST_S = 3600
_NOTHING = object()


def cached(
    key: str, *, rows: int, version: Any, compute: Callable[[], T], times: int = TIMES, large: int | None = None
) -> T:
    """`compute()`, which looks at `rows` rows; of very many what it gave lately.

    With the same `version` it is what it was before; with another one it is counted again after `times` the time that
    it took.
    """
    if rows <= (LARGE if large is None else large):
        return compute()
    kept: Any = cache.get(key, _NOTHING)
    if kept is not _NOTHING:
        known_version, fresh_until, value = kept
        if known_version == version or time.time() < fresh_until:
            return value
    start = time.monotonic()
    value = compute()
    cache.set(key, (version, time.time() + times * (time.monotonic() - start), value), LONGEST_S)
    return value


def forget(key: str) -> None:
    cache.delete(key)
