"""A batch's page as values: each part that can change by itself is one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from csv_batches.forms.limits import LimitsForm
from csv_batches.models import CsvBatch
from csv_batches.pages import review, row_table
from csv_batches.pages.row_table import RowTable, query
from csv_batches.selectors import batches as selectors
from csv_batches.services import launch
from csv_batches.steps import Step
from experiments import overview
from experiments.errors import WorkbenchError
from experiments.models import QueueItem
from experiments.overview import Actions, Entry, Facts, Shown, State
from experiments.selectors import answer_filter, paced, queues

RAIL = 12
"""Batches in the rail; the list has all."""
STATUSES = ("queued", "running", "succeeded", "failed")
HEAVY = (
    "columns",
    "prompt_template",
    "read_options",
    "response_fields",
    "schema_example",
    "schema_guidance",
    "schema_json",
    "warnings",
)
"""Settings that the rail does not show: with thousands of columns they are megabytes."""
CODES_TIMES = 300
"""Failures by code are counted in some hundredths of a second, but for every poll of everybody who looks."""
ACTIVE = (CsvBatch.Status.RUNNING, CsvBatch.Status.PAUSED)


@dataclass(frozen=True)
class Chip:
    """A filter with the number of rows that it leaves."""

    label: str
    count: int
    query: str
    active: bool
    code: bool = False


@dataclass(frozen=True)
class Chips(Shown):
    """`answer` is the bar of a distribution that the table is filtered by; its query takes that filter away."""

    chips: tuple[Chip, ...]
    answer: Chip | None = None

    @property
    def statuses(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if not chip.code)


@dataclass(frozen=True)
class Pace(Shown):
    """How many rows at a time; `limit` is the network's. Can be changed while there are rows to come."""

    concurrency: int
    limit: int
    can_change: bool


@dataclass(frozen=True)
class Limit:
    """A hard limit; None: there is none."""

    name: str
    label: str
    limit: int | None


@dataclass(frozen=True)
class Limits(Shown):
    """The hard limits, to be changed while there are rows to come."""

    caps: tuple[Limit, ...]
    can_change: bool


@dataclass(frozen=True)
class Poll(Shown):
    """How often the page asks for news and where; no `seconds`: it does not."""

    seconds: int | None
    query: str


@dataclass(frozen=True)
class Listed(Shown):
    """A line of the list of batches."""

    entry: Entry
    state: State
    network: str
    total: int
    done: int
    failed: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class BatchPage:
    batch: CsvBatch
    rail: tuple[Entry, ...]
    state: State
    facts: Facts
    acts: Actions
    pace: Pace
    limits: Limits
    chips: Chips
    table: RowTable
    poll: Poll
    filters: Mapping[str, Any]
    missing: tuple[str, ...]
    set_up: Step | None
    """Where the set-up of a draft goes on."""

    @property
    def has_results(self) -> bool:
        return self.set_up is None and bool(self.batch.response_fields)

    @property
    def results_open(self) -> bool:
        """While rows come in the table is what one looks at, and counting costs the database something."""
        return self.poll.seconds is None or "field" in self.filters

    @property
    def answer_filter(self) -> list[tuple[str, Any]]:
        return [(name, self.filters[name]) for name in answer_filter.NAMES if name in self.filters]

    @property
    def query(self) -> str:
        return query(self.filters)

    @property
    def title(self) -> str:
        facts = self.facts
        if self.batch.status in ("draft", "completed", "cancelled"):
            return f"{self.state.word.capitalize()} · {self.batch.name}"
        return f"{facts.percent} % · {facts.done:,} of {facts.total:,} · {self.batch.name}"

    @property
    def parts(self) -> tuple[Shown, ...]:
        """Everything but the rows."""
        pager = (self.table.pager,) if self.table.pager else ()
        return (self.state, self.facts, self.acts, self.pace, self.limits, self.chips, self.poll, *pager, *self.rail)


def page(batch: CsvBatch, user: Any, filters: Mapping[str, Any], table: RowTable | None = None) -> BatchPage:
    """The page of a batch for `user`; `table` where its rows were read already."""
    codes = failures_by_code(batch)
    problems = missing(batch)
    return BatchPage(
        batch=batch,
        rail=rail(batch, user),
        state=overview.state_of(batch),
        facts=overview.facts_of(batch, queues.progress(batch)),
        acts=overview.actions_of(batch, codes),
        pace=pace_of(batch),
        limits=limits_of(batch),
        chips=chips_of(batch, codes, filters),
        table=table or row_table.table(batch, filters),
        poll=Poll("live", overview.poll_seconds(batch), query(filters)),
        filters=filters,
        missing=tuple(error.detail for error in problems),
        set_up=review.first_open(problems) if batch.status == CsvBatch.Status.DRAFT else None,
    )


def rail(batch: CsvBatch, user: Any) -> tuple[Entry, ...]:
    """The newest batches of `user`, with this one among them."""
    newest = list(selectors.batches_of(user).defer(*selectors.SELDOM, *HEAVY)[:RAIL])
    if batch.pk not in {one.pk for one in newest}:
        newest = [*newest[: RAIL - 1], batch]
    return tuple(overview.entry_of(one, current=one.pk == batch.pk) for one in newest)


def failures_by_code(batch: CsvBatch) -> list[tuple[str, int]]:
    """The most frequent first. Of very many failures the counts may be some seconds old."""
    if not batch.failed:
        return []
    counters = (batch.failed, batch.succeeded, batch.queued)
    key = f"codes.{batch.pk}"
    return paced.paced(key, rows=batch.failed, version=counters, compute=lambda: _count_codes(batch), times=CODES_TIMES)


def _count_codes(batch: CsvBatch) -> list[tuple[str, int]]:
    # Of the columns of one index, so that the rows themselves are not read.
    failed = QueueItem.objects.of(batch).failed().order_by()
    counted = failed.values_list("error_code").annotate(rows=Count("*"))
    return [(code, rows) for code, rows in counted.order_by("-rows", "error_code") if code]


def pace_of(batch: CsvBatch) -> Pace:
    limit = batch.network.max_concurrency if batch.network else 0
    return Pace("pace", batch.concurrency, limit, can_change=batch.status in ACTIVE)


def limits_of(batch: CsvBatch) -> Limits:
    labels = ((name, str(field.label)) for name, field in LimitsForm.base_fields.items())
    shown = tuple(Limit(name, label, getattr(batch, name)) for name, label in labels)
    return Limits("limits", shown, can_change=batch.status in ACTIVE)


def chips_of(batch: CsvBatch, codes: Sequence[tuple[str, int]], filters: Mapping[str, Any]) -> Chips:
    kept = {name: filters.get(name) for name in ("search", *answer_filter.NAMES)}
    status, chosen = filters.get("status"), filters.get("error_code")
    chips = [Chip("All", batch.total, query(kept), not status and not chosen)]
    for name in STATUSES:
        active = status == name and not chosen
        chips.append(Chip(name.capitalize(), getattr(batch, name), query({"status": name, **kept}), active))
    for code, rows in codes:
        chips.append(Chip(code, rows, query({"error_code": code, **kept}), chosen == code, code=True))
    return Chips("chips", tuple(chips), _answer_chip(filters))


def _answer_chip(filters: Mapping[str, Any]) -> Chip | None:
    words = answer_filter.in_words(filters)
    others = {name: value for name, value in filters.items() if name in ("status", "error_code", "search")}
    return Chip(words, 0, query(others), True) if words else None


def missing(batch: CsvBatch) -> list[WorkbenchError]:
    """What a draft lacks before it can start."""
    return launch.missing(batch) if batch.status == CsvBatch.Status.DRAFT else []


def listed_of(batch: CsvBatch) -> Listed:
    """A batch as a line of the list."""
    return Listed(
        key=f"b-{batch.pk}",
        entry=overview.entry_of(batch),
        state=overview.state_of(batch),
        network=batch.network.name if batch.network else "",
        total=batch.total,
        done=batch.succeeded + batch.failed,
        failed=batch.failed,
        created_at=batch.created_at,
        created_by=batch.created_by.get_username(),
    )
