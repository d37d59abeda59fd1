"""Whether the first row of a sheet is its header: as in a CSV, a doubt refuses the sheet, with what would read it."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from statistics import median

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.ingest.dialect import Dialect
from experiments.ingest.doubts import Beginning, Doubt, Suspicion, header_doubt
from experiments.ingest.errors import Offer, RejectedFile
from experiments.ingest.head import Head, HeadRecord
from experiments.ingest.offers import label_of
from experiments.ingest.options import ReadOptions
from experiments.ingest.table import Table

_AS_CSV = Dialect(",", "\n", sep_line=False)
Change = dict[str, str | int | bool]


def judge_header(rows: Sequence[tuple[int, list[str]]], header_rows: int) -> Doubt | Suspicion | None:
    """Of the first rows, the header first, all of the table's width."""
    records = [HeadRecord(line, cells) for line, cells in rows]
    return _title(records) or header_doubt(Beginning(Head(records, []), _AS_CSV, header_rows))


def _title(records: Sequence[HeadRecord]) -> Doubt | None:
    """Lines of a single cell above rows that have more."""
    filled = [sum(bool(cell.strip()) for cell in record.cells) for record in records]
    if not filled or filled[0] > 1 or len(filled) < 2 or median(filled[1:]) < 2:
        return None
    first = records[0].line
    below = next(record.line for record, number in zip(records, filled, strict=True) if number > 1)
    detail = f"Line {first} is not certainly the header: it has a single cell, as a title has. Say where the header is."
    return Doubt(ErrorCode.UNCERTAIN_HEADER, first, detail, (("header", below),))


def refused(doubt: Doubt, options: ReadOptions, table: Callable[[ReadOptions], Table]) -> RejectedFile:
    """With the options that settle it; `table` opens the sheet with others, and refuses it where they do not."""
    error = RejectedFile(doubt.detail, code=doubt.code, line=doubt.line)
    hint: Change = dict(doubt.hint)
    as_it_is: Change = {"header": doubt.line, "header_rows": 1}
    found = [change for change in (hint,) if change and _reads(change, options, table)]
    if not found or "header_rows" in hint:
        found += [change for change in (as_it_is,) if _reads(change, options, table)]
    error.offer((Offer(change, label_of(change)) for change in found), beside=options.given())
    return error


def _reads(change: Change, options: ReadOptions, table: Callable[[ReadOptions], Table]) -> bool:
    try:
        with closing(table(replace(options, **change)).rows()) as rows:  # type: ignore[arg-type]
            return next(rows, None) is not None
    except InvalidInput:
        return False
