"""A page of items as the table shows them. Only the cells that it shows are read, and only their beginnings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.formatting import duration, milliseconds
from experiments.export.rows import cell_text
from experiments.kinds import Extras, QueueLayout
from experiments.models import Queue
from experiments.selectors import items
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
SEVERITY = {RowStatus.SUCCEEDED: "ok", RowStatus.FAILED: "bad", RowStatus.RUNNING: "run"}
"""The style of a status."""


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
    severity: str
    cells: tuple[str, ...]
    answers: tuple[str, ...]
    error_code: str
    error: str
    note: str
    elapsed: str
    started_at: datetime | None
    completed_at: datetime | None
    can_retry: bool
    extras: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class RowTable:
    headings: Headings
    lines: tuple[RowLine, ...]
    pager: Pager | None = None


def query_string(filters: Mapping[str, Any], **changes: Any) -> str:
    """The filters with `changes` as a query string, without those that are None or ""."""
    merged = {**filters, **changes}
    return urlencode({name: value for name, value in merged.items() if value not in (None, "")})


def table_of_queue(
    queue: Queue, layout: QueueLayout, filters: Mapping[str, Any], known: Sequence[int] = ()
) -> RowTable:
    """The page of rows that `filters` name, by key and not by offset: page 10,000 costs what page 1 costs.

    `known` are the indexes that the browser shows. A search reads every item of a queue, so while the browser shows its
    result the search is not repeated: those rows are read again, and the table has no pager.
    """
    headings = headings_of_layout(layout)
    if known and filters.keys() & {"search", "field"}:
        return RowTable(headings, lines_of_rows(queue, layout, known))
    rows = _with_texts(layout, items.items_filtered(queue, filters))
    found, more_before, more_after = _window(rows, filters.get("after"), filters.get("before"))
    lines = tuple(_line(queue, row, layout.extras) for row in found)
    return RowTable(headings, lines, _pager(filters, lines, more_before, more_after))


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
    answer = Coalesce(F("corrected_payload"), F("result_payload"))
    cells = {
        f"cell_{number}": Left(KeyTextTransform(str(position), "payload"), MAX_CELL)
        for number, position in enumerate(layout.shown_positions[:MAX_COLUMNS])
    }
    answers = {
        f"answer_{number}": Left(KeyTextTransform(name, answer), MAX_CELL)
        for number, name in enumerate(layout.field_names[:MAX_FIELDS])
    }
    return rows.annotate(**cells, **answers).values(*COLUMNS, *cells, *answers, *layout.extras.annotations)


def _window(rows: QuerySet[Any, Any], after: int | None, before: int | None) -> tuple[list[dict[str, Any]], bool, bool]:
    """The rows of one page, and whether there are more before and after it."""
    if before is not None:
        found = list(rows.filter(row_index__lt=before).order_by("-row_index")[: ROWS_ON_A_PAGE + 1])
        if len(found) > ROWS_ON_A_PAGE:
            return found[ROWS_ON_A_PAGE - 1 :: -1], True, True
    start = rows if after is None or before is not None else rows.filter(row_index__gt=after)
    found = list(start[: ROWS_ON_A_PAGE + 1])
    return found[:ROWS_ON_A_PAGE], after is not None and before is None, len(found) > ROWS_ON_A_PAGE


def _pager(filters: Mapping[str, Any], lines: Sequence[RowLine], more_before: bool, more_after: bool) -> Pager:
    plain = {name: value for name, value in filters.items() if name not in ("after", "before")}
    start = lines[0].index if lines else None
    end = lines[-1].index if lines else None
    return Pager(
        key="pager",
        first=query_string(plain) if more_before else "",
        previous=query_string(plain, before=start) if more_before and lines else "",
        next=query_string(plain, after=end) if more_after else "",
        can_go_back=more_before,
        from_index=start,
        to_index=end,
    )


def _line(queue: Queue, row: Mapping[str, Any], extras: Extras) -> RowLine:
    status, values = row["status"], extras.values([row[name] for name in extras.annotations])
    return RowLine(
        key=f"r{row['row_index']}",
        index=row["row_index"],
        status=status,
        severity=SEVERITY.get(status, ""),
        cells=_texts(row, "cell_", MAX_COLUMNS),
        answers=_texts(row, "answer_", MAX_FIELDS),
        error_code=row["error_code"],
        error=row["error_message"] or row["error_code"],
        note=_note(queue, row),
        elapsed=_elapsed(row),
        started_at=row["started_at"],
        completed_at=row["completed_at"],
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
