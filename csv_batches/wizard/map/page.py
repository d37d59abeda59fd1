"""The columns of a draft as the page that maps them shows them, and what a person changed on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.rules.choices import MappingMode
from csv_batches.rules.column_stats import SAMPLE_CHARS
from csv_batches.rules.mapping import Json
from experiments.core.errors import InvalidInput
from experiments.core.formatting import as_text, clipped, shorten

PAGE = 100
"""Columns on a page: a form of thousands of fields is not taken."""
VALUE_CHARS = 2000


@dataclass(frozen=True)
class Line:
    """A column; `problem` says why `mode` and `key`, which were chosen, are not saved."""

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
class Columns:
    """One page of the columns whose names contain `find`. `was` and `version` let a save see what was changed."""

    lines: tuple[Line, ...]
    find: str
    page: int
    pages: int
    found: int
    total: int
    was: str
    version: str

    def _query(self, page: int) -> str:
        return urlencode({"find": self.find, "page": page} if self.find else {"page": page})

    @property
    def before(self) -> str:
        return self._query(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        return self._query(self.page + 1) if self.page < self.pages else ""


@dataclass(frozen=True)
class Wanted:
    """What a column should become."""

    mode: str
    key: str


def columns_of(
    batch: CsvBatch,
    facts: Sequence[Json],
    *,
    find: str,
    page: int,
    problems: Mapping[int, str],
    typed: Mapping[int, Wanted],
) -> Columns:
    numbers = matching(batch, find)
    pages = max(1, -(-len(numbers) // PAGE))
    page = min(max(page, 1), pages)
    shown = numbers[(page - 1) * PAGE : page * PAGE]
    was = [[number, batch.columns[number]["mode"], batch.columns[number]["key"]] for number in shown]
    return Columns(
        lines=tuple(_line(batch, facts, number, problems.get(number, ""), typed.get(number)) for number in shown),
        find=find,
        page=page,
        pages=pages,
        found=len(numbers),
        total=len(batch.columns),
        was=json.dumps(was, ensure_ascii=False, separators=(",", ":")),
        version=version_of(batch),
    )


def matching(batch: CsvBatch, find: str) -> list[int]:
    """Numbers of the columns whose name contains `find`, whatever the case."""
    wanted = find.casefold()
    return [number for number, name in enumerate(batch.column_names) if wanted in name.casefold()]


def version_of(batch: CsvBatch) -> str:
    """Another one as soon as the columns are others: numbers on an old page would mean other columns then."""
    return f"{crc32(json.dumps(batch.column_names).encode()):08x}"


def _line(batch: CsvBatch, facts: Sequence[Json], number: int, problem: str, typed: Wanted | None) -> Line:
    column, known = batch.columns[number], facts[number]
    shown = typed if problem and typed else Wanted(column["mode"], column["key"])
    return Line(
        number=number,
        name=column["name"],
        header=_header(column),
        mode=shown.mode,
        key=shown.key,
        samples=tuple(known["samples"]),
        empty=known["empty"],
        all_empty=bool(batch.total) and known["empty"] == batch.total,
        problem=problem,
    )


def _header(column: Json) -> str:
    """What the file has above the column, where that is not its name."""
    if column["name"] == column["header"]:
        return ""
    return (
        f"“{shorten(column['header'], SAMPLE_CHARS)}” in the file"
        if column["header"].strip()
        else "no header in the file"
    )


# -- what was changed


def wanted_of(form: Mapping[str, str]) -> dict[int, Wanted]:
    """The columns of a sent form that are others than on the page that it came from, by number."""
    try:
        before = {int(number): Wanted(mode, key) for number, mode, key in json.loads(form.get("was", "[]"))}
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("The form is not whole. Reload the page.", code="invalid_columns", attr="columns") from error
    wanted = {
        number: Wanted(form.get(f"m-{number}", old.mode), form.get(f"k-{number}", old.key))
        for number, old in before.items()
    }
    return {number: new for number, new in wanted.items() if new != before[number]}


def possible(batch: CsvBatch, wanted: Mapping[int, Wanted]) -> tuple[list[Json], dict[int, str]]:
    """What of it can be taken, as changes of columns, and why the rest cannot, by number of the column."""
    changes = {number: _change(batch, number, new) for number, new in wanted.items()}
    try:
        mapping.merge_columns(batch.columns, list(changes.values()))
    except InvalidInput:
        return _one_by_one(batch, changes)
    return list(changes.values()), {}


def _one_by_one(batch: CsvBatch, changes: Mapping[int, Json]) -> tuple[list[Json], dict[int, str]]:
    taken: list[Json] = []
    problems = {}
    for number, change in changes.items():
        try:
            mapping.merge_columns(batch.columns, [*taken, change])
        except InvalidInput as error:
            problems[number] = error.detail
        else:
            taken.append(change)
    return taken, problems


def _change(batch: CsvBatch, number: int, new: Wanted) -> Json:
    if not 0 <= number < len(batch.columns):
        raise InvalidInput("There is no such column.", code="unknown_column", attr="columns")
    return {"name": batch.columns[number]["name"], "mode": new.mode, "key": new.key}


# -- the example


@dataclass(frozen=True)
class Example:
    """A row as it would be sent; `missing` is the index of a row that is not there."""

    index: int | None
    previous: int | None
    next: int | None
    prompt: tuple[tuple[str, str], ...] = ()
    params: str = ""
    missing: int | None = None


def example_of(batch: CsvBatch, wanted: int | None) -> Example:
    """Of the row with this index; where there is none, of the first one."""
    rows = batch.rows.in_order()
    row = rows.filter(row_index=wanted).first() if wanted is not None else None
    missing = wanted if row is None else None
    row = row or rows.first()
    if row is None:
        return Example(None, None, None)
    around = batch.rows.values_list("row_index", flat=True)
    cells = [clipped(cell, VALUE_CHARS) for cell in row.payload]
    prompt = [
        (c["name"], cell) for c, cell in zip(batch.columns, cells, strict=True) if c["mode"] == MappingMode.PROMPT
    ]
    params: dict[str, Any] = mapping.ColumnMapping(batch.columns).system_params(cells)
    return Example(
        index=row.row_index,
        previous=around.filter(row_index__lt=row.row_index).order_by("-row_index").first(),
        next=around.filter(row_index__gt=row.row_index).order_by("row_index").first(),
        prompt=tuple(prompt[:PAGE]),
        params=clipped(as_text(params)) if params else "",
        missing=missing,
    )
