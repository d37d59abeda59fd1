"""Quotes tell a header from rows: many programs write names in quotes, and values only where those are needed."""

import re
from collections.abc import Sequence

from experiments.ingest.dialect import Dialect
from experiments.ingest.head import HeadRecord
from experiments.ingest.raw_record import cells

_NEEDS_QUOTES = re.compile(r"[,;|~^#\"\x00-\x1f]")
"""A sign for which a writer may put a cell in quotes, besides the delimiter."""


def begins_in_quotes(record: HeadRecord, dialect: Dialect) -> bool:
    """Then it is no comment."""
    return dialect.quote is not None and record.raw.lstrip(" \t").startswith(dialect.quote)


def has_quoted_header(header: HeadRecord, rows: Sequence[HeadRecord], dialect: Dialect) -> bool:
    """All of the header in quotes that not all of its cells need, and below it none without need.

    The rows are as wide, and a value of theirs has no quotes: else this would be how the writer does it everywhere.
    """
    if not begins_in_quotes(header, dialect) or any(len(row.cells) != len(header.cells) for row in rows):
        return False
    names = _quoted_cells(header, dialect)
    if len(names) != len(header.cells) or not all(is_quoted for is_quoted, _ in names):
        return False
    if all(_needs_quotes(text, dialect) for _, text in names):
        return False
    values = [cell for row in rows for cell in _quoted_cells(row, dialect)]
    if any(is_quoted and text and not _needs_quotes(text, dialect) for is_quoted, text in values):
        return False
    return any(text.strip() and not is_quoted for is_quoted, text in values)


def _quoted_cells(record: HeadRecord, dialect: Dialect) -> list[tuple[bool, str]]:
    """Whether each cell has quotes around it, and what is between them."""
    raw = record.raw
    return [
        (cell.quoted, raw[cell.start : cell.end].strip(" \t")[1:-1] if cell.quoted else raw[cell.start : cell.end])
        for cell in cells(raw, dialect)
    ]


def _needs_quotes(text: str, dialect: Dialect) -> bool:
    return dialect.delimiter in text or (dialect.quote or "") in text or bool(_NEEDS_QUOTES.search(text))
