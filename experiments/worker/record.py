"""How calls ended, as it will be stored, and what a series of failures means for the queue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from experiments.core.choices import RowError, RowStatus
from experiments.core.cost import NO_TOKENS, Tokens
from experiments.run_client import Allowance, HeldBytes
from experiments.run_client.retry_policy import BAD_RESPONSE, BASE_DELAY_S, VERSION, Breaker
from experiments.run_client.same_words import same_words
from experiments.worker.claim import ClaimedRow

OTHER_VERSION = (
    "The answer is by version {version} of the network, the batch runs on version {pinned}: it wasn’t saved."
)

GIVEN_BACK = "given_back"
"""In the ledger: the call was ended on this side."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a network said when it took no call. `wait_s`: as it was told; `is_quota`: somebody must act first."""

    host: str
    words: str
    wait_s: float | None = None
    is_quota: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, as it will be stored. `status` is the row's next one: succeeded, failed or queued."""

    row: ClaimedRow
    status: RowStatus
    name: str
    """For the ledger: `succeeded`, an error code, or `given_back`."""
    message: str = ""
    unread: str = ""
    """The beginning of what came and could not be read."""
    error_code: str = ""
    counted: bool = True
    called: bool = True
    """Whether `/run` was called; not where the answer to an earlier call was looked up."""
    delay_s: float = 0.0
    limited: bool = False
    http_status: int | None = None
    payload: str | None = None
    """The answer as JSON."""
    changes: str | None = None
    """How it differs from the one that came, as JSON; None where it does not."""
    elapsed_ms: int | None = None
    tokens: int = 0
    tokens_used: Tokens = NO_TOKENS
    cost: Decimal | None = None
    breaker: Breaker | None = None
    says: tuple[str, ...] = ()
    """What a failure says, where only those that say the same count together; see `run_client.same_words`. Else none.
    """
    host: str = ""
    """Who was called, for a sentence."""
    neutral: bool = False
    """Says nothing about the runtime: neither starts nor ends a streak of failures."""
    refusal: Refusal | None = None
    """What the network said that took no call."""
    allowance: Allowance | None = None
    run: str | None = None
    """Columns of the `Run` as a JSON object; None where nothing came back that is worth one."""
    trace_id: str | None = None
    version: int | None = None
    """Of the network, as the answer says."""
    pinned: int | None = None
    """The version that it was compared with; None: there was none yet."""
    unknown_end: str = ""
    """Error of a call that the network may have answered, for a row that is queued again."""
    looks: int = 0
    held: HeldBytes | None = None
    """What a large answer takes from others until it is stored."""
    begun: float | None = None
    """When it was sent, as `time.monotonic` tells it; None where it was not."""

    @property
    def size(self) -> int:
        """About how many bytes it takes to store it."""
        return len(self.payload or "") + len(self.run or "") + len(self.message) + len(self.unread)


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
        breaker=BAD_RESPONSE,
        says=same_words(detail, outcome.row.payload),
        payload=None,
        changes=None,
        unread="",
        run=None,
        trace_id=None,
        tokens=0,
    )


def by_version(outcome: Outcome, pinned: int | None) -> Outcome:
    """The outcome, or in its place one that queues the row again where another version than `pinned` has answered."""
    if pinned is None or outcome.version in (None, pinned):
        return outcome
    return replace(
        outcome,
        status=RowStatus.QUEUED,
        name=RowError.BAD_RESPONSE,
        error_code="",
        message=OTHER_VERSION.format(version=outcome.version, pinned=pinned),
        counted=False,
        delay_s=BASE_DELAY_S,
        payload=None,
        breaker=VERSION,
        says=(),
        neutral=False,
    )


MOST_STREAKS = 24
"""So many are counted side by side; of others the shortest are forgotten."""


@dataclass(frozen=True, slots=True)
class Trip:
    """The failure that was one too many, and the how manyth of its sort."""

    breaker: Breaker
    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True)
class Streaks:
    """Failures since the last success, by what counts together, and whether they are enough to pause.

    A failure does not end the streak of another sort: where a remote gives now one error and now another, none of its
    rows is answered all the same.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    probing: bool = False
    trip: Trip | None = None

    def after(self, outcomes: Iterable[Outcome]) -> "Streaks":
        """With these outcomes, in the order in which they came back."""
        streaks = self
        for outcome in outcomes:
            if outcome.neutral:
                continue
            if outcome.breaker is None:
                streaks = replace(streaks, counts={}, probing=False)
            else:
                streaks = streaks._after_failure(outcome, outcome.breaker)
        return streaks

    def _after_failure(self, outcome: Outcome, breaker: Breaker) -> "Streaks":
        keys = [f"{breaker.group}:{said}" for said in outcome.says] or [str(breaker.group)]
        before = self.counts
        count = max(before.get(key, 0) for key in keys) + 1
        # After a pause one row goes first. If the runtime is still away, that is enough; if it answers, and only that
        # row fails by what it did not pause for, the others may go.
        answers = self.probing and breaker.of_row and count < breaker.threshold
        if answers:
            before, count = {}, 1
        is_enough = count >= breaker.threshold or (self.probing and not answers)
        counts = {**before, **{key: before.get(key, 0) + 1 for key in keys}}
        if len(counts) > MOST_STREAKS:
            longest = sorted(counts, key=lambda key: (key in keys, counts[key]), reverse=True)
            counts = {key: counts[key] for key in longest[:MOST_STREAKS]}
        trip = Trip(breaker, outcome, count) if is_enough else self.trip
        return Streaks(counts, probing=self.probing and not answers, trip=trip)


def is_from_before(outcome: Outcome, *, probing: bool, running_since: float | None) -> bool:
    """Whether it was called before the pause after which one row goes first: it does not say how things are now."""
    return probing and outcome.row.running_since != running_since
