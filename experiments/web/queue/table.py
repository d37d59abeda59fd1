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
from django.utils.safestring import SafeString

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
from experiments.web.moments import moment
from experiments.web.page_part import PagePart
from experiments.web.queue.cells import MAX_CELL, MAX_NESTED, answer_cells, extra_cells, input_cells
from experiments.web.queue.columns import GridColumns, columns_of_layout
from experiments.web.queue.grid_choice import COMPACT, DEFAULT, GridChoice

ROWS_ON_A_PAGE = 50
ROW_FINGERPRINT = re.compile(r"r([0-9]{1,10})\.[0-9a-f]{8}")
MOMENTS = {"started": "started_at", "finished": "completed_at"}
MAX_SENTENCE = 300
"""Characters of an error that the table shows."""
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
    "run_trace_id",
)
# By hand: Django takes longer to write the same than the database to answer, with each page and each poll.
_CELL = "left(experiments_queueitem.payload ->> %s::int, %s)"
_ANSWER = (
    "left(coalesce(experiments_queueitem.corrected_payload, experiments_queueitem.result_payload) ->> %s::text, %s)"
)
_WHOLE = "left(coalesce(experiments_queueitem.corrected_payload, experiments_queueitem.result_payload)::text, %s)"
_IS_CORRECTED = "experiments_queueitem.corrected_payload IS NOT NULL"


@dataclass(frozen=True)
class Headings(PagePart):
    columns: GridColumns
    height: str = COMPACT


@dataclass(frozen=True)
class RowLine(PagePart):
    index: int
    status: str
    inputs: SafeString
    answers: SafeString
    extras: SafeString
    has_answer: bool
    error_code: str
    error: str
    note: str
    elapsed: str
    started_at: datetime | None
    completed_at: datetime | None
    can_retry: bool
    corrected: bool = False
    """Its answers are a person's."""

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
    last: str = ""
    total: int = 0
    """Rows of the queue, whichever are shown."""
    number: int = 0
    """Rows on this page."""
    is_all: bool = False
    """There are no rows but those on this page."""
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
    queue: Queue,
    layout: QueueLayout,
    filters: Mapping[str, Any],
    known: Sequence[int] | None = None,
    choice: GridChoice = DEFAULT,
) -> RowTable:
    """The page of rows that `filters` name, by key and not by offset: page 10,000 costs what page 1 costs.

    `known` are the indexes that the browser shows; None: it shows no table yet. A search looks at every item, so while
    the browser shows its result the search is not repeated: those rows are read again, and the table has no pager.
    """
    headings = Headings("table", columns_of_layout(layout, choice.columns), choice.height)
    is_search = items.must_be_looked_through(filters)
    if known is not None and is_search and (known or queue.total > LARGE):
        return RowTable(headings, lines_of_rows(queue, layout, known, filters.get("search", ""), headings.columns))
    try:
        with in_time("search") if is_search else nullcontext():
            window = _window(queue, layout, filters, headings.columns)
    except InvalidInput as error:
        return RowTable(headings, (), problem=error.detail)
    shown = _Shown(queue, headings.columns, layout.extras, filters.get("search", ""))
    lines = tuple(shown.line(row) for row in window.rows)
    return RowTable(headings, lines, _pager(queue, filters, lines, window))


def lines_of_rows(
    queue: Queue,
    layout: QueueLayout,
    indexes: Sequence[int],
    search: str = "",
    columns: GridColumns | None = None,
) -> tuple[RowLine, ...]:
    """These rows as they are now, in row order."""
    columns = columns or columns_of_layout(layout)
    rows = items.items_of_queue(queue).filter(row_index__in=indexes).in_order()
    shown = _Shown(queue, columns, layout.extras, search)
    return tuple(shown.line(row) for row in _with_texts(columns, layout.extras, rows))


def row_indexes_of(fingerprints: Iterable[str]) -> list[int]:
    """The indexes of the rows among the fingerprints that a browser sent, in order."""
    found = (ROW_FINGERPRINT.fullmatch(fingerprint) for fingerprint in fingerprints)
    return sorted({int(match[1]) for match in found if match and int(match[1]) <= LARGEST_INDEX})[:ROWS_ON_A_PAGE]


def filters_around_row(filters: Mapping[str, Any], row_index: int) -> dict[str, Any]:
    """The filters; where they name no page, that of the row, with the row a little below its top."""
    if "after" in filters or "before" in filters or row_index < ROWS_ON_A_PAGE:
        return dict(filters)
    return {**filters, "after": row_index - 6}


def _with_texts(columns: GridColumns, extras: Extras, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    """The beginnings of the shown cells and answers, cut in the database: a cell may have megabytes."""
    cells = {
        f"cell_{number}": RawSQL(_CELL, [position, MAX_CELL], TextField())  # noqa: S611  its values are bound
        for number, (position, _, _) in enumerate(columns.inputs)
    }
    answers = {}
    for number, column in enumerate(columns.answers):
        size = MAX_NESTED if column.is_nested else MAX_CELL
        sql, values = (_ANSWER, [column.field, size]) if column.field else (_WHOLE, [size])
        answers[f"answer_{number}"] = RawSQL(sql, values, TextField())  # noqa: S611
    corrected = {"is_corrected": RawSQL(_IS_CORRECTED, [], BooleanField())}  # noqa: S611
    rows = rows.annotate(**cells, **answers, **corrected)
    return rows.values(*COLUMNS, *cells, *answers, *corrected, *extras.annotations)


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


def _window(queue: Queue, layout: QueueLayout, filters: Mapping[str, Any], columns: GridColumns) -> _Window:
    """A search may end before the page is full."""
    want, after, before = ROWS_ON_A_PAGE + 1, filters.get("after"), filters.get("before")
    shape = partial(_with_texts, columns, layout.extras)
    find = partial(items.find, queue, filters, want=want, shape=shape)
    if before is not None:
        found = find(before=before)
        if len(found.rows) == want or found.looked_to is not None:
            return _Window(found.rows[ROWS_ON_A_PAGE - 1 :: -1], True, True, found.looked_to, up=True)
        after = None
    found = find(after=after)
    more = len(found.rows) == want or found.looked_to is not None
    return _Window(found.rows[:ROWS_ON_A_PAGE], after is not None, more, found.looked_to)


def _pager(queue: Queue, filters: Mapping[str, Any], lines: Sequence[RowLine], window: _Window) -> Pager:
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
        last=query_string(plain, before=queue.total) if window.more_after else "",
        total=queue.total,
        number=len(lines),
        is_all=not (window.more_before or window.more_after),
        looked_to=window.looked_to,
        goes_up=window.up,
    )


@dataclass(frozen=True)
class _Shown:
    """What lines of a table have in common."""

    queue: Queue
    columns: GridColumns
    extras: Extras
    search: str

    def line(self, row: Mapping[str, Any]) -> RowLine:
        status, extras = row["status"], self.extras
        values = extras.values([row[name] for name in extras.annotations])
        more = [cell_text(value)[:MAX_CELL] for value in extras.in_words(values)[: extras.in_table]]
        answers = [row[f"answer_{number}"] for number in range(len(self.columns.answers))]
        is_open = self.queue.may_edit and self.queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED)
        return RowLine(
            key=f"r{row['row_index']}",
            index=row["row_index"],
            status=status,
            inputs=input_cells([row[f"cell_{at}"] for at in range(len(self.columns.inputs))], self.search),
            answers=answer_cells(self.columns.answers, answers, self.search),
            has_answer=status == RowStatus.SUCCEEDED or any(answer is not None for answer in answers),
            error_code=row["error_code"],
            error=(row["error_message"] or row["error_code"])[:MAX_SENTENCE],
            note=_note(self.queue, row),
            elapsed=_elapsed(row),
            started_at=row["started_at"],
            completed_at=row["completed_at"],
            corrected=row["is_corrected"],
            can_retry=status == RowStatus.FAILED and is_open,
            extras=extra_cells([*more, *(_about(row, key) for key in self.columns.about)]),
        )


def _about(row: Mapping[str, Any], key: str) -> str | SafeString:
    """What is said of the row itself, by a key of `columns.ABOUT`."""
    if key in MOMENTS:
        return moment(row[MOMENTS[key]])
    if key == "attempts":
        return str(row["attempts"] or "")
    return _elapsed(row) if key == "duration" else row["run_trace_id"] or ""


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
