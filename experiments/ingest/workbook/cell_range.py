"""A range of cells, as spreadsheets write it: `B3:F200`, or `B3:F` and `B:F` for all rows below."""

import re
from dataclasses import dataclass

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?)?")


@dataclass(frozen=True, slots=True)
class CellRange:
    """Columns from 0, rows from 1; the last ones are inside of it."""

    first_column: int
    last_column: int
    first_row: int = 1
    last_row: int = MOST_ROWS

    @classmethod
    def parse(cls, text: str) -> "CellRange | None":
        """None for what is no range. A single cell is one."""
        match = _RANGE.fullmatch(text.strip())
        if not match:
            return None
        left, top, right, bottom = match.groups()
        right, bottom = (left, top) if right is None else (right, bottom)
        found = cls(column_number(left), column_number(right), int(top or 1), int(bottom or MOST_ROWS))
        rows = 1 <= found.first_row <= found.last_row <= MOST_ROWS
        return found if rows and found.first_column <= found.last_column < MOST_COLUMNS else None


def column_number(letters: str) -> int:
    """`A` is 0, `AB` is 27; -1 for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return -1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(column: int) -> str:
    """`column_number` the other way round."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
