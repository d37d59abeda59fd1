"""The list of queues as values: its lines, in groups, with what the rail above them counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from experiments.core import labels
from experiments.core.choices import BY_PEOPLE, ListOrder, QueueStatus
from experiments.core.cost import in_words
from experiments.core.formatting import compact, count, duration, initials_of
from experiments.core.labels import QUEUE_STATUS, StatusLabel, reason_in_words
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.selectors import health, queue_list
from experiments.selectors.queue_list import ALL_FAILED, PAUSED_BY_SYSTEM, RUNNING
from experiments.selectors.queues import queue_progress
from experiments.web.page_part import PagePart, changes_by_itself
from experiments.web.queue.summary import Bar, bar_of_queue, label_of_queue
from experiments.web.queue_list.forms import ME, OTHERS, ListQuery

QUEUES_ON_A_PAGE = 50
MAX_IN_GROUP = 20
"""Of those that need attention, and of those that run: the others are a click away."""
SHORT_NAME = 28
"""Characters of the name of an owner or a network that a menu shows."""
COLUMNS_OF_A_LINE = (
    *(field.name for field in Queue._meta.concrete_fields),
    *("network__name", "network__currency"),
    *("created_by__username", "created_by__first_name", "created_by__last_name"),
)
ATTENTION, AT_WORK, RECENT = "Needs attention", "Running", "Recent"
GROUPS = ((ATTENTION, (PAUSED_BY_SYSTEM, ALL_FAILED)), (AT_WORK, (RUNNING,)))
MORE = {ATTENTION: ("attention=1", "attention"), AT_WORK: (f"status={QueueStatus.RUNNING}", QueueStatus.RUNNING.value)}
"""The query that shows the whole group, and which count is how many it has."""
LEGEND = (
    QueueStatus.RUNNING,
    QueueStatus.PAUSED,
    QueueStatus.COMPLETED,
    QueueStatus.DRAFT,
    QueueStatus.CANCELLED,
)
LOOKS = {QueueStatus.RUNNING: "r", QueueStatus.COMPLETED: "ok"}


@dataclass(frozen=True)
class Person:
    """Who made a queue. `initials` as in the app bar."""

    pk: int
    name: str
    initials: str


@dataclass(frozen=True)
class Line(PagePart):
    """A queue. `why`: below its status, what keeps it or what comes next; `address`: where its name leads."""

    id: str
    name: str
    address: str
    file: str
    label: StatusLabel
    why: str
    why_look: str
    bar: Bar | None
    bar_says: str
    percent: int
    is_draft: bool
    total: int
    succeeded: int
    failed: int
    corrected: int
    rate: str
    left: str
    tokens: str
    cost: str
    network: str
    owner: Person
    may_edit: bool
    may_share: bool
    created_at: datetime


@dataclass(frozen=True)
class Group:
    """`more`: the query that shows all of a group that has more than fit, with how many there are."""

    title: str
    lines: tuple[Line, ...]
    more: str = ""
    number: int = 0


@dataclass(frozen=True)
class Part:
    """An entry of the legend."""

    label: str
    number: int
    query: str
    active: bool
    icon: str = ""
    look: str = ""


@dataclass(frozen=True)
class Legend(PagePart):
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """Of a menu of filters."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ListPage:
    kind: QueueKind
    query: ListQuery
    legend: Legend
    groups: tuple[Group, ...]
    number: int
    """How many there are of what is wanted, on all pages."""
    is_empty: bool
    """There is not one, whatever the filters."""
    older: str
    note: str
    polls: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def shape(self) -> str:
        """A fingerprint of all but what changes within a line."""
        places = [(group.title, group.more, [(line.id, line.name) for line in group.lines]) for group in self.groups]
        return f"list.{crc32(repr((places, self.note, self.polls, self.older, self.is_empty)).encode()):08x}"

    @property
    def sort_query(self) -> Mapping[str, str]:
        return {order.value: self.query.without_place(sort=order.value) for order in ListOrder}

    @property
    def sorted_by(self) -> str:
        return self.query.order.value

    @property
    def newest(self) -> str:
        """The query of the first page; "" where this is it."""
        return "" if self.query.is_first_page else self.query.without_place() or "?"

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """What the form of the filters keeps beside its own."""
        return tuple(
            (name, self.query.given[name]) for name in ("attention", "status", "sort") if name in self.query.given
        )


def page_of_list(kind: QueueKind, user: Any, query: ListQuery) -> ListPage:
    found = queue_list.queues_wanted(kind, user, query.wanted)
    counts = queue_list.counts_of_queues(found)
    number = counts[query.wanted.status or ("attention" if query.wanted.attention else "all")]
    columns = (*COLUMNS_OF_A_LINE, *kind.list_columns)
    shown = found.select_related(None).select_related("network", "created_by").only(*columns)
    placed: list[tuple[str, list[Queue], bool]] = []
    for title, conditions in () if query.is_flat else GROUPS:
        # One after the other: together the database would look at all of them.
        each = [queue for condition in conditions for queue in shown.filter(condition)[: MAX_IN_GROUP + 1]]
        some = sorted(each, key=lambda queue: queue.created_at, reverse=True)
        placed.append((title, some[:MAX_IN_GROUP], len(some) > MAX_IN_GROUP))
    above = [queue.pk for _, some, _ in placed for queue in some]
    rest = queue_list.of_status(shown.exclude(pk__in=above) if above else shown, query.wanted)
    rest = queue_list.after_place(rest, query.order, query.older, query.after)
    room = QUEUES_ON_A_PAGE - len(above)
    recent = list(rest[: room + 1])
    placed.append(("" if query.is_flat else RECENT, recent[:room], False))
    queues = [queue for _, some, _ in placed for queue in some]
    lines = _lines(kind, queues, user)
    groups = tuple(_group(title, [lines[queue.pk] for queue in some], is_cut, counts) for title, some, is_cut in placed)
    return ListPage(
        kind=kind,
        query=query,
        legend=_legend(counts, query),
        groups=tuple(group for group in groups if group.lines),
        number=number,
        is_empty=not counts["all"] and not query.wanted.is_set,
        older=_older(query, recent[room - 1]) if len(recent) > room else "",
        note=health.waiting_note(queues),
        polls=any(changes_by_itself(queue) for queue in queues),
    )


def _group(title: str, lines: Sequence[Line], is_cut: bool, counts: Mapping[str, int]) -> Group:
    query, counted = MORE.get(title, ("", ""))
    return Group(title, tuple(lines), query, counts[counted]) if is_cut else Group(title, tuple(lines))


def _older(query: ListQuery, last: Queue) -> str:
    """The query of the page behind `last`."""
    if query.order == ListOrder.NAME:
        return query.with_place(after=last.pk)
    return query.with_place(older=last.created_at.isoformat())


def _legend(counts: Mapping[str, int], query: ListQuery) -> Legend:
    wanted = query.wanted
    parts = [Part("All", counts["all"], _by_status(query), not (wanted.status or wanted.attention))]
    if counts["attention"] or wanted.attention:
        chosen = _by_status(query, attention="1")
        parts.append(Part(ATTENTION, counts["attention"], chosen, wanted.attention, "warn", "w"))
    for status in LEGEND:
        label, active = QUEUE_STATUS[status], wanted.status == status
        if counts[status] or active:
            look = LOOKS.get(status, "")
            parts.append(Part(label.word, counts[status], _by_status(query, status=status), active, label.icon, look))
    return Legend("legend", tuple(parts))


def _by_status(query: ListQuery, status: str = "", attention: str = "") -> str:
    return query.without_place(status=status, attention=attention)


def owner_choices(page: ListPage, user: Any) -> list[Choice]:
    """Me, the others together, and each whose queues are on the page; nothing where all are one's own."""
    chosen = str(page.query.given.get("owner", ""))
    if not chosen and not queue_list.has_others(page.kind, user):
        return []
    others = sorted({(line.owner.name, str(line.owner.pk)) for line in page.lines if line.owner.pk != user.pk})
    shared = "Others" if user.is_staff else "Shared with me"
    listed = [("", "Any owner"), (ME, "Me"), (OTHERS, shared), *((pk, name) for name, pk in others)]
    return [Choice(value, label[:SHORT_NAME], value == chosen) for value, label in listed]


def network_choices(page: ListPage) -> list[Choice]:
    chosen, names = str(page.query.given.get("network", "")), queue_list.network_names()
    if len(names) < 2 and not chosen:
        return []
    listed = [("", "Any network"), *((str(pk), name) for pk, name in names)]
    return [Choice(value, label[:SHORT_NAME], value == chosen) for value, label in listed]


def _person(user: Any) -> Person:
    first, last, name = user.first_name, user.last_name, user.get_username()
    return Person(user.pk, _full_name(first, last) or name, initials_of(first, last, name))


def _full_name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


# -- a line


def _lines(kind: QueueKind, queues: Sequence[Queue], user: Any) -> dict[Any, Line]:
    drafts = [queue.pk for queue in queues if queue.status == QueueStatus.DRAFT]
    # What a draft still lacks is in its settings, which no other line needs.
    steps = {draft.pk: kind.set_up(draft, kind.missing(draft)) for draft in kind.visible_to(user).filter(pk__in=drafts)}
    failed = [queue.pk for queue in queues if label_of_queue(queue) == labels.ALL_FAILED]
    errors = queue_list.first_errors(failed) if failed else {}
    words = kind.list_words(queues)
    found = {}
    for queue in queues:
        step = steps.get(queue.pk)
        why, look = _why(queue, errors.get(queue.pk, ""))
        found[queue.pk] = _line(
            kind,
            queue,
            why=f"Next: {step.title}" if step else why or words.get(queue.pk, ""),
            look=look,
            address=step.address if step and queue.may_edit else kind.address(queue.pk),
        )
    return found


def _why(queue: Queue, error: str) -> tuple[str, str]:
    """A few words below the status, and how bad they are."""
    if queue.status == QueueStatus.PAUSED and queue.pause_code:
        return reason_in_words(queue.pause_code), "" if queue.pause_code in BY_PEOPLE else "why"
    if queue.source_removed_at is not None:
        return "Source removed", ""
    return reason_in_words(error), "why bad" if error else ""


def _line(kind: QueueKind, queue: Queue, *, why: str, look: str, address: str) -> Line:
    is_draft, is_running = queue.status == QueueStatus.DRAFT, queue.status == QueueStatus.RUNNING
    done = queue.done
    progress = queue_progress(queue)
    rate, left = progress["rows_per_second"] * 60, progress["eta_seconds"]
    return Line(
        key=f"b-{queue.pk.hex[:12]}",
        id=str(queue.pk),
        name=queue.name,
        address=address,
        file=kind.file_name(queue),
        label=label_of_queue(queue),
        why=why,
        why_look=look,
        bar=bar_of_queue(queue) if is_running else None,
        bar_says=f"{count(done)} of {kind.nouns.counted(queue.total)} finished",
        percent=done * 100 // queue.total if queue.total else 0,
        is_draft=is_draft,
        total=queue.total,
        succeeded=queue.succeeded,
        failed=queue.failed_open,
        corrected=queue.corrected,
        rate=_rate(kind, rate) if is_running else duration(queue.ran_s) if done else "",
        left=f"{duration(left)} left" if is_running and left is not None else "",
        tokens=compact(queue.tokens) if queue.tokens else "",
        cost=in_words(queue.cost, queue.currency) if queue.cost is not None else "no price set" if queue.tokens else "",
        network=queue.network.name if queue.network else "",
        owner=_person(queue.created_by),
        may_edit=queue.may_edit,
        may_share=queue.may_share,
        created_at=queue.created_at,
    )


def _rate(kind: QueueKind, rate: float) -> str:
    shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}" if rate > 0 else ""
    return f"{shown} {kind.nouns.items}/min" if shown else ""
