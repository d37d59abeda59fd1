"""One item with all that is known of it: its cells, its answer, every attempt, the trace."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.core import labels
from experiments.core.choices import FINAL, QueueStatus, RowStatus
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.core.formatting import LONGEST_TEXT, clipped, milliseconds, used_in_words
from experiments.core.json_numbers import to_json
from experiments.http.page_time import in_time
from experiments.kinds import QueueLayout, kind_of
from experiments.models import Queue, QueueItem, Run
from experiments.response_schema import Change
from experiments.response_schema.field_order import in_field_order
from experiments.selectors import items
from experiments.selectors.row_order import order_named
from experiments.selectors.sorted_rows import Start, find_sorted, place_of_row
from experiments.web.answer_html import marked, value_as_html
from experiments.web.markdown import formatted
from experiments.web.page_part import PagePart
from experiments.web.queue.correction import input_id
from experiments.web.queue.forms import query_string
from experiments.web.queue.table import RowLine, lines_of_rows
from experiments.web.run.detail import Pairs, ShownRun, pairs_of, shown_run_of

TABS = {"answer": "Answer", "message": "Message", "trace": "Trace", "original": "Original"}
FIRST_TAB = "answer"
MARKDOWN = '<div class="md">{}</div>'
LONG = 160
"""Characters of a text that may be shown formatted."""


@dataclass(frozen=True)
class ShownAttempt:
    attempt: int
    generation: int
    counted: bool
    """Whether it counts toward `max_attempts`. One that got a 429 does not, and the next has the same number."""
    outcome: str
    label: str
    """The outcome in words."""
    ok: bool
    http_status: int | None
    """None where `detail` begins with it."""
    detail: str
    unread: str
    """The beginning of what came and could not be read."""
    took: str
    started_at: datetime | None
    """None where it failed before the call."""
    ended_at: datetime


@dataclass(frozen=True)
class Message:
    """What was sent; where no run is stored, what would be sent now, or `problem`: why nothing can be.

    `marked`: the text with the row's values marked in it.
    """

    sent: bool
    text: str
    system_params: Any
    problem: str = ""
    marked: str = ""


@dataclass(frozen=True)
class AnswerField:
    """`edit`: the id of its input in the form of a correction; "" where it has none. `formatted`: by its Markdown."""

    name: str
    value: Any
    edit: str
    formatted: SafeString | None = None

    @property
    def is_long(self) -> bool:
        """A text that may have been written to be formatted."""
        return isinstance(self.value, str) and (len(self.value) > LONG or "\n" in self.value.strip())

    @property
    def shown(self) -> SafeString:
        return value_as_html(self.value) if self.formatted is None else format_html(MARKDOWN, self.formatted)


@dataclass(frozen=True)
class OriginalCell:
    name: str
    text: str
    use: str


@dataclass(frozen=True)
class Origin:
    """The row whose answer another has; `queue`: the name of its queue where it is of another one."""

    index: int
    queue: str
    address: str
    """"" where it is gone."""


@dataclass(frozen=True)
class Tab:
    """`count`: how many things it has; None: that says nothing."""

    name: str
    title: str
    query: str
    count: int | None = None


@dataclass(frozen=True)
class RowDetail(PagePart):
    index: int
    tab: str
    tabs: tuple[Tab, ...]
    error: str
    inputs: tuple[tuple[str, str], ...]
    """The cells that are sent."""
    line: RowLine
    cells: tuple[tuple[str, str], ...]
    original: tuple[OriginalCell, ...]
    """The same with what is done with each."""
    fields: tuple[AnswerField, ...]
    other_look: str
    """The query with which long texts are formatted, or as written again."""
    answer: Pairs
    answer_json: str
    original_answer: Pairs
    """Before a person corrected it."""
    as_meant: tuple[Change, ...]
    """How the answer differs from the one that came."""
    unread: str
    """Of a failed row: the beginning of what came last and could not be read."""
    attempts: tuple[ShownAttempt, ...]
    message: Message
    run: ShownRun | None
    trace_id: str
    previous: int | None
    next: int | None
    can_run_again: bool
    can_correct: bool
    corrected: bool
    failed: bool
    skipped: bool
    changes: bool
    """Whether it can change by itself, so that the page polls."""
    extras: Pairs
    origin: Origin | None
    """Whose answer it has, where it was not called itself."""
    used: tuple[str, ...]
    """Tokens and cost of all its calls, each as a text; empty where nothing is known."""

    @property
    def counted_attempts(self) -> int:
        return sum(attempt.counted for attempt in self.attempts)

    @property
    def empty_cells(self) -> int:
        return sum(not text for _, text in self.cells)

    @property
    def original_query(self) -> str:
        return next(tab.query for tab in self.tabs if tab.name == "original")


def tab_named(name: str) -> str:
    return name if name in TABS else FIRST_TAB


def detail_of_item(
    queue: Queue,
    layout: QueueLayout,
    item: QueueItem,
    filters: Mapping[str, Any],
    tab: str = FIRST_TAB,
    *,
    is_formatted: bool = False,
) -> RowDetail:
    """`is_formatted`: long texts of the answer by their Markdown."""
    run = run_of_item(item, queue.network_id)
    previous, following = neighbours_of_item(queue, item, filters)
    extras = layout.extras.values([getattr(item, name) for name in layout.extras.annotations])
    corrected = item.corrected_payload is not None
    is_final = item.status in FINAL
    attempts = _attempts_of_item(item)
    waits = item.status == RowStatus.QUEUED and queue.status == QueueStatus.RUNNING
    cells = tuple(zip(layout.columns, item.payload, strict=False))
    steps = len(run.steps) if run else None
    inputs = tuple(cells[position] for position in layout.shown_positions if position < len(cells))
    came = in_field_order(item.result_payload, layout.response_fields)
    given = in_field_order(item.corrected_payload, layout.response_fields) if corrected else came
    answer = pairs_of(given)
    counts = {"trace": steps, "original": len(cells)}
    return RowDetail(
        key="detail",
        index=item.row_index,
        tab=tab,
        tabs=tuple(
            Tab(name, title, query_string(filters, tab="" if name == FIRST_TAB else name), counts.get(name))
            for name, title in TABS.items()
        ),
        error=item.error_message or item.error_code,
        inputs=inputs,
        line=lines_of_rows(queue, layout, [item.row_index])[0],
        cells=cells,
        original=original_of_item(layout, cells),
        fields=fields_of_answer(layout, answer, is_formatted=is_formatted),
        other_look=query_string(filters, formatted="" if is_formatted else "1"),
        answer=answer,
        answer_json=clipped(to_json(given, indent=2)) if answer else "",
        original_answer=pairs_of(came) if corrected else (),
        as_meant=tuple(item.changes or ()),
        unread=attempts[-1].unread if attempts and item.status == RowStatus.FAILED else "",
        attempts=attempts,
        message=with_marks(message_of_item(queue, item, run), inputs),
        run=run,
        trace_id=item.run_trace_id or "",
        previous=previous,
        next=following,
        can_run_again=queue.may_edit and is_final and queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED),
        can_correct=queue.may_edit and is_final and bool(layout.response_fields),
        corrected=corrected,
        failed=item.status == RowStatus.FAILED,
        skipped=item.status == RowStatus.SKIPPED,
        changes=waits or item.status == RowStatus.RUNNING,
        extras=tuple(zip(layout.extras.names, layout.extras.in_words(extras), strict=True)),
        origin=origin_of_item(queue, item),
        used=used_in_words(item, queue.currency),
    )


def fields_of_answer(layout: QueueLayout, answer: Pairs, *, is_formatted: bool) -> tuple[AnswerField, ...]:
    """Of very long texts only as many are formatted as a page shows characters of one."""
    numbers, left, found = {name: number for number, name in enumerate(layout.field_names)}, LONGEST_TEXT, []
    for name, value in answer:
        field = AnswerField(name, value, input_id(numbers[name]) if name in numbers else "")
        if is_formatted and field.is_long and left > 0:
            text = clipped(value, left)
            left -= len(text)
            field = replace(field, formatted=formatted(text))
        found.append(field)
    return tuple(found)


def original_of_item(layout: QueueLayout, cells: Pairs) -> tuple[OriginalCell, ...]:
    uses = {at: layout.column_uses[at] for at in layout.shown_positions if at < len(layout.column_uses)}
    return tuple(OriginalCell(name, text, uses.get(at, "")) for at, (name, text) in enumerate(cells))


def with_marks(message: Message, inputs: Pairs) -> Message:
    return replace(message, marked=marked(clipped(message.text), [text for _, text in inputs]))


def origin_of_item(queue: Queue, item: QueueItem) -> Origin | None:
    if not item.reused_from:
        return None
    queue_id, index = item.reused_from["queue"], item.reused_from["row_index"]
    source = queue if str(queue.pk) == queue_id else Queue.objects.kept().filter(pk=queue_id).first()
    address = reverse("experiments:row", args=[kind_of(source), source.pk, index]) if source else ""
    return Origin(index, "" if source is queue else source.name if source else "a deleted batch", address)


def run_of_item(item: QueueItem, network_id: int | None) -> ShownRun | None:
    """The run behind the item's result; before there is one, the latest of its calls that was stored."""
    # One that has the answer of another row has its run, too.
    which = Q(trace_id=item.run_trace_id, network_id=network_id) if item.reused_from else Q(item_id=item.pk)
    runs = Run.objects.filter(which).select_related("network").order_by("-id")
    found = (runs.filter(trace_id=item.run_trace_id).first() if item.run_trace_id else None) or runs.first()
    return shown_run_of(found) if found else None


def neighbours_of_item(queue: Queue, item: QueueItem, filters: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The indexes of the items before and after it, among those that the filters leave, in the order of the table; near
    ones, where each has to be looked at."""
    try:
        with in_time("search") if items.must_be_looked_through(filters) else nullcontext():
            return _beside_in_order(queue, item, filters) if filters.get("sort") else _beside(queue, item, filters)
    except InvalidInput:
        # The item itself is what was asked for.
        return None, None


def _beside(queue: Queue, item: QueueItem, filters: Mapping[str, Any]) -> tuple[int | None, int | None]:
    find = partial(items.find, queue, filters, want=1, shape=lambda rows: rows.values_list("row_index", flat=True))
    before, after = find(before=item.row_index).rows, find(after=item.row_index).rows
    return next(iter(before), None), next(iter(after), None)


def _beside_in_order(queue: Queue, item: QueueItem, filters: Mapping[str, Any]) -> tuple[int | None, int | None]:
    order = order_named(queue, filters["sort"])
    place = place_of_row(queue, order, item.row_index)
    found = (find_sorted(queue, filters, order, Start(place, up=up), want=1) for up in (True, False))
    before, after = (next((one.row_index for one in rows.places), None) if rows.is_sorted else None for rows in found)
    return before, after


def message_of_item(queue: Queue, item: QueueItem, run: ShownRun | None) -> Message:
    if run is not None:
        return Message(True, run.message, run.system_params)
    kind = kind_of(queue)
    try:
        planned = kind.preview(kind.plan_of_item(queue, item), item.payload)
    except WorkbenchError as error:
        return Message(False, "", None, error.detail)
    problem = " ".join(one["detail"] for one in planned["problems"])
    return Message(False, planned["user_message"], planned["system_params"] or None, problem)


def _attempts_of_item(item: QueueItem) -> tuple[ShownAttempt, ...]:
    log = items.attempt_log(item)
    numbers = [(entry["generation"], entry["attempt"]) for entry in log]
    # A call that runs has its number already.
    following = (item.generation, item.attempts if item.status == RowStatus.RUNNING else item.attempts + 1)
    pairs = zip(log, numbers, [*numbers, following][1:], strict=True)
    return tuple(_attempt(entry, counted=this != after) for entry, this, after in pairs)


def _attempt(entry: Mapping[str, Any], *, counted: bool) -> ShownAttempt:
    start, end, status = entry["started_at"], entry["ended_at"], entry["http_status"]
    return ShownAttempt(
        attempt=entry["attempt"],
        generation=entry["generation"],
        counted=counted,
        outcome=entry["outcome"],
        label=labels.outcome_in_words(entry["outcome"]),
        ok=entry["outcome"] == RowStatus.SUCCEEDED,
        http_status=None if entry["detail"].startswith(f"HTTP {status}") else status,
        detail=entry["detail"],
        unread=entry["unread"],
        took=milliseconds(max((end - start).total_seconds() * 1000, 0)) if start else "",
        started_at=start,
        ended_at=end,
    )
