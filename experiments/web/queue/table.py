"""A page of items as the table shows them. Only the cells that it shows are read, and only their beginnings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.safestring import SafeString

from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.errors import InvalidInput
from experiments.core.formatting import count, duration, milliseconds
from experiments.core.labels import ROW_STATUS, StatusLabel, reason_in_words
from experiments.export.rows import cell_text
from experiments.http.page_time import in_time
from experiments.kinds import Extras, QueueLayout
from experiments.models import Queue
from experiments.selectors import items
from experiments.selectors.cached_counts import LARGE
from experiments.selectors.items import LARGEST_INDEX
from experiments.selectors.newest import newest_rows, rows_in_progress
from experiments.web.moments import moment
from experiments.web.page_part import PagePart
from experiments.web.queue.cells import (
    MAX_CELL,
    MAX_NESTED,
    answer_cell,
    answer_cells,
    cell_without_answer,
    extra_cells,
    input_cell,
    input_cells,
)
from experiments.web.queue.column_heads import ColumnHeads, column_heads, sorted_in_words
from experiments.web.queue.columns import GridColumns, columns_of_layout
from experiments.web.queue.forms import PLACES, VIEW, query_string
from experiments.web.queue.grid_choice import COMPACT, DEFAULT, GridChoice
from experiments.web.queue.windows import ROWS_ON_A_PAGE, Window, window_of

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
    heads: ColumnHeads | None = None


@dataclass(frozen=True)
class RowLine(PagePart):
    index: int
    status: str
    pinned: SafeString
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
    sorted_by: str = ""
    """Its order in words, where that is not the one of the rows."""
    is_sorted: bool = True
    """No row that was not looked at can come before these."""
    newest_of: int = 0
    """These are the newest of so many answers."""

    @property
    def onward(self) -> str:
        """The query string with which the search, or the sort, goes on."""
        return self.previous if self.goes_up else self.next


@dataclass(frozen=True)
class Front(PagePart):
    """The rows that are called just now, as one line; `longest`: for how long the first of them has been."""

    number: int
    first: int
    last: int
    longest: str

    @property
    def label(self) -> StatusLabel:
        running = ROW_STATUS[RowStatus.RUNNING]
        return StatusLabel(running.icon, f"{count(self.number)} running", running.color)


@dataclass(frozen=True)
class RowTable:
    """`problem`: why it shows no rows, where it could not be found out which. `follows`: the newest answers."""

    headings: Headings
    lines: tuple[RowLine, ...]
    pager: Pager | None = None
    problem: str = ""
    follows: bool = False
    in_progress: Front | None = None


def table_of_queue(
    queue: Queue,
    layout: QueueLayout,
    filters: Mapping[str, Any],
    known: Sequence[int] | None = None,
    choice: GridChoice = DEFAULT,
) -> RowTable:
    """The page of rows that `filters` name, by key and not by offset: page 10,000 costs what page 1 costs.

    `known` are the indexes that the browser shows; None: it shows no table yet. A search, or a sort, looks at every
    item, so while the browser shows its result it is not repeated: those rows are read again, and there is no pager.
    """
    columns = columns_of_layout(layout, choice.columns, choice.widths, choice.pinned)
    headings = Headings("table", columns, choice.height, column_heads(columns, layout, filters))
    is_search = bool(items.must_be_looked_through(filters) or filters.get("sort"))
    follows = choice.follows and may_follow(queue, filters)
    if follows and not (choice.is_held and known):
        return _newest(queue, layout, headings)
    if follows and known:
        return RowTable(headings, lines_of_rows(queue, layout, known, "", columns), follows=True)
    if known is not None and is_search and (known or queue.total > LARGE):
        return RowTable(headings, lines_of_rows(queue, layout, known, filters.get("search", ""), headings.columns))
    try:
        with in_time("search") if is_search else nullcontext():
            window = window_of(queue, filters, partial(_with_texts, headings.columns, layout.extras))
    except InvalidInput as error:
        return RowTable(headings, (), problem=error.detail)
    shown = _Shown(queue, headings.columns, layout.extras, filters.get("search", ""))
    lines = tuple(shown.line(row) for row in window.rows)
    return RowTable(headings, lines, _pager(queue, filters, lines, window))


def may_follow(queue: Queue, filters: Mapping[str, Any]) -> bool:
    """New answers come, and nothing says which rows are shown, or in which order."""
    return queue.status == QueueStatus.RUNNING and not filters


def _newest(queue: Queue, layout: QueueLayout, headings: Headings) -> RowTable:
    shown = _Shown(queue, headings.columns, layout.extras, "")
    shape = partial(_with_texts, headings.columns, layout.extras)
    lines = tuple(shown.line(row) for row in newest_rows(queue, ROWS_ON_A_PAGE, shape))
    done = queue.succeeded + queue.failed
    pager = Pager("pager", False, "", "", "", None, None, total=queue.total, number=len(lines), newest_of=done)
    return RowTable(headings, lines, pager, follows=True, in_progress=_in_progress(queue))


def _in_progress(queue: Queue) -> Front | None:
    found = rows_in_progress(queue)
    if found is None:
        return None
    longest = duration((timezone.now() - found.since).total_seconds()) if found.since else ""
    return Front("front", found.number, found.first, found.last, longest)


def lines_of_rows(
    queue: Queue,
    layout: QueueLayout,
    indexes: Sequence[int],
    search: str = "",
    columns: GridColumns | None = None,
) -> tuple[RowLine, ...]:
    """These rows as they are now, in the order of `indexes`."""
    columns = columns or columns_of_layout(layout)
    rows = items.items_of_queue(queue).filter(row_index__in=indexes)
    shown = _Shown(queue, columns, layout.extras, search)
    lines = {row["row_index"]: shown.line(row) for row in _with_texts(columns, layout.extras, rows)}
    return tuple(lines[index] for index in indexes if index in lines)


def row_indexes_of(fingerprints: Iterable[str]) -> list[int]:
    """The indexes of the rows among the fingerprints that a browser sent, in the order in which it shows them."""
    found = (ROW_FINGERPRINT.fullmatch(fingerprint) for fingerprint in fingerprints)
    indexes = dict.fromkeys(int(match[1]) for match in found if match and int(match[1]) <= LARGEST_INDEX)
    return list(indexes)[:ROWS_ON_A_PAGE]


def filters_around_row(filters: Mapping[str, Any], row_index: int) -> dict[str, Any]:
    """The filters; where they name no page, that of the row, with the row a little below its top."""
    if filters.keys() & {*VIEW} or row_index < ROWS_ON_A_PAGE:
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


def _pager(queue: Queue, filters: Mapping[str, Any], lines: Sequence[RowLine], window: Window) -> Pager:
    plain = {name: value for name, value in filters.items() if name not in PLACES}
    queries = {
        name: "" if place is None else query_string({**plain, **place})
        for name, place in (
            ("first", window.first),
            ("previous", window.previous),
            ("next", window.next),
            ("last", window.last),
        )
    }
    return Pager(
        key="pager",
        first=queries["first"],
        previous=queries["previous"],
        next=queries["next"],
        last=queries["last"],
        can_go_back=window.first is not None,
        from_index=lines[0].index if lines else None,
        to_index=lines[-1].index if lines else None,
        total=queue.total,
        number=len(lines),
        is_all=window.is_all,
        looked_to=window.looked_to,
        goes_up=window.up,
        sorted_by=sorted_in_words(filters.get("sort", "")),
        is_sorted=window.is_sorted,
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
        cells = {f"c{at}": row[f"cell_{number}"] for number, (at, _, _) in enumerate(self.columns.inputs)}
        answers = {f"a{one.at}": row[f"answer_{number}"] for number, one in enumerate(self.columns.answers)}
        has_answer = status == RowStatus.SUCCEEDED or any(answer is not None for answer in answers.values())
        loose, pinned, note = self.columns.loose_answers, self.columns.pinned, _note(self.queue, row)
        # Where a reason or a note stands in place of the answer, pinned fields have nothing either.
        says_why = bool(note) or (status == RowStatus.FAILED and not row["is_corrected"])
        is_open = self.queue.may_edit and self.queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED)
        return RowLine(
            key=f"r{row['row_index']}",
            index=row["row_index"],
            status=status,
            pinned=self._pinned(cells, answers if has_answer and not says_why else {}),
            inputs=input_cells([text for key, text in cells.items() if key not in pinned], self.search),
            answers=answer_cells(loose, [answers[f"a{one.at}"] for one in loose], self.search),
            has_answer=has_answer,
            error_code=row["error_code"],
            error=(row["error_message"] or row["error_code"])[:MAX_SENTENCE],
            note=note,
            elapsed=_elapsed(row),
            started_at=row["started_at"],
            completed_at=row["completed_at"],
            corrected=row["is_corrected"],
            can_retry=status == RowStatus.FAILED and is_open,
            extras=extra_cells([*more, *(_about(row, key) for key in self.columns.about)]),
        )

    def _pinned(self, cells: Mapping[str, str | None], answers: Mapping[str, str | None]) -> SafeString:
        fields = {f"a{one.at}": one for one in self.columns.answers}
        found = []
        for place, key in enumerate(self.columns.pinned, 1):
            if key in cells:
                found.append(input_cell(cells[key], self.search, place))
            elif key in answers:
                found.append(answer_cell(fields[key], answers[key], self.search, place=place))
            else:
                found.append(cell_without_answer(place))
        return SafeString("".join(found))


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
