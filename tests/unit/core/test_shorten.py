"""Long texts are cut to a length, with an ellipsis."""

import pytest

from experiments.core.formatting import in_one_line, shorten


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("abcd", "abcd"), ("abcde", "abc…")])
def test_a_text_has_at_most_that_many_characters(text: str, shown: str) -> None:
    assert shorten(text, 4) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("abcd", "abcd"), ("abcde", "abc…"), ("ab\ncd", "ab…"), ("ab\n", "ab…"), ("abcd\n", "abc…"), ("\nx", "…")],
)
def test_one_line_says_that_more_follows(text: str, shown: str) -> None:
    assert in_one_line(text, 4) == shown
