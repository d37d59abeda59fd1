"""A queue's page as values: each part that can change by itself is one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import time
from typing import Any

from experiments.core.choices import FINISHED, ExportFormat, QueueStatus
from experiments.core.cost import plain
from experiments.core.labels import reason_in_words
from experiments.core.limits import LIMITS_BY_NAME
from experiments.export.formats import EXPORT_FORMATS, FormatWriter
from experiments.kinds import QueueKind, QueueLayout, SetUp, kind_of
from experiments.models import Queue
from experiments.selectors import queues
from experiments.selectors.failures import failures_by_code
from experiments.web.limits_form import LimitsForm
from experiments.web.page_part import PagePart
from experiments.web.queue import summary
from experiments.web.queue.chips import Chip, Chips, answer_chips, chips_of_queue
from experiments.web.queue.columns import Offers, offers_of_layout
from experiments.web.queue.forms import PLACES, VIEW, query_string
from experiments.web.queue.grid_choice import DEFAULT, HEIGHTS, RAILS, GridChoice
from experiments.web.queue.last_correction import LastCorrection, last_correction_of_queue
from experiments.web.queue.pause import ConnectionTest, PauseError, last_test_of_connection, pause_errors
from experiments.web.queue.summary import Actions, Entry, Progress, State
from experiments.web.queue.table import RowTable, may_follow, table_of_queue

MAX_RAIL = 12
"""Queues beside the page; the list has all."""
TESTED_S = 2
"""So often it asks for the answer to a test of the connection."""
RAIL_S = 10
"""So often the page looks at the other queues beside it."""
ACTIVE = (QueueStatus.RUNNING, QueueStatus.PAUSED)


@dataclass(frozen=True)
class Pace(PagePart):
    """How many rows at a time; `limit` is the network's. Can be changed while there are rows to come."""

    concurrency: int
    limit: int
    can_change: bool


@dataclass(frozen=True)
class Limit:
    """A hard limit, as its input shows it; None: there is none. `step` of the input: `any` where it may have places."""

    name: str
    label: str
    limit: int | str | None
    least: str
    step: str


@dataclass(frozen=True)
class Limits(PagePart):
    """The hard limits, to be changed while there are items to come."""

    caps: tuple[Limit, ...]
    can_change: bool

    @property
    def is_set(self) -> bool:
        return any(one.limit is not None for one in self.caps)


@dataclass(frozen=True)
class Poll(PagePart):
    """How often the page asks for updates, and with which query; `seconds` is None where it never asks."""

    seconds: int | None
    query: str


@dataclass(frozen=True)
class RailAge(PagePart):
    """When the other queues were looked at: in which period of `RAIL_S` since 1970."""

    period: int


@dataclass(frozen=True)
class QueuePage:
    kind: QueueKind
    queue: Queue
    layout: QueueLayout
    rail: tuple[Entry, ...]
    rail_age: RailAge
    state: State
    progress: Progress
    acts: Actions
    pace: Pace
    limits: Limits
    chips: Chips
    table: RowTable
    last_correction: LastCorrection
    poll: Poll
    test: ConnectionTest
    choice: GridChoice
    filters: Mapping[str, Any]
    missing: tuple[str, ...]
    set_up: SetUp | None
    """Where the set-up of a draft goes on."""

    @property
    def export_formats(self) -> Mapping[ExportFormat, FormatWriter]:
        return EXPORT_FORMATS

    @property
    def export_filters(self) -> dict[str, Any]:
        """What the table shows is what is exported, as far as there is something."""
        so_far = {} if self.acts.finished else {"partial": 1}
        return {**{name: value for name, value in self.filters.items() if name not in PLACES}, **so_far}

    @property
    def pause_errors(self) -> tuple[PauseError, ...]:
        return pause_errors(self.queue)

    @property
    def offers(self) -> Offers:
        return offers_of_layout(self.layout, self.table.headings.columns)

    @property
    def can_follow(self) -> bool:
        """There are answers to come, and the table would show all of them."""
        return may_follow(self.queue, self.filters)

    @property
    def follows(self) -> bool:
        return self.can_follow and self.choice.follows

    @property
    def rail_look(self) -> str:
        return RAILS[self.choice.rail]

    @property
    def heights(self) -> Mapping[str, str]:
        return HEIGHTS

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters.keys() - {*VIEW})

    @property
    def export_query(self) -> str:
        return query_string(self.export_filters)

    @property
    def has_results(self) -> bool:
        return self.queue.status != QueueStatus.DRAFT and bool(self.layout.response_fields)

    @property
    def can_correct(self) -> bool:
        """There are answers of whose fields something is known."""
        return self.queue.may_edit and self.has_results and self.queue.succeeded + self.queue.failed > 0

    @property
    def filters_of_rows(self) -> dict[str, Any]:
        """Without the place of the page."""
        return {name: value for name, value in self.filters.items() if name not in PLACES}

    @cached_property
    def filters_set(self) -> tuple[Chip, ...]:
        """Those that the legend does not show, each with the query that is left without it."""
        wanted = self.filters_of_rows
        named = [("error_code", reason_in_words(wanted.get("error_code", ""))), ("search", wanted.get("search", ""))]
        chips = [Chip(label, 0, query_string(wanted, **{name: ""}), True) for name, label in named if label]
        return (*chips, *answer_chips(wanted))

    @cached_property
    def query(self) -> str:
        return query_string(self.filters)

    @cached_property
    def tail(self) -> str:
        """The end of an address with the filters; "" without any."""
        return f"?{self.query}" if self.query else ""

    @property
    def title(self) -> str:
        progress = self.progress
        if self.queue.status in (QueueStatus.DRAFT, *FINISHED):
            return f"{self.state.word.capitalize()} · {self.queue.name}"
        return f"{progress.percent} % · {progress.done:,} of {progress.total:,} · {self.queue.name}"

    @property
    def parts(self) -> tuple[PagePart, ...]:
        """Everything but the table and its rows."""
        pager = (self.table.pager,) if self.table.pager else ()
        values = (self.state, self.progress, self.acts, self.pace, self.limits, self.chips, self.last_correction)
        return (*values, self.poll, self.test, *pager, self.rail_age, *self.rail)


def page_of_queue(
    queue: Queue,
    layout: QueueLayout,
    user: Any,
    filters: Mapping[str, Any],
    known_rows: Sequence[int] | None = None,
    has: Collection[str] = (),
    choice: GridChoice = DEFAULT,
) -> QueuePage:
    """The page of a queue for `user`.

    The browser shows rows with the indexes `known_rows` already, and the parts whose fingerprints it `has`.
    """
    kind = kind_of(queue)
    age = RailAge("rail-age", int(time() // RAIL_S))
    rail_is_new = age.fingerprint in has
    failures = failures_by_code(queue)
    test = last_test_of_connection(queue, user)
    is_draft = queue.status == QueueStatus.DRAFT
    missing = kind.missing(queue) if is_draft else []
    return QueuePage(
        kind=kind,
        queue=queue,
        layout=layout,
        rail=(summary.entry_of_queue(queue, current=True),) if rail_is_new else rail_of_queue(queue, user),
        rail_age=age,
        state=summary.state_of_queue(queue),
        progress=summary.progress_of_queue(queue, queues.queue_progress(queue)),
        acts=summary.actions_of_queue(queue, failures),
        pace=pace_of_queue(queue),
        limits=limits_of_queue(queue),
        chips=chips_of_queue(queue, failures, filters),
        table=table_of_queue(queue, layout, filters, known_rows, choice),
        last_correction=last_correction_of_queue(queue, user),
        test=test,
        choice=choice,
        poll=Poll("live", summary.poll_seconds(queue) if test.is_over else TESTED_S, query_string(filters)),
        filters=filters,
        missing=tuple(error.detail for error in missing),
        set_up=kind.set_up(queue, missing) if is_draft and queue.may_edit else None,
    )


def rail_of_queue(queue: Queue, user: Any) -> tuple[Entry, ...]:
    """The newest queues of `user` and of this kind, with this one among them."""
    newest = list(kind_of(queue).visible_to(user).select_related(None).only(*summary.COLUMNS_OF_AN_ENTRY)[:MAX_RAIL])
    if queue.pk not in {one.pk for one in newest}:
        newest = [*newest[: MAX_RAIL - 1], queue]
    return tuple(summary.entry_of_queue(one, current=one.pk == queue.pk) for one in newest)


def pace_of_queue(queue: Queue) -> Pace:
    limit = queue.network.max_concurrency if queue.network else 0
    return Pace("pace", queue.concurrency, limit, can_change=queue.may_edit and queue.status in ACTIVE)


def limits_of_queue(queue: Queue) -> Limits:
    fields = LimitsForm(items=kind_of(queue).nouns.items).fields
    limits = tuple(_limit(queue, name, str(field.label)) for name, field in fields.items())
    return Limits("limits", limits, can_change=queue.may_edit and queue.status in ACTIVE)


def _limit(queue: Queue, name: str, label: str) -> Limit:
    value = getattr(queue, name)
    if LIMITS_BY_NAME[name].is_money:
        return Limit(name, f"{label}, {queue.currency}", None if value is None else plain(value), "0", "any")
    return Limit(name, label, value, "1", "1")
