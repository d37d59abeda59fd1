"""What the map step shows: the columns of a draft, and an example row as it will be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.rules.column_stats import SAMPLE_CHARS
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.wizard.map.forms import ColumnChoice, Json, choices_as_json, columns_version, matching_columns
from experiments.core.formatting import as_text, clipped, shorten

COLUMNS_PER_PAGE = 100
"""A form of thousands of fields is rejected."""
LONGEST_VALUE = 2000


@dataclass(frozen=True)
class ColumnLine:
    """A column. `problem` says why `mode` and `key`, which were chosen, are not saved."""

    number: int
    name: str
    header: str
    mode: str
    key: str
    samples: tuple[str, ...]
    empty: int
    all_empty: bool
    problem: str


@dataclass(frozen=True)
class ColumnPage:
    """One page of the columns whose names contain `find`. `was` and `version` let a save see what was changed."""

    lines: tuple[ColumnLine, ...]
    find: str
    page: int
    pages: int
    found: int
    total: int
    was: str
    version: str

    @property
    def previous_query(self) -> str:
        return self.query_of_page(self.page - 1) if self.page > 1 else ""

    @property
    def next_query(self) -> str:
        return self.query_of_page(self.page + 1) if self.page < self.pages else ""

    def query_of_page(self, page: int) -> str:
        return urlencode({"find": self.find, "page": page} if self.find else {"page": page})


def column_page(
    batch: CsvBatch,
    stats: Sequence[Json],
    *,
    find: str,
    page: int,
    problems: Mapping[int, str],
    typed: Mapping[int, ColumnChoice],
) -> ColumnPage:
    numbers = matching_columns(batch, find)
    pages = max(1, -(-len(numbers) // COLUMNS_PER_PAGE))
    page = min(max(page, 1), pages)
    shown = numbers[(page - 1) * COLUMNS_PER_PAGE : page * COLUMNS_PER_PAGE]
    return ColumnPage(
        lines=tuple(
            _column_line(batch, stats[number], number, problems.get(number, ""), typed.get(number)) for number in shown
        ),
        find=find,
        page=page,
        pages=pages,
        found=len(numbers),
        total=len(batch.columns),
        was=choices_as_json(batch, shown),
        version=columns_version(batch),
    )


def _column_line(batch: CsvBatch, stats: Json, number: int, problem: str, typed: ColumnChoice | None) -> ColumnLine:
    column = batch.columns[number]
    shown = typed if problem and typed else ColumnChoice(column["mode"], column["key"])
    header = ""
    if column["name"] != column["header"]:
        original = shorten(column["header"], SAMPLE_CHARS)
        header = f"“{original}” in the file" if column["header"].strip() else "no header in the file"
    return ColumnLine(
        number=number,
        name=column["name"],
        header=header,
        mode=shown.mode,
        key=shown.key,
        samples=tuple(stats["samples"]),
        empty=stats["empty"],
        all_empty=bool(batch.total) and stats["empty"] == batch.total,
        problem=problem,
    )


@dataclass(frozen=True)
class ExampleRow:
    """A row as it would be sent. `missing` is the index of a row that was asked for and does not exist."""

    index: int | None
    previous: int | None
    next: int | None
    prompt: tuple[tuple[str, str], ...] = ()
    params: str = ""
    missing: int | None = None


def example_row(batch: CsvBatch, row_index: int | None) -> ExampleRow:
    """The row with this index, or else the first one."""
    rows = batch.rows.in_order()
    row = rows.filter(row_index=row_index).first() if row_index is not None else None
    missing = row_index if row is None else None
    row = row or rows.first()
    if row is None:
        return ExampleRow(None, None, None)
    indexes = batch.rows.values_list("row_index", flat=True)
    cells = [clipped(cell, LONGEST_VALUE) for cell in row.payload]
    in_prompt = [
        (column["name"], cell)
        for column, cell in zip(batch.columns, cells, strict=True)
        if mode_of_column(column).in_prompt
    ]
    params: dict[str, Any] = mapping.ColumnMapping(batch.columns).system_params(cells)
    return ExampleRow(
        index=row.row_index,
        previous=indexes.filter(row_index__lt=row.row_index).order_by("-row_index").first(),
        next=indexes.filter(row_index__gt=row.row_index).order_by("row_index").first(),
        prompt=tuple(in_prompt[:COLUMNS_PER_PAGE]),
        params=clipped(as_text(params)) if params else "",
        missing=missing,
    )
