"""Whether failures say the same, whatever row they are about.

Two forms of a message are compared, each as a short hash: the message without numbers, ids and quoted parts, and the
same without the text of the row. One form is not enough: a cell may be a word that the message has for every row.
"""

import re
from collections.abc import Iterable
from hashlib import blake2s

FIRST_CHARS = 200
"""What stands further behind in a message are details."""
HEAD = 24
"""A cell is found by its first characters, and followed from there: the message may quote only a part of it."""
SHORTEST_CELL = 2
_QUOTED = re.compile(r"""(?<!\w)(["'`]).+?\1(?!\w)|[“„«].+?[”“»]""")
_WITH_DIGITS = re.compile(r"\S*\d\S*")


def same_words(message: str, cells: Iterable[str]) -> tuple[str, ...]:
    """One or two hashes of 16 characters; two messages say the same where they share one. `cells`: texts of the row.

    >>> same_words("No customer Ann (id 17).", ["Ann"])[-1] == same_words("No customer Bob (id 4).", ["Bob"])[-1]
    True
    """
    line = " ".join(message.split())
    return tuple(dict.fromkeys(map(_hash, (line, _without_cells(line, cells)))))


def _hash(line: str) -> str:
    plain = _WITH_DIGITS.sub("#", _QUOTED.sub("…", line))[:FIRST_CHARS].casefold()
    return blake2s(plain.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _without_cells(line: str, cells: Iterable[str]) -> str:
    starts = {" ".join(cell[: 2 * len(line)].split()) for cell in cells}
    for cell in sorted(starts, key=len, reverse=True):
        if len(cell) >= SHORTEST_CELL:
            line = _without(line, cell)
    return line


def _without(line: str, cell: str) -> str:
    """Without the parts of the line that repeat the cell from its beginning; a short one only as a whole word."""
    parts, at = [], 0
    while (found := line.find(cell[:HEAD], at)) >= 0:
        end = found
        while end < len(line) and end - found < len(cell) and line[end] == cell[end - found]:
            end += 1
        is_word = not (line[found - 1 : found].isalnum() or line[end : end + 1].isalnum())
        parts += [line[at:found], "…" if is_word or end - found >= HEAD else line[found:end]]
        at = end
    return "".join([*parts, line[at:]])
