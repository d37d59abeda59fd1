"""What people gave stands in quotes in a sentence, and never breaks it."""

import pytest

from experiments.core.formatting import quoted


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Order no", "“Order no”"),
        ("Größe 🙂", "“Größe 🙂”"),
        ("two\nlines", "“two\\nlines”"),
        ("half a \ud800 pair", "“half a \\ud800 pair”"),
        ("\0", "“\\x00”"),
        (5, "“5”"),
        (None, "“None”"),
    ],
)
def test_it_stays_in_one_line_and_can_be_sent(given: object, shown: str) -> None:
    assert quoted(given) == shown
    assert quoted(given).encode()
