"""Counts over very many rows are cached: the longer a count took, the longer it is kept."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

T = TypeVar("T")
LARGE = 20_000
"""Up to so many rows nothing is cached."""
TIMES = 20
"""A count that takes a second is made every 20 seconds at most."""
LONGEST_S = 3600
_ABSENT = object()


def cached(
    key: str, *, rows: int, version: Any, compute: Callable[[], T], times: int = TIMES, large: int | None = None
) -> T:
    """`compute()`, which reads `rows` rows, or its cached value where there are more than `large`.

    A value of the same `version` is used as it is. One of another version is used until `times` the time has passed
    that computing it took.
    """
    if rows <= (LARGE if large is None else large):
        return compute()
    kept: Any = cache.get(key, _ABSENT)
    if kept is not _ABSENT:
        known_version, fresh_until, value = kept
        if known_version == version or time.time() < fresh_until:
            return value
    start = time.monotonic()
    value = compute()
    cache.set(key, (version, time.time() + times * (time.monotonic() - start), value), LONGEST_S)
    return value


def known(key: str, *, version: Any) -> Any:
    """What `cached` keeps, where it is of this version; else None."""
    kept: Any = cache.get(key, _ABSENT)
    return kept[2] if kept is not _ABSENT and kept[0] == version else None


def forget(key: str) -> None:
    cache.delete(key)
