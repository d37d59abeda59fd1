"""What an HTTP status means, and what becomes of a row after a call: pure functions of what came back.

| status        | `error_code`   | the row                                                          |
|---------------|----------------|------------------------------------------------------------------|
| 200           | as the body is | succeeds, or fails at once                                       |
| 3xx           | `bad_response` | is tried again, up to its maximum of attempts                    |
| 400           | `rejected`     | fails at once; is tried again where the network says that it may |
| 401, 403      | `unauthorized` | is tried again, uncounted                                        |
| 404           | `rejected`     | fails at once                                                    |
| 408, 425, 5xx | `server_error` | is tried again, up to its maximum of attempts                    |
| 429           | `rate_limited` | is tried again, uncounted; its whole network is held             |
| other 4xx     | `rejected`     | fails at once                                                    |

A refusal (429, 503 with a time to wait, a quota that is used up) says something of the network, not of the row: all
that it has waits, see `worker.holds`. Other waits follow exponential back-off with full jitter: a random share of 1 s,
2 s, 4 s … 60 s. They are spent in the database, as the time from which a row may be claimed again, never in a worker.

Failures without a success between them pause the queue, by a `Breaker`. After 5 of a sort: 401 and 403; 404; an address
that cannot be reached; a key or a model that the runtime's model endpoint refuses. After 20 of a sort: what may pass
(5xx, time-outs, lost connections, what is not JSON, 400 where that may pass); answers that break the schema; and any
other refusal, failed run or odd answer, as far as they say the same (`same_words`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from experiments.core.choices import BreakerGroup, PauseReason, RowError
from experiments.run_client.values import FailureReason

BASE_DELAY_S = 1.0
MAX_DELAY_S = 60.0
LONGEST_WAIT_S = 120.0
"""Queues pause at a network that asks for a longer wait, or that has refused everything for so long."""
RATE_LIMIT_PATIENCE_S = 3600.0

Action = Literal["succeed", "retry", "fail"]
FINAL_ACTIONS = ("succeed", "fail")

ERRORS_BY_STATUS = {
    401: (RowError.UNAUTHORIZED, True),
    403: (RowError.UNAUTHORIZED, True),
    408: (RowError.SERVER_ERROR, True),
    425: (RowError.SERVER_ERROR, True),
    429: (RowError.RATE_LIMITED, True),
}
ERRORS_BY_CLASS = {
    3: (RowError.BAD_RESPONSE, True),
    4: (RowError.REJECTED, False),
    5: (RowError.SERVER_ERROR, True),
}
NEVER_REACHED = (
    *(FailureReason.DNS, FailureReason.TLS, FailureReason.ADDRESS, FailureReason.CONNECT),
    FailureReason.ENDPOINT,
)
"""Nothing was sent, so the row has had no attempt."""


def error_of_status(status: int, *, transient_400: bool) -> tuple[RowError, bool]:
    """The error that a status from 300 means, and whether the same call may succeed later."""
    error_code, transient = ERRORS_BY_STATUS.get(status) or ERRORS_BY_CLASS[min(status // 100, 5)]
    return error_code, transient or (status == 400 and transient_400)


class Outcome(Protocol):
    """The part of a reply that decides; `RunReply` has it."""

    @property
    def error_code(self) -> RowError | None: ...
    @property
    def http_status(self) -> int | None: ...
    @property
    def transient(self) -> bool: ...
    @property
    def reason(self) -> FailureReason | None: ...
    @property
    def retry_after_s(self) -> float | None: ...
    @property
    def quota(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Breaker:
    """`threshold` failures of this `group` without a success between them pause the queue.

    `of_row`: the runtime answered, and the fault may be the row's. `by_words`: only those that say the same count
    together.
    """

    group: BreakerGroup
    pause_reason: PauseReason
    threshold: int
    of_row: bool = False
    by_words: bool = False


UNAUTHORIZED = Breaker(BreakerGroup.UNAUTHORIZED, PauseReason.UNAUTHORIZED, 5)
CONFIGURATION = Breaker(BreakerGroup.CONFIGURATION, PauseReason.CONFIGURATION, 5)
NOT_FOUND = Breaker(BreakerGroup.NOT_FOUND, PauseReason.NOT_FOUND, 5)
UNREACHABLE = Breaker(BreakerGroup.UNREACHABLE, PauseReason.UNREACHABLE, 5)
SERVER = Breaker(BreakerGroup.SERVER, PauseReason.SERVER_ERROR, 20)
GARBLED = Breaker(BreakerGroup.SERVER, PauseReason.BAD_RESPONSE, 20)
PASSING_400 = Breaker(BreakerGroup.SERVER, PauseReason.REJECTED, 20)
SCHEMA = Breaker(BreakerGroup.SCHEMA, PauseReason.SCHEMA_MISMATCH, 20, of_row=True)
REJECTED = Breaker(BreakerGroup.REJECTED, PauseReason.REJECTED, 20, of_row=True, by_words=True)
RUN_ERROR = Breaker(BreakerGroup.RUN_ERROR, PauseReason.RUN_ERROR, 20, of_row=True, by_words=True)
BAD_RESPONSE = Breaker(BreakerGroup.BAD_RESPONSE, PauseReason.BAD_RESPONSE, 20, of_row=True, by_words=True)
VERSION = Breaker(BreakerGroup.VERSION_CHANGED, PauseReason.VERSION_CHANGED, 1)
PASSING = {RowError.BAD_RESPONSE: GARBLED, RowError.REJECTED: PASSING_400}
"""The breakers of what may pass; any other such failure is the server's."""
LASTING = {
    RowError.SCHEMA_MISMATCH: SCHEMA,
    RowError.REJECTED: REJECTED,
    RowError.BAD_RESPONSE: BAD_RESPONSE,
    RowError.TOO_LARGE: BAD_RESPONSE,
}
"""The breakers of what would come again; any other such failure is the run's."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the worker does with the row, and with its queue.

    `delay_s`: seconds until the row may be claimed again. `counted`: the attempt counts toward the row's maximum.
    `refused`: the network takes no calls now.
    """

    action: Action
    delay_s: float = 0.0
    counted: bool = True
    refused: bool = False
    breaker: Breaker | None = None

    @property
    def fails_row(self) -> bool:
        return self.action == "fail"

    @property
    def tries_again(self) -> bool:
        """Whether the row may be called once more, now or later."""
        return self.action not in FINAL_ACTIONS


def decide(
    outcome: Outcome,
    *,
    attempts: int,
    max_attempts: int,
    waited_for_rate_limit_s: float,
    held_back_s: float,
    jitter: Callable[[], float],
) -> Verdict:
    """The verdict on one call.

    `attempts` counts this one, from 1. `waited_for_rate_limit_s` is how long ago the row was refused first, while its
    queue ran; `held_back_s`: from then until it was to be called again. `jitter` gives a number from 0 to 1, as
    `random.random` does.
    """
    if outcome.error_code is None:
        return Verdict("succeed")
    if outcome.reason == FailureReason.ABORTED:
        return Verdict("retry", counted=False)
    if outcome.reason == FailureReason.VERSION:
        # The row and its answer may both be right: only a person can say which version is meant.
        return Verdict("retry", delay_s=backoff_s(attempts, jitter), counted=False, breaker=VERSION)
    if is_refusal(outcome):
        return _refused(waited_for_rate_limit_s, held_back_s)
    blameless = _blameless(outcome)
    if blameless is not None:
        return Verdict("retry", delay_s=backoff_s(attempts, jitter), counted=False, breaker=blameless)
    if outcome.transient:
        return _transient(outcome, attempts, max_attempts, jitter)
    is_404 = outcome.error_code == RowError.REJECTED and outcome.http_status == 404
    return Verdict("fail", breaker=NOT_FOUND if is_404 else LASTING.get(outcome.error_code, RUN_ERROR))


def _blameless(outcome: Outcome) -> Breaker | None:
    """The breaker of a failure that cannot be the row's fault, and is not counted as its attempt."""
    if outcome.reason in NEVER_REACHED:
        return UNREACHABLE
    if outcome.error_code == RowError.UNAUTHORIZED:
        return CONFIGURATION if outcome.reason == FailureReason.KEY else UNAUTHORIZED
    return None


def backoff_s(attempts: int, jitter: Callable[[], float]) -> float:
    """The wait after the attempt with this number, from 1, by full jitter."""
    ceiling = BASE_DELAY_S * 2.0 ** min(max(attempts - 1, 0), 10)
    return jitter() * min(MAX_DELAY_S, ceiling)


def _transient(outcome: Outcome, attempts: int, max_attempts: int, jitter: Callable[[], float]) -> Verdict:
    assert outcome.error_code is not None
    breaker = PASSING.get(outcome.error_code, SERVER)
    if outcome.reason == FailureReason.MODEL:
        # Counted: where only some agents ask for it, the rows of the others go on, and these end.
        breaker = CONFIGURATION
    if attempts >= max_attempts:
        return Verdict("fail", breaker=breaker)
    delay = max(backoff_s(attempts, jitter), outcome.retry_after_s or 0.0)
    return Verdict("retry", delay_s=delay, breaker=breaker)


def is_refusal(outcome: Outcome) -> bool:
    """Whether the network, or what stands before it, takes no calls just now."""
    told = outcome.http_status == 503 and outcome.retry_after_s is not None
    return told or outcome.error_code == RowError.RATE_LIMITED


def _refused(waited_s: float, held_back_s: float) -> Verdict:
    """The network is held; the row itself waits where it was refused before, so that others go first: a second, then
    twice as long as it was held back so far. That it waited while others were served says nothing of it.

    One that is refused for an hour while others are answered asks for more than the network ever gives.
    """
    if waited_s >= RATE_LIMIT_PATIENCE_S:
        return Verdict("fail", refused=True)
    delay_s = min(MAX_DELAY_S, max(BASE_DELAY_S, 2 * held_back_s)) if waited_s else 0.0
    return Verdict("retry", delay_s=delay_s, counted=False, refused=True)
