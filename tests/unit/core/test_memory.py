"""What a process has when it begins to work is not looked through again and again."""

import gc
from collections.abc import Iterator

import pytest

from experiments.core.memory import keep_what_is_there


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def is_looked_through(thing: object) -> bool:
    return any(one is thing for one in gc.get_objects())


def test_what_is_there_is_left_alone() -> None:
    there: list[object] = []
    assert is_looked_through(there)
    keep_what_is_there()
    assert not is_looked_through(there)


def test_what_comes_later_is_not() -> None:
    keep_what_is_there()
    later: list[object] = []
    assert is_looked_through(later)
