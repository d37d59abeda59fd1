"""Which cells of a CSV are in quotes, so that whoever reads it divides it as it was written.

A reader that has to find out the delimiter (ours, DuckDB's, a spreadsheet's) counts signs outside of quotes. So a cell
has quotes where RFC 4180 says so, and also where it holds another sign that divides cells in some files, a control
character, or `#`, with which comments begin.
"""

import re
from collections.abc import Callable
from functools import cache

SEPARATORS = ",;\t|~^#" + "".join(map(chr, [*range(9), 11, 12, *range(14, 32)]))
"""Besides the delimiter, quotes and line ends."""
_IN_QUOTES = re.compile(rb'"(?:[^"]++|"")*+"')
"""A cell in quotes, as one match: a cell of megabytes may have a million quotes in it."""
LARGE = 256 * 1024
"""Bytes of a text that is looked through sign by sign."""
PLAIN_NAME = re.compile(r"(?!\d)\w+(?:[ .-]\w+)*")
"""A header that no reader takes for anything else, such as a value."""


@cache
def odd_signs(delimiter: str) -> bytes:
    """What PostgreSQL writes without quotes."""
    return SEPARATORS.replace(delimiter, "").encode()


@cache
def special(delimiter: str) -> re.Pattern[str]:
    """Finds a sign for which a cell gets quotes."""
    return re.compile("[" + re.escape(SEPARATORS + delimiter) + '"\r\n]')


def in_quotes(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def with_odd_cells_quoted(line: bytes, delimiter: str) -> bytes:
    """A line as PostgreSQL writes it, in which cells with odd signs get quotes as well."""
    signs = odd_signs(delimiter)
    if not has_any(line, signs) or not has_any(_IN_QUOTES.sub(b"", line), signs):
        return line
    return _cell(delimiter).sub(_quoted_if_odd(delimiter), line)


def has_any(text: bytes, signs: bytes) -> bool:
    if len(text) > LARGE:
        # Without a copy.
        return any(sign in text for sign in signs)
    return len(text.translate(None, signs)) < len(text)


@cache
def _cell(delimiter: str) -> re.Pattern[bytes]:
    """A cell. It never steps back: for that a hundred bytes would be kept for each sign."""
    return re.compile(rb'"(?:[^"]++|"")*+"|[^"\n%b]++' % re.escape(delimiter.encode()))


@cache
def _quoted_if_odd(delimiter: str) -> Callable[[re.Match[bytes]], bytes]:
    signs = odd_signs(delimiter)

    def quoted(found: re.Match[bytes]) -> bytes:
        cell = found[0]
        return b'"' + cell + b'"' if cell[:1] != b'"' and has_any(cell, signs) else cell

    return quoted
