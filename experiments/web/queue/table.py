"""A page of items as the table shows them, read without the cells that it does not show."""

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

from experiments.core.choices import QueueStatus
from experiments.core.formatting import duration, milliseconds
from experiments.export.rows import cell_text
from experiments.kinds import Extras, kind_of
from experiments.models import Queue
from experiments.selectors import items
from experiments.selectors.items import LARGEST_INDEX
from experiments.web.queue.summary import Shown

PAGE = 50
TOKEN = re.compile(r"r([0-9]{1,10})\.[0-9a-f]{8}")
MAX_COLUMNS = 3
MAX_FIELDS = 2
CELL = 160
"""Characters of a cell that the table shows."""
FIXED = (
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


@dataclass(frozen=True)
class Headings(Shown):
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    extras: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        """Cells of a whole line: row, status, started, elapsed and completed too."""
        return len(self.columns) + len(self.fields) + len(self.extras) + 5


@dataclass(frozen=True)
class RowLine(Shown):
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
class Pager(Shown):
    """Query strings of the pages beside this one. That of the first page can be empty: `can_go_back` tells."""

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


def query(filters: Mapping[str, Any], **changes: Any) -> str:
    """The filters as a query string, without what is not set."""
    merged = {**filters, **changes}
    return urlencode({name: value for name, value in merged.items() if value not in (None, "")})


def table(queue: Queue, filters: Mapping[str, Any]) -> RowTable:
    """The page of rows that `filters` name, by key and not by offset: page 10,000 costs what page 1 costs."""
    rows = _with_texts(queue, items.items_filtered(queue, filters))
    found, more_before, more_after = _window(rows, filters.get("after"), filters.get("before"))
    lines = _lines(queue, found)
    return RowTable(headings_of(queue), lines, _pager(filters, lines, more_before, more_after))


def refreshed(queue: Queue, indexes: Sequence[int]) -> tuple[RowLine, ...]:
    """These rows as they are now."""
    rows = items.items_of_queue(queue).filter(row_index__in=indexes).in_order()
    return _lines(queue, _with_texts(queue, rows))


def indexes_of(tokens: Iterable[str]) -> list[int]:
    """The row indexes among the fingerprints that a browser sent, in order."""
    found = (TOKEN.fullmatch(token) for token in tokens)
    return sorted({int(match[1]) for match in found if match and int(match[1]) <= LARGEST_INDEX})[:PAGE]


def around(filters: Mapping[str, Any], row_index: int) -> dict[str, Any]:
    """The filters, and where they name no page, one that has the row a little below its top."""
    if "after" in filters or "before" in filters or row_index < PAGE:
        return dict(filters)
    return {**filters, "after": row_index - 6}


def headings_of(queue: Queue) -> Headings:
    kind = kind_of(queue)
    names, extras = kind.columns(queue), kind.extras(queue)
    columns = tuple(names[position] for position in _positions(queue))
    # As in the export, where a field that is called like a column of the file is told from it.
    fields = tuple(f"response.{name}" if name in names else name for name in _field_names(queue))
    return Headings("table", columns, fields, extras.names[: extras.in_table])


def _positions(queue: Queue) -> list[int]:
    return kind_of(queue).shown_positions(queue)[:MAX_COLUMNS]


def _field_names(queue: Queue) -> list[str]:
    return [field["name"] for field in kind_of(queue).response_fields(queue)[:MAX_FIELDS]]


def _with_texts(queue: Queue, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    """The beginnings of the shown cells and answers, cut in the database: a cell may have megabytes."""
    answer = Coalesce(F("corrected_payload"), F("result_payload"))
    cells = {
        f"cell_{number}": Left(KeyTextTransform(str(position), "payload"), CELL)
        for number, position in enumerate(_positions(queue))
    }
    answers = {
        f"answer_{number}": Left(KeyTextTransform(name, answer), CELL)
        for number, name in enumerate(_field_names(queue))
    }
    extras = kind_of(queue).extras(queue).annotations
    return rows.annotate(**cells, **answers).values(*FIXED, *cells, *answers, *extras)


def _window(rows: QuerySet[Any, Any], after: int | None, before: int | None) -> tuple[list[dict[str, Any]], bool, bool]:
    """The rows of one page, and whether there are more before and after it."""
    if before is not None:
        found = list(rows.filter(row_index__lt=before).order_by("-row_index")[: PAGE + 1])
        if len(found) > PAGE:
            return found[PAGE - 1 :: -1], True, True
    start = rows if after is None or before is not None else rows.filter(row_index__gt=after)
    found = list(start[: PAGE + 1])
    return found[:PAGE], after is not None and before is None, len(found) > PAGE


def _pager(filters: Mapping[str, Any], lines: Sequence[RowLine], more_before: bool, more_after: bool) -> Pager:
    plain = {name: value for name, value in filters.items() if name not in ("after", "before")}
    start = lines[0].index if lines else None
    end = lines[-1].index if lines else None
    return Pager(
        key="pager",
        first=query(plain) if more_before else "",
        previous=query(plain, before=start) if more_before and lines else "",
        next=query(plain, after=end) if more_after else "",
        can_go_back=more_before,
        from_index=start,
        to_index=end,
    )


def _lines(queue: Queue, rows: Iterable[Mapping[str, Any]]) -> tuple[RowLine, ...]:
    extras = kind_of(queue).extras(queue)
    return tuple(_line(queue, row, extras) for row in rows)


def _line(queue: Queue, row: Mapping[str, Any], extras: Extras) -> RowLine:
    status = row["status"]
    return RowLine(
        key=f"r{row['row_index']}",
        index=row["row_index"],
        status=status,
        severity={"succeeded": "ok", "failed": "bad", "running": "run"}.get(status, ""),
        cells=tuple(_texts(row, "cell_", MAX_COLUMNS)),
        answers=tuple(_texts(row, "answer_", MAX_FIELDS)),
        error_code=row["error_code"],
        error=row["error_message"] or row["error_code"],
        note=_note(queue, row),
        elapsed=_elapsed(row),
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        can_retry=status == "failed" and queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED),
        extras=_extra_texts(row, extras),
    )


def _extra_texts(row: Mapping[str, Any], extras: Extras) -> tuple[str, ...]:
    values = extras.values([row[name] for name in extras.annotations])
    return tuple(cell_text(value)[:CELL] for value in extras.in_words(values)[: extras.in_table])


def _texts(row: Mapping[str, Any], prefix: str, most: int) -> list[str]:
    return [row[f"{prefix}{number}"] or "" for number in range(most) if f"{prefix}{number}" in row]


def _note(queue: Queue, row: Mapping[str, Any]) -> str:
    """What is to be said of a row that is on its way for the second time."""
    if row["status"] == "running" and row["attempts"] > 1:
        return f"attempt {row['attempts']} of {queue.max_attempts}"
    if row["status"] != "queued":
        return ""
    wait_s = (row["available_at"] - timezone.now()).total_seconds()
    # A call that the network put off with 429 does not count as a try.
    tried = f"tried {row['attempts']} of {queue.max_attempts} times" if row["attempts"] else ""
    again = f"again in {duration(wait_s)}" if wait_s >= 1 else ""
    return ", ".join(filter(None, (tried, again)))


def _elapsed(row: Mapping[str, Any]) -> str:
    if row["status"] == "running" and row["started_at"]:
        return duration((timezone.now() - row["started_at"]).total_seconds())
    return "" if row["elapsed_ms"] is None else milliseconds(row["elapsed_ms"])
