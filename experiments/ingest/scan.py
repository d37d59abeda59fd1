"""Where the cells of one raw record are (RFC 4180). Slow and exact: for what has to be located."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

_QUOTED = r'"[^"]*+(?:""[^"]*+)*+'


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a record, quotes included: `text[start:end]`.

    `state` is `open` where the closing quote is missing, `junk` where text follows it (it begins at `end`).
    """

    number: int
    start: int
    end: int
    quoted: bool
    state: Literal["ok", "open", "junk"] = "ok"


@lru_cache(maxsize=32)
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    mark = re.escape(delimiter)
    clean_cell = rf'(?:{_QUOTED}"|[^"{mark}\r\n]*+)'
    clean = re.compile(rf"{clean_cell}(?:{mark}{clean_cell})*+(?:\r\n|\r|\n)?")
    return re.compile(_QUOTED), re.compile(rf"[^{mark}\r\n]*+"), clean


def is_clean(record: str, delimiter: str) -> bool:
    """Whether every quote of the record opens, closes or is doubled inside a quoted cell."""
    return _patterns(delimiter)[2].fullmatch(record) is not None


def cells(record: str, delimiter: str) -> Iterator[Cell]:
    """Yield the cells up to the record's end or to the first one that is `open` or `junk`."""
    quoted, plain, _ = _patterns(delimiter)
    start, number = 0, 1
    while True:
        opening = quoted.match(record, start)
        if opening is None:
            end = plain.match(record, start).end()  # type: ignore[union-attr]  # it matches the empty text
            yield Cell(number, start, end, quoted=False)
        elif opening.end() == len(record):
            yield Cell(number, start, opening.end(), quoted=True, state="open")
            return
        else:
            end = opening.end() + 1
            ends_well = record[end : end + 1] in ("", delimiter, "\r", "\n")
            yield Cell(number, start, end, quoted=True, state="ok" if ends_well else "junk")
            if not ends_well:
                return
        if record[end : end + 1] != delimiter:
            return
        start, number = end + 1, number + 1


def line_breaks(text: str) -> int:
    """How many line ends (LF, CRLF, CR) the text holds."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def char_in_line(text: str, position: int) -> int:
    """The place of a position within its physical line, from 1."""
    return position - max(text.rfind("\n", 0, position), text.rfind("\r", 0, position))
