"""What is counted over very many rows is kept for a while; of few rows it is always counted."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from experiments.selectors.cached_counts import LARGE, cached, forget


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


def counted(results: Iterator[int], version: int, rows: int = LARGE + 1, times: int = 10**6) -> int:
    return cached("key", rows=rows, version=version, compute=lambda: next(results), times=times)


def test_few_rows_are_always_counted() -> None:
    results = iter(range(10))
    assert [counted(results, 1, rows=LARGE) for _ in range(3)] == [0, 1, 2]


def test_the_same_version_is_not_counted_again() -> None:
    results = iter(range(10))
    assert [counted(results, 1, times=0) for _ in range(3)] == [0, 0, 0]


def test_another_version_is_counted_when_its_time_has_come() -> None:
    results = iter(range(10))
    assert [counted(results, version, times=0) for version in (1, 2, 2, 3)] == [0, 1, 1, 2]


def test_another_version_has_to_wait_for_its_time() -> None:
    results = iter(range(10))
    assert [counted(results, version, times=10**9) for version in (1, 2)] == [0, 0]


def test_what_is_forgotten_is_counted_again() -> None:
    results = iter(range(10))
    assert counted(results, 1) == 0
    forget("key")
    assert counted(results, 1) == 1
