"""A queue's page as values: each part that can change by itself is one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count

from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.kinds import QueueKind, SetUp, kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import answer_filter, cached_counts, queues
from experiments.web.limits_form import LimitsForm
from experiments.web.queue import summary
from experiments.web.queue import table as tables
from experiments.web.queue.summary import Actions, Entry, Facts, Shown, State
from experiments.web.queue.table import RowTable, query

RAIL = 12
"""Queues in the rail; the list has all."""
STATUSES = ("queued", "running", "succeeded", "failed")
CODES_TIMES = 300
MANY_FAILURES = 1000
"""Failures by code are counted in some thousandths of a second, but for every poll of everybody who looks."""
OF_A_LINE = (*(field.name for field in Queue._meta.concrete_fields), "network__name", "created_by__username")
"""What `listed_of` reads: nothing that a kind adds."""
ACTIVE = (QueueStatus.RUNNING, QueueStatus.PAUSED)


@dataclass(frozen=True)
class Chip:
    """A filter with the number of rows that it leaves."""

    label: str
    count: int
    query: str
    active: bool
    code: bool = False
    verdict: str = ""


@dataclass(frozen=True)
class Chips(Shown):
    """`answer` is the bar of a distribution that the table is filtered by; its query takes that filter away."""

    chips: tuple[Chip, ...]
    answer: Chip | None = None

    @property
    def statuses(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if not (chip.code or chip.verdict))


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
    """The hard limits, to be changed while there are items to come."""

    caps: tuple[Limit, ...]
    can_change: bool


@dataclass(frozen=True)
class Poll(Shown):
    """How often the page asks for news and where; no `seconds`: it does not."""

    seconds: int | None
    query: str


@dataclass(frozen=True)
class Listed(Shown):
    """A line of the list of queues."""

    entry: Entry
    severity: str
    network: str
    total: int
    done: int
    failed: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class QueuePage:
    kind: QueueKind
    queue: Queue
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
    set_up: SetUp | None
    """Where the set-up of a draft goes on."""

    @property
    def has_results(self) -> bool:
        return self.queue.status != QueueStatus.DRAFT and bool(self.kind.response_fields(self.queue))

    @property
    def results_open(self) -> bool:
        """While rows come in the table is what one looks at, and counting costs the database something."""
        return self.poll.seconds is None or "field" in self.filters

    @property
    def answer_filter(self) -> list[tuple[str, Any]]:
        return [(name, self.filters[name]) for name in answer_filter.NAMES if name in self.filters]

    @cached_property
    def query(self) -> str:
        return query(self.filters)

    @cached_property
    def tail(self) -> str:
        """The filters behind an address, where there are any."""
        return f"?{self.query}" if self.query else ""

    @property
    def title(self) -> str:
        facts = self.facts
        if self.queue.status in ("draft", "completed", "cancelled"):
            return f"{self.state.word.capitalize()} · {self.queue.name}"
        return f"{facts.percent} % · {facts.done:,} of {facts.total:,} · {self.queue.name}"

    @property
    def parts(self) -> tuple[Shown, ...]:
        """Everything but the rows."""
        pager = (self.table.pager,) if self.table.pager else ()
        return (self.state, self.facts, self.acts, self.pace, self.limits, self.chips, self.poll, *pager, *self.rail)


def page(queue: Queue, user: Any, filters: Mapping[str, Any], table: RowTable | None = None) -> QueuePage:
    """The page of a queue for `user`; `table` where its rows were read already."""
    kind = kind_of(queue)
    codes = failures_by_code(queue)
    problems = missing(queue)
    return QueuePage(
        kind=kind,
        queue=queue,
        rail=rail(queue, user),
        state=summary.state_of(queue),
        facts=summary.facts_of(queue, queues.queue_progress(queue)),
        acts=summary.actions_of(queue, codes),
        pace=pace_of(queue),
        limits=limits_of(queue),
        chips=chips_of(queue, codes, filters),
        table=table or tables.table(queue, filters),
        poll=Poll("live", summary.poll_seconds(queue), query(filters)),
        filters=filters,
        missing=tuple(error.detail for error in problems),
        set_up=kind.set_up(queue, problems) if queue.status == QueueStatus.DRAFT else None,
    )


def rail(queue: Queue, user: Any) -> tuple[Entry, ...]:
    """The newest queues of `user` and of this kind, with this one among them."""
    kind = kind_of(queue)
    newest = list(kind.queues(user).select_related(None).only(*summary.OF_AN_ENTRY)[:RAIL])
    if queue.pk not in {one.pk for one in newest}:
        newest = [*newest[: RAIL - 1], queue]
    return tuple(summary.entry_of(one, current=one.pk == queue.pk) for one in newest)


def failures_by_code(queue: Queue) -> list[tuple[str, int]]:
    """The most frequent first. Of very many failures the counts may be some seconds old."""
    if not queue.failed:
        return []
    counters = (queue.failed, queue.succeeded, queue.queued)
    return cached_counts.cached(
        f"codes.{queue.pk}",
        rows=queue.failed,
        version=counters,
        compute=lambda: _count_codes(queue),
        times=CODES_TIMES,
        large=MANY_FAILURES,
    )


def _count_codes(queue: Queue) -> list[tuple[str, int]]:
    # Of the columns of one index, so that the rows themselves are not read.
    failed = QueueItem.objects.of_queue(queue).failed().order_by()
    counted = failed.values_list("error_code").annotate(rows=Count("*"))
    return [(code, rows) for code, rows in counted.order_by("-rows", "error_code") if code]


def pace_of(queue: Queue) -> Pace:
    limit = queue.network.max_concurrency if queue.network else 0
    return Pace("pace", queue.concurrency, limit, can_change=queue.status in ACTIVE)


def limits_of(queue: Queue) -> Limits:
    fields = LimitsForm(items=kind_of(queue).nouns.items).fields
    shown = tuple(Limit(name, str(field.label), getattr(queue, name)) for name, field in fields.items())
    return Limits("limits", shown, can_change=queue.status in ACTIVE)


def chips_of(queue: Queue, codes: Sequence[tuple[str, int]], filters: Mapping[str, Any]) -> Chips:
    kept = {name: filters.get(name) for name in ("search", "verdict", *answer_filter.NAMES)}
    status, chosen = filters.get("status"), filters.get("error_code")
    all_of = query({**kept, "verdict": ""})
    everything = not filters.keys() - {"after", "before"}
    chips = [Chip("All", queue.total, all_of, everything)]
    for name in STATUSES:
        active = status == name and not chosen
        chips.append(Chip(name.capitalize(), getattr(queue, name), query({"status": name, **kept}), active))
    for code, rows in codes:
        chips.append(Chip(code, rows, query({"error_code": code, **kept}), chosen == code, code=True))
    chips += _verdict_chips(queue, filters)
    return Chips("chips", tuple(chips), _answer_chip(filters))


def _verdict_chips(queue: Queue, filters: Mapping[str, Any]) -> list[Chip]:
    others = {name: value for name, value in filters.items() if name not in ("verdict", "after", "before")}
    chosen = filters.get("verdict")
    return [
        Chip(words.capitalize(), count, query({**others, "verdict": name}), chosen == name, verdict=name)
        for name, words, count in kind_of(queue).verdicts(queue)
    ]


def _answer_chip(filters: Mapping[str, Any]) -> Chip | None:
    words = answer_filter.answer_filter_label(filters)
    others = {name: value for name, value in filters.items() if name in ("status", "error_code", "search", "verdict")}
    return Chip(words, 0, query(others), True) if words else None


def missing(queue: Queue) -> list[WorkbenchError]:
    """What a draft lacks before it can start."""
    return kind_of(queue).missing(queue) if queue.status == QueueStatus.DRAFT else []


def listed_of(queue: Queue) -> Listed:
    """A queue as a line of the list."""
    return Listed(
        key=f"b-{queue.pk}",
        entry=summary.entry_of(queue),
        severity=summary.severity_of(queue),
        network=queue.network.name if queue.network else "",
        total=queue.total,
        done=queue.succeeded + queue.failed,
        failed=queue.failed,
        created_at=queue.created_at,
        created_by=queue.created_by.get_username(),
    )
