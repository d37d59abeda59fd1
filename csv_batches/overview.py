"""A batch's page as values: each part that can change by itself is one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from csv_batches import row_table, selectors
from csv_batches.models import CsvBatch
from csv_batches.row_table import RowTable, query
from csv_batches.services import launch
from experiments import overview
from experiments.overview import Actions, Entry, Facts, Shown, State

RAIL = 12
"""Batches in the rail; the list has all."""
STATUSES = ("queued", "running", "succeeded", "failed")


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
    chips: tuple[Chip, ...]

    @property
    def statuses(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if not chip.code)


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
    chips: Chips
    table: RowTable
    poll: Poll
    filters: Mapping[str, Any]
    missing: tuple[str, ...]

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
        return (self.state, self.facts, self.acts, self.chips, self.poll, *pager, *self.rail)


def page(batch: CsvBatch, user: Any, filters: Mapping[str, Any], table: RowTable | None = None) -> BatchPage:
    """The page of a batch for `user`; `table` where its rows were read already."""
    codes = failures_by_code(batch)
    return BatchPage(
        batch=batch,
        rail=rail(batch, user),
        state=overview.state_of(batch),
        facts=overview.facts_of(batch, selectors.progress(batch)),
        acts=overview.actions_of(batch, codes),
        chips=chips_of(batch, codes, filters),
        table=table or row_table.table(batch, filters),
        poll=Poll("live", overview.poll_seconds(batch), query(filters)),
        filters=filters,
        missing=missing(batch),
    )


def rail(batch: CsvBatch, user: Any) -> tuple[Entry, ...]:
    """The newest batches of `user`, with this one among them."""
    newest = list(selectors.batches_of(user)[:RAIL])
    if batch.pk not in {one.pk for one in newest}:
        newest = [*newest[: RAIL - 1], batch]
    return tuple(overview.entry_of(one, current=one.pk == batch.pk) for one in newest)


def failures_by_code(batch: CsvBatch) -> list[tuple[str, int]]:
    if not batch.failed:
        return []
    counted = batch.rows.failed().order_by().values_list("error_code").annotate(rows=Count("pk"))
    return [(code, rows) for code, rows in counted.order_by("-rows", "error_code") if code]


def chips_of(batch: CsvBatch, codes: Sequence[tuple[str, int]], filters: Mapping[str, Any]) -> Chips:
    search, status, chosen = filters.get("search"), filters.get("status"), filters.get("error_code")
    chips = [Chip("All", batch.total, query({"search": search}), not status and not chosen)]
    for name in STATUSES:
        active = status == name and not chosen
        chips.append(Chip(name.capitalize(), getattr(batch, name), query({"status": name, "search": search}), active))
    for code, rows in codes:
        chips.append(Chip(code, rows, query({"error_code": code, "search": search}), chosen == code, code=True))
    return Chips("chips", tuple(chips))


def missing(batch: CsvBatch) -> tuple[str, ...]:
    """What a draft lacks before it can start, in words."""
    if batch.status != CsvBatch.Status.DRAFT:
        return ()
    return tuple(error.detail for error in launch.missing(batch))


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
