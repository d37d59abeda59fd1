"""What is in the expected answer and not in the given one, and the other way round, word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

WORD = re.compile(r"\s+|\w+|[^\w\s]")
MOST_WORDS = 2000
"""In longer texts no differences are looked for: that takes the square of it."""


class Piece(NamedTuple):
    """`kind`: `same`, `missing` from the answer, or `added` by it."""

    kind: Literal["same", "missing", "added"]
    text: str


def pieces(expected: str, answered: str) -> list[Piece]:
    """All of both texts, in order."""
    wanted, given = WORD.findall(expected), WORD.findall(answered)
    if len(wanted) + len(given) > MOST_WORDS:
        return [Piece("missing", expected), Piece("added", answered)]
    return list(_pieces(wanted, given))


def _pieces(wanted: Sequence[str], given: Sequence[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, wanted, given, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(wanted[start:end]))
            continue
        if end > start:
            yield Piece("missing", "".join(wanted[start:end]))
        if other_end > other_start:
            yield Piece("added", "".join(given[other_start:other_end]))
