"""What a cell looks like: a number, a date, a text. Only to tell a header from data; no cell is ever changed."""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise

_SURE = 0.9
_AROUND = " \t\r\n\"'"
_NOTHING = {
    *("", "-", "--", "?", ".", "na", "n/a", "#n/a", "nan", "null", "nil", "none", "\\n"),
    *("unknown", "missing", "tbd", "n.a.", "k.a.", "absent", "not available", "not known"),
}
_YEARS = range(1800, 2201)


class Kind(Enum):
    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    ADDRESS = auto()
    OBJECT = auto()
    TEXT = auto()


_PATTERNS = (
    (
        Kind.DATE,
        re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d\d.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}( .*)?"),
    ),
    (Kind.TIME, re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[ap]m)?", re.IGNORECASE)),
    (Kind.NUMBER, re.compile(r"[-+(]?[€$£¥]? ?\d[\d.,' \u00a0]*(e[-+]?\d+)?\)? ?[%€$£¥]?", re.IGNORECASE)),
    (Kind.ADDRESS, re.compile(r"https?://\S+|\S+@\S+\.\w+|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)),
    (Kind.OBJECT, re.compile(r"\{.*\}|\[.*\]", re.DOTALL)),
)
_LONGEST = 200
_ADDRESS_SIGNS = re.compile(r"@|://|-.*-.*-")


@lru_cache(maxsize=4096)
def kind_of(cell: str) -> Kind | None:
    """None for a cell without a value."""
    text = cell[:_LONGEST].strip(_AROUND)
    if text.casefold() in _NOTHING:
        return None
    if text[0].isalpha() and not _ADDRESS_SIGNS.search(text):
        return Kind.TEXT
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(text)), Kind.TEXT)


def common_kind(kinds: Iterable[Kind | None]) -> Kind | None:
    """That of nearly all cells with a value; None where they differ, or have none."""
    some = [kind for kind in kinds if kind is not None]
    if not some:
        return None
    first = some[0]
    if some.count(first) >= _SURE * len(some):
        return first
    return next((kind for kind in Kind if some.count(kind) >= _SURE * len(some)), None)


def is_series(cells: list[str]) -> bool:
    """Whole numbers at the same distance, or years: names of columns as much as they may be data."""
    if len(cells) < 2 or not all(len(cell) < _LONGEST and cell.strip().isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return (len(steps) == 1 and steps != {0}) or (len(set(numbers)) == len(numbers) and are_years(cells))


def are_years(cells: list[str]) -> bool:
    return bool(cells) and all(cell.strip().isdecimal() and int(cell[:9]) in _YEARS for cell in cells)
