"""A queue as its pages show it: values that are ready to print, whatever kind the queue is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from experiments.core import labels
from experiments.core import limits as queue_limits
from experiments.core.choices import BY_PEOPLE, FINISHED, PauseReason, QueueStatus, RowStatus
from experiments.core.cost import in_words
from experiments.core.formatting import compact, count, count_up_to, counted, duration
from experiments.core.labels import StatusLabel
from experiments.kinds import Nouns, kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import health, items
from experiments.selectors.audit import last_pause
from experiments.selectors.failures import MOST, Failures, rows_to_try_again
from experiments.web.page_part import PagePart, changes_by_itself

COLUMNS_OF_AN_ENTRY = (
    *("kind", "name", "status", "total", "queued", "running", "succeeded", "failed", "failed_corrected", "skipped"),
)
"""What `entry_of_queue` reads. The settings of a queue may be megabytes, and a list shows many queues."""
WHOLE = 1000
STOPPED = (QueueStatus.PAUSED, QueueStatus.CANCELLED)
SHOWN_APART = ("max_tokens", "max_cost")
HELD = "The network is on hold"
WAITS = "Nothing is running"
LEAST = 4
"""Thousandths that a count above zero gets in a bar, so that one failed row of a million can be seen."""


@dataclass(frozen=True)
class Bar:
    """Widths in thousandths, side by side from the left. Queued rows are the background."""

    succeeded: int
    failed: int
    running: int
    skipped: int

    @property
    def before_running(self) -> int:
        return self.succeeded + self.failed

    @property
    def before_skipped(self) -> int:
        return self.before_running + self.running


@dataclass(frozen=True)
class State(PagePart):
    """`word` is the status, `sentence` what it means now, `since` then; `until` is when the queue goes on by itself.

    `is_try`: then it only tries one row. `failures`: the query of the rows that it is paused for, "" without any.
    `cause`: what keeps it from going on, as the title of a banner; "" where nothing does.
    """

    word: str
    label: StatusLabel
    sentence: str
    until: datetime | None = None
    is_try: bool = False
    failures: str = ""
    since: datetime | None = None
    cause: str = ""

    @property
    def is_banner(self) -> bool:
        return bool(self.cause)

    @property
    def title(self) -> str:
        is_paused = self.is_banner and self.word == QueueStatus.PAUSED
        return "Paused by the system" if is_paused else self.label.word


@dataclass(frozen=True)
class Progress(PagePart):
    bar: Bar
    percent: int
    done: int
    total: int
    in_words: str
    per_minute: str
    left: str
    in_flight: int
    tokens: str
    tokens_projected: str
    refused: str
    token_limit: str
    cost: str
    cost_projected: str
    cost_limit: str
    reused: int
    limits: tuple[tuple[str, str, str], ...]
    """For each other hard limit that is set: how much is used, the limit, and the unit."""
    version: int | None
    """Of the network, that every row is answered by."""
    at_word: str
    """What happened at that time: it was started, paused, or has ended."""
    at: datetime | None
    took: str
    """How long it ran, once it is finished and while its rows are still there; else ""."""
    retrying: str
    """How many rows wait for another attempt; "" where none does."""


@dataclass(frozen=True)
class Actions(PagePart):
    """What a person can do now. `failures` are those by code; the export is open when `finished`."""

    can_pause: bool
    can_resume: bool
    resume_word: str
    can_cancel: bool
    can_retry: bool
    can_run_again: bool
    failed: int
    """Those that nobody has corrected, which a retry is for."""
    all_failed: int
    failures: tuple[Failures, ...]
    finished: bool
    has_source: bool
    status: str
    answered: int


@dataclass(frozen=True)
class Entry(PagePart):
    """A queue in a list of queues."""

    id: str
    name: str
    status: str
    label: str
    percent: int
    bar: Bar
    current: bool
    icon: str
    counts: tuple[str, ...] = ()
    """Rows by status, in words."""
    failed: int = 0
    """Of those, the ones that nobody has corrected."""
    is_active: bool = False


def percent_done(queue: Queue) -> int:
    """Rounded down: 100 means all rows."""
    return queue.done * 100 // queue.total if queue.total else 0


def bar_of_queue(queue: Queue) -> Bar:
    return Bar(*shares((queue.succeeded, queue.failed, queue.running, queue.skipped), queue.total))


def shares(counts: Sequence[int], total: int) -> list[int]:
    """Widths of `counts` in thousandths of `total`: above 0 for a count above zero, at most 1000 in all."""
    widths = [max(LEAST, number * WHOLE // total) if number else 0 for number in counts]
    spare = WHOLE - sum(widths)
    if spare < 0 or (sum(counts) == total and total):
        widths[widths.index(max(widths))] += spare
    return widths


def label_of_queue(queue: Queue) -> StatusLabel:
    """A failure that a person corrected is none."""
    return labels.label_of_queue(
        queue.status, failed=queue.failed_open, succeeded=queue.succeeded + queue.failed - queue.failed_open
    )


def state_of_queue(queue: Queue) -> State:
    note = health.waiting_note([queue])
    hold = queue.network.hold if queue.network and queue.status == QueueStatus.RUNNING else None
    if hold is not None and not note:
        why = hold.reason or "Its network is held."
        return State("state", queue.status, label_of_queue(queue), why, hold.until, since=hold.since, cause=HELD)
    following = items.next_item(queue)
    if following is not None and _is_held_back(following) and not note:
        why = "Rate limited (429)." if following.limited_since else "What failed is tried again."
        return State("state", queue.status, label_of_queue(queue), why, following.available_at)
    until = queue.pause_until if queue.status == QueueStatus.PAUSED else None
    is_try = queue.pause_code == PauseReason.UNREACHABLE
    failures = _failures_of_pause(queue)
    sentence = _sentence(queue, following, note)
    cause = _cause(queue, note)
    return State("state", queue.status, label_of_queue(queue), sentence, until, is_try, failures, cause=cause)


def _cause(queue: Queue, note: str) -> str:
    """Why it does not go on although nobody wanted it to stop."""
    if queue.status == QueueStatus.PAUSED and queue.pause_code not in (*BY_PEOPLE, ""):
        reason = labels.reason_in_words(queue.pause_code)
        if queue.network and queue.pause_count > 1:
            return f"{queue.network.name} failed {count(queue.pause_count)} times in a row: {reason}"
        return f"{queue.network.name}: {reason}" if queue.network and queue.pause_error_code else reason
    return WAITS if note else ""


def _is_held_back(item: QueueItem) -> bool:
    return item.available_at is not None and item.available_at > timezone.now() and item.waits_for is None


def _failures_of_pause(queue: Queue) -> str:
    """Rows that are tried again have no error; they wait among the others, and their attempts say what happened."""
    if queue.status != QueueStatus.PAUSED or not queue.pause_error_code:
        return ""
    failed = queue.rows.failed().filter(error_code=queue.pause_error_code)
    if failed.exists():
        return urlencode({"error_code": queue.pause_error_code})
    return urlencode({"status": RowStatus.QUEUED.value})


def _sentence(queue: Queue, following: QueueItem | None, note: str) -> str:
    """What the status means now; "" where the numbers say it all. `following` is its `items.next_item`."""
    nouns = kind_of(queue).nouns
    if queue.source_removed_at is not None:
        failed = f"{nouns.counted(queue.failed)} failed. " if queue.failed else ""
        return (
            f"{failed}Its source {nouns.items} were removed on {queue.source_removed_at:%Y-%m-%d}. "
            "Answers and counts are kept; nothing can be exported or called again."
        )
    if queue.retrying is not None:
        so_far = nouns.counted(queue.retrying["requeued"])
        return f"{so_far} wait again so far, the others that are retried follow. The counts change until then."
    if queue.status == QueueStatus.DRAFT:
        return "It has not been started yet."
    if queue.status == QueueStatus.PAUSED:
        if queue.pause_code == PauseReason.USER:
            return f"{queue.pause_detail} Nothing is lost: resume when you like."
        return queue.pause_detail or "Resume when you like."
    if queue.status == QueueStatus.RUNNING:
        return _running_sentence(queue, nouns, following, note)
    if queue.status == QueueStatus.COMPLETED:
        return _completed_sentence(queue, nouns)
    return _cancelled_sentence(queue, nouns)


def _running_sentence(queue: Queue, nouns: Nouns, following: Any, note: str) -> str:
    if note:
        return note
    if queue.probing:
        return f"One {nouns.item} goes first, to see whether the network answers again."
    if queue.range_from or queue.range_to is not None:
        first = count(queue.range_from or 0)
        which = f"from {first} on" if queue.range_to is None else f"{first} to {count(queue.range_to - 1)}"
        return f"Only {nouns.items} {which} are called; then it pauses."
    waits = following is not None and not following.has_lane
    return f"Its {nouns.items} wait for a worker." if waits else ""


def _completed_sentence(queue: Queue, nouns: Nouns) -> str:
    if has_new_rows(queue):
        return f"{counted_new_rows(queue)} wait to be run."
    skipped = _skipped_sentence(queue, nouns)
    if skipped and queue.skipped == queue.total:
        return skipped
    of_all = f"All other {nouns.items}" if skipped else f"All {nouns.items}"
    more = [f"{count(queue.failed_corrected)} that failed were corrected."] if queue.failed_corrected else []
    if queue.failed_open:
        which = of_all if queue.failed_open == queue.done - queue.skipped else nouns.counted(queue.failed_open)
        first = f"{which} failed. Review the errors, then retry them."
    else:
        first = f"{of_all} have an answer." if more else f"{of_all} succeeded."
    return " ".join(filter(None, (skipped, first, *more)))


def _skipped_sentence(queue: Queue, nouns: Nouns) -> str:
    if not queue.skipped:
        return ""
    all_were = f"All {nouns.items} were"
    some_were = f"{nouns.counted(queue.skipped)} {'was' if queue.skipped == 1 else 'were'}"
    return f"{all_were if queue.skipped == queue.total else some_were} skipped: no text in the prompt columns."


def _cancelled_sentence(queue: Queue, nouns: Nouns) -> str:
    if queue.running:
        return f"{counted(queue.running, 'call')} in progress will finish."
    if not queue.queued:
        return ""
    were = "was" if queue.queued == 1 else "were"
    return f"{nouns.counted(queue.queued)} {were} not called. Resume to continue."


def progress_of_queue(queue: Queue, progress: Mapping[str, Any]) -> Progress:
    """`progress` as `selectors.queues.queue_progress` gives it: counts, `rows_per_second`, `eta_seconds`, `tokens`."""
    called, to_call = queue.succeeded + queue.failed, queue.total - queue.skipped
    rate, eta, tokens = progress["rows_per_second"] * 60, progress["eta_seconds"], progress["tokens"]
    has_begun = queue.status != QueueStatus.DRAFT
    paused_at = last_pause(queue) if queue.status == QueueStatus.PAUSED else None
    token_limit = queue.max_tokens if has_begun else None
    projected = tokens * to_call / called if called and called < to_call else 0
    return Progress(
        key="facts",
        bar=bar_of_queue(queue),
        percent=percent_done(queue),
        done=queue.done,
        total=queue.total,
        in_words=counts_in_words(queue),
        per_minute=f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}" if rate > 0 else "",
        left=duration(eta) if eta is not None else "",
        in_flight=queue.running,
        tokens=compact(tokens) if tokens or token_limit else "",
        tokens_projected=compact(projected) if projected and tokens else "",
        refused=compact(queue.refused_calls) if queue.refused_calls else "",
        token_limit=compact(token_limit) if token_limit else "",
        **costs_in_words(queue),
        reused=queue.reused,
        limits=_limits_in_words(queue) if has_begun else (),
        version=queue.pinned_version,
        at_word=labels.label_of_queue(queue.status).word if queue.completed_at or paused_at else "Started",
        at=queue.completed_at or paused_at or queue.started_at,
        took=duration(queue.ran_s) if queue.completed_at and queue.ran_s and queue.source_removed_at is None else "",
        retrying=count_up_to(MOST, rows_to_try_again(queue)),
    )


def costs_in_words(queue: Queue) -> dict[str, str]:
    """`cost`, what is `projected` for all rows, and the limit; "" for what is not known. Nothing known is no 0."""
    limit = queue.max_cost if queue.status != QueueStatus.DRAFT else None
    shown = queue.cost if queue.cost is not None else Decimal(0) if limit is not None else None
    called, to_call = queue.succeeded + queue.failed, queue.total - queue.skipped
    projected = queue.cost * to_call / called if queue.cost and called and called < to_call else None
    amounts = {"cost": shown, "cost_projected": projected, "cost_limit": limit}
    return {name: "" if amount is None else in_words(amount, queue.currency) for name, amount in amounts.items()}


def _limits_in_words(queue: Queue) -> tuple[tuple[str, str, str], ...]:
    """`("2", "30", "minutes")`: used, limit and unit of each hard limit that is set, but those `SHOWN_APART`."""
    return tuple(
        (_exact_below_a_million(int(limit.used(queue))), _exact_below_a_million(int(maximum)), limit.unit)
        for limit in queue_limits.LIMITS
        if limit.name not in SHOWN_APART and (maximum := limit.maximum(queue)) is not None
    )


def _exact_below_a_million(number: int) -> str:
    """Close to a limit people want to see each one; larger numbers are rounded to fit."""
    return count(number) if number < 1_000_000 else compact(number)


def counts_in_words(queue: Queue) -> str:
    """`1,187 succeeded, 17 failed, 16 running, 3,780 queued`; what is zero is left out."""
    order = (RowStatus.SUCCEEDED, RowStatus.FAILED, RowStatus.RUNNING, RowStatus.QUEUED, RowStatus.SKIPPED)
    counts = [f"{count(getattr(queue, status))} {status}" for status in order if getattr(queue, status)]
    counts += [f"{count(queue.corrected)} corrected"] if queue.corrected else []
    return ", ".join(counts) or f"no {kind_of(queue).nouns.items}"


def has_new_rows(queue: Queue) -> bool:
    """Some were added after its end, and nobody has run them yet."""
    return queue.status == QueueStatus.COMPLETED and queue.queued > 0


def counted_new_rows(queue: Queue) -> str:
    nouns = kind_of(queue).nouns
    return f"{count(queue.queued)} new {nouns.item if queue.queued == 1 else nouns.items}"


def actions_of_queue(queue: Queue, failures: Sequence[Failures]) -> Actions:
    status, has_source, may_edit = queue.status, queue.source_removed_at is None, queue.may_edit
    is_open = status not in (QueueStatus.CANCELLED, QueueStatus.DRAFT)
    may_retry = may_edit and has_source and queue.retrying is None and is_open
    return Actions(
        key="acts",
        can_pause=may_edit and status == QueueStatus.RUNNING,
        can_resume=may_edit and has_source and (status in STOPPED or has_new_rows(queue)),
        resume_word=f"Run {counted_new_rows(queue)}" if has_new_rows(queue) else "Resume",
        can_cancel=may_edit and status in (QueueStatus.RUNNING, QueueStatus.PAUSED),
        can_retry=may_retry and queue.failed_open > 0,
        can_run_again=may_retry and queue.succeeded > 0,
        failed=queue.failed_open,
        all_failed=queue.failed,
        failures=tuple(failures),
        finished=status in FINISHED,
        has_source=has_source,
        status=status,
        # With a number that changes with every row, the buttons would be replaced under the pointer.
        answered=0 if status == QueueStatus.RUNNING else queue.succeeded + queue.failed,
    )


def entry_of_queue(queue: Queue, *, current: bool = False) -> Entry:
    percent = percent_done(queue)
    is_active = queue.status in (QueueStatus.RUNNING, QueueStatus.PAUSED)
    statuses = (RowStatus.SUCCEEDED, RowStatus.RUNNING, RowStatus.QUEUED)
    counts = tuple(f"{count(number)} {status}" for status in statuses if (number := getattr(queue, status)))
    return Entry(
        key=f"q-{queue.pk.hex[:12]}",
        id=str(queue.pk),
        name=queue.name,
        status=queue.status,
        label=f"{percent}%" if is_active else "" if queue.status in FINISHED else label_of_queue(queue).word,
        percent=percent,
        bar=bar_of_queue(queue),
        current=current,
        icon=label_of_queue(queue).icon,
        counts=() if queue.status == QueueStatus.DRAFT else counts,
        failed=queue.failed_open,
        is_active=is_active,
    )


def poll_seconds(queue: Queue) -> int | None:
    """How often its page asks for updates: less often while nothing runs, None (never) once the queue is finished."""
    if changes_by_itself(queue):
        return 2
    return None if queue.status in FINISHED else 10
