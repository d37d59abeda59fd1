"""A queue as its pages show it: values that are ready to print, whatever kind the queue is of.

Each value knows a fingerprint of itself. A page sends the fingerprints of what it shows, and the answer to a poll
carries only the values whose fingerprint is another one by now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from experiments.core import limits as queue_limits
from experiments.core.choices import QueueStatus
from experiments.core.formatting import compact, count, duration
from experiments.kinds import Nouns, kind_of
from experiments.models import Queue
from experiments.selectors import health, items

FINISHED = (QueueStatus.COMPLETED, QueueStatus.CANCELLED)
OF_AN_ENTRY = ("kind", "name", "status", "total", "running", "succeeded", "failed")
"""What `entry_of` reads of a queue: with its settings, which may be megabytes, a list would be slow."""
WHOLE = 1000
LEAST = 4
"""Thousandths that a count above zero gets in a bar, so that one failed row of a million can be seen."""
SEVERITY = {"draft": "", "running": "run", "paused": "warn", "completed": "ok", "cancelled": ""}


@dataclass(frozen=True)
class Shown:
    """A part of a page. `key` is its element's id."""

    key: str

    @property
    def fingerprint(self) -> str:
        return f"{self.key}.{crc32(repr(self).encode()):08x}"


@dataclass(frozen=True)
class Bar:
    """Widths in thousandths, side by side from the left; what waits is the background."""

    succeeded: int
    failed: int
    running: int

    @property
    def before_running(self) -> int:
        return self.succeeded + self.failed


@dataclass(frozen=True)
class State(Shown):
    """`word` is the status, `sentence` what it means now; `until` is when it goes on by itself."""

    word: str
    severity: str
    sentence: str
    until: datetime | None = None


@dataclass(frozen=True)
class Facts(Shown):
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
    token_limit: str
    limits: tuple[tuple[str, str, str], ...]
    """Of each other hard limit that is set: what is used of it, the limit, and of what."""


@dataclass(frozen=True)
class Actions(Shown):
    """What a person can do now. `codes` are the failures by code, `finished` opens the export."""

    can_pause: bool
    can_resume: bool
    can_cancel: bool
    can_retry: bool
    can_run_again: bool
    failed: int
    codes: tuple[tuple[str, int], ...]
    finished: bool
    has_source: bool
    status: str
    answered: int


@dataclass(frozen=True)
class Entry(Shown):
    """A queue in a list of queues."""

    id: str
    name: str
    status: str
    label: str
    percent: int
    bar: Bar
    current: bool


def percent_done(queue: Queue) -> int:
    """Rounded down: 100 means all rows."""
    return (queue.succeeded + queue.failed) * 100 // queue.total if queue.total else 0


def bar_of(queue: Queue) -> Bar:
    return Bar(*shares((queue.succeeded, queue.failed, queue.running), queue.total))


def shares(counts: Sequence[int], total: int) -> list[int]:
    """Widths of `counts` in thousandths of `total`: never none for a count above zero, together never above 1000."""
    widths = [max(LEAST, number * WHOLE // total) if number else 0 for number in counts]
    spare = WHOLE - sum(widths)
    if spare < 0 or (sum(counts) == total and total):
        widths[widths.index(max(widths))] += spare
    return widths


def severity_of(queue: Queue) -> str:
    return "warn" if queue.status == QueueStatus.COMPLETED and queue.failed else SEVERITY[queue.status]


def state_of(queue: Queue) -> State:
    delayed = items.next_delayed_item(queue)
    if delayed is not None and not health.waiting_note([queue]):
        why = "The network asks to wait (429)." if delayed.limited_since else "What failed is tried again."
        return State("state", queue.status, severity_of(queue), why, delayed.available_at)
    until = queue.pause_until if queue.status == QueueStatus.PAUSED else None
    return State("state", queue.status, severity_of(queue), _sentence(queue), until)


def _sentence(queue: Queue) -> str:
    sentences = {
        QueueStatus.DRAFT: _draft,
        QueueStatus.RUNNING: _running,
        QueueStatus.PAUSED: _paused,
        QueueStatus.COMPLETED: _completed,
        QueueStatus.CANCELLED: _cancelled,
    }
    if queue.source_removed_at is not None:
        return _without_source(queue, queue.source_removed_at)
    return sentences[QueueStatus(queue.status)](queue)


def _without_source(queue: Queue, removed: datetime) -> str:
    nouns = nouns_of(queue)
    failed = f"{nouns.counted(queue.failed)} failed. " if queue.failed else ""
    return (
        f"{failed}Its source {nouns.items} were removed on {removed:%Y-%m-%d}. Answers and counts are kept; "
        "nothing can be exported or called again."
    )


def _draft(queue: Queue) -> str:
    return "It has not been started yet."


def _running(queue: Queue) -> str:
    nouns = nouns_of(queue)
    if note := health.waiting_note([queue]):
        return note
    if queue.probing:
        return f"One {nouns.item} goes first, to see whether the network answers again."
    if queue.range_from or queue.range_to is not None:
        first = count(queue.range_from or 0)
        which = f"from {first} on" if queue.range_to is None else f"{first} to {count(queue.range_to - 1)}"
        return f"Only {nouns.items} {which} are called; then it pauses."
    if not queue.running:
        return f"Its {nouns.items} wait for a worker."
    return ""


def _paused(queue: Queue) -> str:
    if queue.pause_code == "user":
        return f"{queue.pause_detail} Nothing is lost: resume when you like."
    return queue.pause_detail or "Resume when you like."


def _completed(queue: Queue) -> str:
    nouns = nouns_of(queue)
    if not queue.failed:
        return f"All {nouns.items} succeeded."
    if queue.failed == queue.total:
        return f"All {nouns.items} failed. Look at what they say, then retry them."
    return f"{nouns.counted(queue.failed)} failed. Look at what they say, then retry them."


def _cancelled(queue: Queue) -> str:
    if queue.running:
        return f"{count(queue.running)} in flight still end and are recorded."
    left = queue.queued
    if not left:
        return ""
    were = "was" if left == 1 else "were"
    return f"{nouns_of(queue).counted(left)} {were} not called. Resume to go on with them."


def nouns_of(queue: Queue) -> Nouns:
    return kind_of(queue).nouns


def facts_of(queue: Queue, progress: Mapping[str, Any]) -> Facts:
    """`progress` as the API gives it: counts, `rows_per_second`, `eta_seconds`, `tokens`."""
    done = queue.succeeded + queue.failed
    rate, eta, tokens = progress["rows_per_second"] * 60, progress["eta_seconds"], progress["tokens"]
    has_begun = queue.status != QueueStatus.DRAFT
    token_limit = queue.max_tokens if has_begun else None
    projected = tokens * queue.total / done if done and done < queue.total else 0
    return Facts(
        key="facts",
        bar=bar_of(queue),
        percent=percent_done(queue),
        done=done,
        total=queue.total,
        in_words=counts_in_words(queue),
        per_minute=f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}" if rate > 0 else "",
        left=duration(eta) if eta is not None else "",
        in_flight=queue.running,
        tokens=compact(tokens) if tokens or token_limit else "",
        tokens_projected=compact(projected) if projected and tokens else "",
        token_limit=compact(token_limit) if token_limit else "",
        limits=used_of_limits(queue) if has_begun else (),
    )


def used_of_limits(queue: Queue) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_short(int(limit.used(queue))), _short(maximum), limit.unit)
        for limit in queue_limits.LIMITS
        if limit.name != "max_tokens" and (maximum := limit.maximum(queue)) is not None
    )


def _short(number: int) -> str:
    """Exact as long as that is short: near a limit each one counts."""
    return count(number) if number < 1_000_000 else compact(number)


def counts_in_words(queue: Queue) -> str:
    """`1,187 succeeded, 17 failed, 16 running, 3,780 queued`; what is zero is left out."""
    names = ("succeeded", "failed", "running", "queued")
    found = [f"{count(getattr(queue, name))} {name}" for name in names if getattr(queue, name)]
    return ", ".join(found) or f"no {nouns_of(queue).items}"


def actions_of(queue: Queue, codes: Sequence[tuple[str, int]]) -> Actions:
    status, has_source = queue.status, queue.source_removed_at is None
    return Actions(
        key="acts",
        can_pause=status == QueueStatus.RUNNING,
        can_resume=status in (QueueStatus.PAUSED, QueueStatus.CANCELLED) and has_source,
        can_cancel=status in (QueueStatus.RUNNING, QueueStatus.PAUSED),
        can_retry=has_source and queue.failed > 0 and status not in (QueueStatus.CANCELLED, QueueStatus.DRAFT),
        can_run_again=has_source and queue.succeeded > 0 and status not in (QueueStatus.CANCELLED, QueueStatus.DRAFT),
        failed=queue.failed,
        codes=tuple(codes),
        finished=status in FINISHED,
        has_source=has_source,
        status=status,
        # A number that changes with every row would draw the buttons anew under the pointer.
        answered=0 if status == QueueStatus.RUNNING else queue.succeeded + queue.failed,
    )


def entry_of(queue: Queue, *, current: bool = False) -> Entry:
    percent = percent_done(queue)
    labels = {QueueStatus.RUNNING: f"{percent} %", QueueStatus.COMPLETED: "done"}
    label = labels.get(QueueStatus(queue.status), queue.status)
    return Entry(
        f"q-{queue.pk.hex[:12]}", str(queue.pk), queue.name, queue.status, label, percent, bar_of(queue), current
    )


def moves(queue: Queue) -> bool:
    """Whether a page of it can change by itself within seconds."""
    return queue.status == QueueStatus.RUNNING or queue.running > 0


def poll_seconds(queue: Queue) -> int | None:
    """How often its page asks: seldom where only a person or a later time changes something, never at the end."""
    if moves(queue):
        return 2
    return None if queue.status in FINISHED else 10
