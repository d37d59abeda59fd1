"""A page of items as the table shows them. Only the cells that it shows are read, and only their beginnings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.errors import InvalidInput
from experiments.core.formatting import duration, milliseconds
from experiments.core.labels import ROW_STATUS, StatusLabel, reason_in_words
from experiments.export.rows import cell_text
from experiments.http.page_time import in_time
from experiments.kinds import Extras, QueueLayout
from experiments.models import Queue
from experiments.selectors import items
from experiments.selectors.cached_counts import LARGE
from experiments.selectors.field_filter import PREFIX
from experiments.selectors.items import LARGEST_INDEX
from experiments.web.page_part import PagePart

ROWS_ON_A_PAGE = 50
ROW_FINGERPRINT = re.compile(r"r([0-9]{1,10})\.[0-9a-f]{8}")
MAX_COLUMNS = 3
MAX_FIELDS = 2
MAX_CELL = 160
"""Characters of a cell that the table shows."""
COLUMNS = (
    "row_index",
    "status",
    "attempts",
    "error_code",
    "error_message",
    "available_at",
    "started_at",
    "completed_at",
    "elapsed_ms",
)
# By hand: Django takes longer to write the same than the database to answer, with each page and each poll.
_CELL = "left(experiments_queueitem.payload ->> %s::int, %s)"
_ANSWER = (
    "left(coalesce(experiments_queueitem.corrected_payload, experiments_queueitem.result_payload) ->> %s::text, %s)"
)
_IS_CORRECTED = "experiments_queueitem.corrected_payload IS NOT NULL"


@dataclass(frozen=True)
class Headings(PagePart):
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    extras: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        """Cells of a line: those named here, and row, status, started, elapsed and completed."""
        return len(self.columns) + len(self.fields) + len(self.extras) + 5


@dataclass(frozen=True)
class RowLine(PagePart):
    index: int
    status: str
    cells: tuple[str, ...]
    answers: tuple[str, ...]
    error_code: str
    error: str
    note: str
    elapsed: str
    started_at: datetime | None
    completed_at: datetime | None
    can_retry: bool
    corrected: bool = False
    """Its answers are a person's."""
    extras: tuple[str, ...] = ()

    @property
    def label(self) -> StatusLabel:
        return ROW_STATUS[RowStatus(self.status)]

    @property
    def reason(self) -> str:
        """Why the row failed, in words."""
        return reason_in_words(self.error_code)


@dataclass(frozen=True)
class Pager(PagePart):
    """Query strings of the pages beside this one, "" where there is none. The first page has no query string without
    filters, so `can_go_back` says whether there is one."""

    can_go_back: bool
    first: str
    previous: str
    next: str
    from_index: int | None
    to_index: int | None
    looked_to: int | None = None
    """The row up to which a search came in its time, where it did not come to the end."""
    goes_up: bool = False
    """It looked from higher rows to lower ones."""

    @property
    def onward(self) -> str:
        """The query string with which the search goes on."""
        return self.previous if self.goes_up else self.next


@dataclass(frozen=True)
class RowTable:
    """`problem`: why it shows no rows, where it could not be found out which."""

    headings: Headings
    lines: tuple[RowLine, ...]
    pager: Pager | None = None
    problem: str = ""


def query_string(filters: Mapping[str, Any], **changes: Any) -> str:
    """The filters with `changes` as a query string, without those that are None or "".

    `field.score=` stays: it asks for rows without a value.
    """
    merged = {**filters, **changes}
    return urlencode(
        {
            name: value
            for name, value in merged.items()
            if value not in (None, "") or (value == "" and name.startswith(PREFIX))
        }
    )


def table_of_queue(
    queue: Queue, layout: QueueLayout, filters: Mapping[str, Any], known: Sequence[int] | None = None
) -> RowTable:
    """The page of rows that `filters` name, by key and not by offset: page 10,000 costs what page 1 costs.

    `known` are the indexes that the browser shows; None: it shows no table yet. A search looks at every item, so while
    the browser shows its result the search is not repeated: those rows are read again, and the table has no pager.
    """
    headings = headings_of_layout(layout)
    is_search = items.must_be_looked_through(filters)
    if known is not None and is_search and (known or queue.total > LARGE):
        return RowTable(headings, lines_of_rows(queue, layout, known))
    try:
        with in_time("search") if is_search else nullcontext():
            window = _window(queue, layout, filters)
    except InvalidInput as error:
        return RowTable(headings, (), problem=error.detail)
    lines = tuple(_line(queue, row, layout.extras) for row in window.rows)
    return RowTable(headings, lines, _pager(filters, lines, window))


def lines_of_rows(queue: Queue, layout: QueueLayout, indexes: Sequence[int]) -> tuple[RowLine, ...]:
    """These rows as they are now, in row order."""
    rows = items.items_of_queue(queue).filter(row_index__in=indexes).in_order()
    return tuple(_line(queue, row, layout.extras) for row in _with_texts(layout, rows))


def row_indexes_of(fingerprints: Iterable[str]) -> list[int]:
    """The indexes of the rows among the fingerprints that a browser sent, in order."""
    found = (ROW_FINGERPRINT.fullmatch(fingerprint) for fingerprint in fingerprints)
    return sorted({int(match[1]) for match in found if match and int(match[1]) <= LARGEST_INDEX})[:ROWS_ON_A_PAGE]


def filters_around_row(filters: Mapping[str, Any], row_index: int) -> dict[str, Any]:
    """The filters; where they name no page, that of the row, with the row a little below its top."""
    if "after" in filters or "before" in filters or row_index < ROWS_ON_A_PAGE:
        return dict(filters)
    return {**filters, "after": row_index - 6}


def headings_of_layout(layout: QueueLayout) -> Headings:
    columns = tuple(layout.columns[position] for position in layout.shown_positions[:MAX_COLUMNS])
    # As in the export: a field that is called like a column of the file gets a prefix.
    fields = (f"response.{name}" if name in layout.columns else name for name in layout.field_names[:MAX_FIELDS])
    return Headings("table", columns, tuple(fields), layout.extras.names[: layout.extras.in_table])


def _with_texts(layout: QueueLayout, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    """The beginnings of the shown cells and answers, cut in the database: a cell may have megabytes."""
    cells = {
        f"cell_{number}": RawSQL(_CELL, [position, MAX_CELL], TextField())  # noqa: S611  its values are bound
        for number, position in enumerate(layout.shown_positions[:MAX_COLUMNS])
    }
    answers = {
        f"answer_{number}": RawSQL(_ANSWER, [name, MAX_CELL], TextField())  # noqa: S611
        for number, name in enumerate(layout.field_names[:MAX_FIELDS])
    }
    corrected = {"is_corrected": RawSQL(_IS_CORRECTED, [], BooleanField())}  # noqa: S611
    rows = rows.annotate(**cells, **answers, **corrected)
    return rows.values(*COLUMNS, *cells, *answers, *corrected, *layout.extras.annotations)


@dataclass(frozen=True)
class _Window:
    """The rows of one page, and whether there are more before and after it, as far as is known.

    `looked_to`: where a search ended in its time, before the page was full; `up`: on its way to lower rows.
    """

    rows: list[dict[str, Any]]
    more_before: bool
    more_after: bool
    looked_to: int | None = None
    up: bool = False


def _window(queue: Queue, layout: QueueLayout, filters: Mapping[str, Any]) -> _Window:
    """A search may end before the page is full."""
    want, after, before = ROWS_ON_A_PAGE + 1, filters.get("after"), filters.get("before")
    find = partial(items.find, queue, filters, want=want, shape=partial(_with_texts, layout))
    if before is not None:
        found = find(before=before)
        if len(found.rows) == want or found.looked_to is not None:
            return _Window(found.rows[ROWS_ON_A_PAGE - 1 :: -1], True, True, found.looked_to, up=True)
        after = None
    found = find(after=after)
    more = len(found.rows) == want or found.looked_to is not None
    return _Window(found.rows[:ROWS_ON_A_PAGE], after is not None, more, found.looked_to)


def _pager(filters: Mapping[str, Any], lines: Sequence[RowLine], window: _Window) -> Pager:
    plain = {name: value for name, value in filters.items() if name not in ("after", "before")}
    start = lines[0].index if lines else None
    end = lines[-1].index if lines else None
    on_the_way_down = None if window.up else window.looked_to
    before = window.looked_to if window.up and window.looked_to is not None else start
    after = end if on_the_way_down is None else on_the_way_down
    if window.up and after is None:
        after = filters["before"] - 1
    return Pager(
        key="pager",
        first=query_string(plain) if window.more_before else "",
        previous=query_string(plain, before=before) if window.more_before and before is not None else "",
        next=query_string(plain, after=after) if window.more_after else "",
        can_go_back=window.more_before,
        from_index=start,
        to_index=end,
        looked_to=window.looked_to,
        goes_up=window.up,
    )


def _line(queue: Queue, row: Mapping[str, Any], extras: Extras) -> RowLine:
    status, values = row["status"], extras.values([row[name] for name in extras.annotations])
    return RowLine(
        key=f"r{row['row_index']}",
        index=row["row_index"],
        status=status,
        cells=_texts(row, "cell_", MAX_COLUMNS),
        answers=_texts(row, "answer_", MAX_FIELDS),
        error_code=row["error_code"],
        error=row["error_message"] or row["error_code"],
        note=_note(queue, row),
        elapsed=_elapsed(row),
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        corrected=row["is_corrected"],
        can_retry=status == RowStatus.FAILED and queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED),
        extras=tuple(cell_text(value)[:MAX_CELL] for value in extras.in_words(values)[: extras.in_table]),
    )


def _texts(row: Mapping[str, Any], prefix: str, most: int) -> tuple[str, ...]:
    names = (f"{prefix}{number}" for number in range(most))
    return tuple(row[name] or "" for name in names if name in row)


def _note(queue: Queue, row: Mapping[str, Any]) -> str:
    """Which attempt a running row is at, and when a queued row that was tried before is tried again; else ""."""
    if row["status"] == RowStatus.RUNNING and row["attempts"] > 1:
        return f"attempt {row['attempts']} of {queue.max_attempts}"
    if row["status"] != RowStatus.QUEUED:
        return ""
    wait_s = (row["available_at"] - timezone.now()).total_seconds() if row["available_at"] else 0.0
    # A call that the network answered with 429 does not count as an attempt.
    attempts = f"tried {row['attempts']} of {queue.max_attempts} times" if row["attempts"] else ""
    again = f"again in {duration(wait_s)}" if wait_s >= 1 else ""
    return ", ".join(filter(None, (attempts, again)))


def _elapsed(row: Mapping[str, Any]) -> str:
    if row["status"] == RowStatus.RUNNING and row["started_at"]:
        return duration((timezone.now() - row["started_at"]).total_seconds())
    return "" if row["elapsed_ms"] is None else milliseconds(row["elapsed_ms"])
