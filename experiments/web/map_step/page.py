"""What the map step shows: the columns of a draft, and an example row as it will be sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from experiments.core.errors import WorkbenchError
from experiments.core.formatting import as_text, clipped, counted, shorten
from experiments.ingest.column_stats import SAMPLE_CHARS
from experiments.prompts.columns import MappedColumn
from experiments.prompts.param_keys import proposed_keys
from experiments.web.column_look import ColumnLook, column_looks
from experiments.web.map_step.draft import Json, MapDraft
from experiments.web.map_step.forms import (
    USED,
    ColumnChoice,
    ColumnQuery,
    choices_as_json,
    columns_version,
    is_of_use,
    matching_columns,
    uses_of,
)
from experiments.web.row_place import row_place

COLUMNS_PER_PAGE = 100
"""A form of thousands of fields is rejected."""
LONGEST_VALUE = 2000
WIDEST_LOOK = 1000
"""Columns between the first and the last one shown, beyond which no types are looked for."""


@dataclass(frozen=True)
class ColumnLine:
    """A column. `problem` says why `mode` and `key`, which were chosen, are not saved. `fixed`: what it is for, where
    that can't be chosen."""

    number: int
    name: str
    header: str
    mode: str
    key: str
    samples: tuple[str, ...]
    filled: str
    problem: str
    look: ColumnLook | None
    fixed: str


@dataclass(frozen=True)
class UseCount:
    """How many columns a use has, and the query that shows them."""

    use: str
    label: str
    count: int
    query: str


@dataclass(frozen=True)
class ColumnPage:
    """One page of the columns whose names contain `find`. `was` and `version` let a save see what was changed."""

    lines: tuple[ColumnLine, ...]
    find: str
    use: str
    legend: tuple[UseCount, ...]
    page: int
    pages: int
    found: int
    total: int
    was: str
    version: str
    used: str = USED
    """The use that leaves the ignored ones out."""

    @property
    def hides_ignored(self) -> bool:
        return self.use == USED

    @property
    def previous_query(self) -> str:
        return self.query_of_page(self.page - 1) if self.page > 1 else ""

    @property
    def next_query(self) -> str:
        return self.query_of_page(self.page + 1) if self.page < self.pages else ""

    def query_of_page(self, page: int) -> str:
        given = {"find": self.find, "use": self.use, "page": page}
        return urlencode({name: value for name, value in given.items() if value})


def column_page(
    draft: MapDraft,
    stats: Sequence[Json],
    *,
    query: ColumnQuery,
    problems: Mapping[int, str],
    typed: Mapping[int, ColumnChoice],
) -> ColumnPage:
    queue, columns = draft.queue, draft.columns
    numbers = matching_columns(draft, stats, query)
    pages = max(1, -(-len(numbers) // COLUMNS_PER_PAGE))
    page = min(max(query.page, 1), pages)
    shown = numbers[(page - 1) * COLUMNS_PER_PAGE : page * COLUMNS_PER_PAGE]
    keys = proposed_keys(columns)
    looks = column_looks(queue, shown[0], shown[-1] + 1) if shown and shown[-1] - shown[0] < WIDEST_LOOK else {}
    return ColumnPage(
        lines=tuple(
            ColumnLine(
                number=number,
                name=columns[number].name,
                header=_header_note(columns[number]),
                **_shown_choice(draft, keys, number, problems, typed),
                samples=tuple(stats[number]["samples"]),
                filled=_share(queue.total - stats[number]["empty"], queue.total),
                problem=problems.get(number, ""),
                look=looks.get(number),
                fixed=columns[number].traits.label if draft.is_fixed(number) else "",
            )
            for number in shown
        ),
        find=query.find,
        use=query.use,
        legend=tuple(_legend(draft, stats, query)),
        page=page,
        pages=pages,
        found=len(numbers),
        total=len(columns),
        was=choices_as_json(draft, shown),
        version=columns_version(draft),
    )


def _shown_choice(
    draft: MapDraft, keys: Sequence[str], number: int, problems: Mapping[int, str], typed: Mapping[int, ColumnChoice]
) -> dict[str, str]:
    """The stored mode and key; where those that were chosen cannot be saved, these."""
    if number in problems and number in typed:
        return {"mode": typed[number].mode, "key": typed[number].key}
    return {"mode": draft.columns[number].mode, "key": keys[number]}


def _share(part: int, whole: int) -> str:
    """`93%`; 0 and 100 only where it is none and all."""
    if not whole or not part:
        return "0%"
    return "100%" if part == whole else f"{min(max(round(100 * part / whole), 1), 99)}%"


def _header_note(column: MappedColumn) -> str:
    """What the file calls the column, where that is something else."""
    if column.name == column.header:
        return ""
    original = shorten(column.header, SAMPLE_CHARS)
    return f"“{original}” in the file" if column.header.strip() else "no header in the file"


def _legend(draft: MapDraft, stats: Sequence[Json], query: ColumnQuery) -> Iterator[UseCount]:
    numbers = range(len(draft.columns))
    for use, label in uses_of(draft).items():
        if use != USED:
            count = sum(is_of_use(draft, stats, number, use) for number in numbers)
            yield UseCount(use, label, count, replace(query, use=use, page=1).urlencode())


def says_of_mapping(draft: MapDraft) -> str:
    """For the end of the page: `2 columns in the prompt, 4 params`."""
    modes = [column.traits for column in draft.columns]
    in_prompt, params = sum(mode.in_prompt for mode in modes), sum(mode.has_key for mode in modes)
    return f"{counted(in_prompt, 'column')} in the prompt, {counted(params, 'param')}"


@dataclass(frozen=True)
class ExampleRow:
    """A row as it would be sent. `missing` is the index of a row that was asked for and does not exist."""

    index: int | None
    previous: int | None
    next: int | None
    prompt: tuple[tuple[str, str], ...] = ()
    params: str = ""
    missing: int | None = None
    problem: str = ""
    """Why there are no params."""


def example_row(draft: MapDraft, row_index: int | None) -> ExampleRow:
    """The row with this index, or else the first one."""
    queue = draft.queue
    place = row_place(queue, row_index)
    if place.index is None:
        return ExampleRow(None, None, None)
    row = queue.rows.get(row_index=place.index)
    cells = [clipped(cell, LONGEST_VALUE) for cell in row.payload]
    columns = draft.message_columns()
    params, problem = dict[str, Any](), ""
    try:
        params = columns.system_params(cells)
    except WorkbenchError as error:
        problem = error.detail
    return ExampleRow(
        index=place.index,
        previous=place.previous,
        next=place.next,
        prompt=tuple(columns.lines(cells)[:COLUMNS_PER_PAGE]),
        params=clipped(as_text(params)) if params else "",
        missing=place.missing,
        problem=problem,
    )
