"""One of a few words, in any case."""

import pytest

from config.environment import LOG_LEVELS
from tests.unit.config.conftest import read


@pytest.mark.parametrize("value", ["DEBUG", "debug", "Debug"])
def test_a_listed_word_is_read(value: str) -> None:
    assert read("choice", value, "WARNING", allowed=LOG_LEVELS) == ("DEBUG", [])


def test_nothing_is_the_default(nothing: str | None) -> None:
    assert read("choice", nothing, "WARNING", allowed=LOG_LEVELS) == ("WARNING", [])


def test_another_word_is_refused_with_the_list() -> None:
    _, problems = read("choice", "loud", "LOW", allowed=("LOW", "MIDDLE", "HIGH"))
    assert problems == ["NAME can’t be “loud”. Use LOW, MIDDLE or HIGH."]


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_every_level_of_a_log_is_listed(level: str) -> None:
    assert level in LOG_LEVELS
