"""How calls ended, as it will be stored, and what a series of failures means for the queue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.core.choices import RowError, RowStatus
from experiments.run_client import HeldBytes
from experiments.run_client.retry_policy import Breaker
from experiments.worker.claim import ClaimedRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, as it will be stored. `status` is the row's next one: succeeded, failed or queued."""

    row: ClaimedRow
    status: RowStatus
    name: str
    """For the ledger: `succeeded`, an error code, or `given_back`."""
    message: str = ""
    error_code: str = ""
    counted: bool = True
    delay_s: float = 0.0
    limited: bool = False
    http_status: int | None = None
    payload: str | None = None
    """The answer as JSON."""
    elapsed_ms: int | None = None
    tokens: int = 0
    breaker: Breaker | None = None
    neutral: bool = False
    """Says nothing about the runtime: neither starts nor ends a streak of failures."""
    pause_until_s: float | None = None
    run: str | None = None
    """Columns of the `Run` as a JSON object; None where nothing came back that is worth one."""
    trace_id: str | None = None
    held: HeldBytes | None = None
    """What a large answer takes from others until it is stored."""
    begun: float | None = None
    """When it was sent, as `time.monotonic` tells it; None where it was not."""

    @property
    def size(self) -> int:
        """About how many bytes it takes to store it."""
        return len(self.payload or "") + len(self.run or "") + len(self.message)


def failure_on_our_side(row: ClaimedRow, code: RowError, message: str) -> Outcome:
    """A row that failed before or beside its call, which says nothing about the runtime."""
    return Outcome(row, RowStatus.FAILED, code, error_code=code, message=message, neutral=True)


def unstorable(outcome: Outcome, error: Exception) -> Outcome:
    """The outcome in place of one that the database refuses to store."""
    detail = f"The answer cannot be stored: {str(error).splitlines()[0][:200]}"
    return replace(
        outcome,
        status=RowStatus.FAILED,
        name=RowError.BAD_RESPONSE,
        error_code=RowError.BAD_RESPONSE,
        message=detail,
        payload=None,
        run=None,
        trace_id=None,
        tokens=0,
    )


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures of one group in a row, and whether they are enough to pause."""

    length: int
    group: str
    probing: bool
    tripped: Breaker | None = None


def streak_after(streak: Streak, outcomes: Iterable[Outcome]) -> Streak:
    """The streak after these outcomes, in the order in which they came back."""
    for outcome in outcomes:
        if outcome.neutral:
            continue
        if outcome.breaker is None:
            streak = replace(streak, length=0, group="", probing=False)
            continue
        group = outcome.breaker.group
        length = streak.length + 1 if group == streak.group else 1
        # After a pause one row goes first: if it fails in such a way again, that is enough.
        enough = length >= outcome.breaker.threshold or streak.probing
        streak = replace(streak, length=length, group=group, tripped=outcome.breaker if enough else streak.tripped)
    return streak


def is_from_before(outcome: Outcome, *, probing: bool, running_since: float | None) -> bool:
    """Whether it was called before the pause after which one row goes first: it does not say how things are now."""
    return probing and outcome.row.running_since != running_since
