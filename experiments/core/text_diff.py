"""The words that only the expected or only the given answer has."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

WORD = re.compile(r"\s+|\w+|[^\w\s]")
MAX_WORDS = 2000
"""Of both texts: the time grows with the square of it, so longer ones are shown whole, without differences."""


class Piece(NamedTuple):
    """`kind`: `kept` in both, `missing` from the answer, or `added` by it."""

    kind: Literal["kept", "missing", "added"]
    text: str


def pieces(expected: str, answered: str) -> list[Piece]:
    """All of both texts, in order."""
    wanted, given = WORD.findall(expected), WORD.findall(answered)
    if len(wanted) + len(given) > MAX_WORDS:
        return [Piece("missing", expected), Piece("added", answered)]
    found = []
    matcher = SequenceMatcher(None, wanted, given, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Piece("kept", "".join(wanted[start:end])))
            continue
        if end > start:
            found.append(Piece("missing", "".join(wanted[start:end])))
        if other_end > other_start:
            found.append(Piece("added", "".join(given[other_start:other_end])))
    return found
