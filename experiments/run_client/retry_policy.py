"""What becomes of a row after a call: a pure function of the reply and of what the row has been through.

Waits follow exponential back-off with full jitter: a random share of 1 s, 2 s, 4 s … 60 s. They are spent in the
database, as the time from which a row may be claimed again, never in a worker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

BASE_DELAY_S = 1.0
MAX_DELAY_S = 60.0
LONGEST_WAIT_S = 120.0
RATE_LIMIT_PATIENCE_S = 3600.0

Action = Literal["succeed", "retry", "fail"]
BreakerGroup = Literal["unauthorized", "not_found", "unreachable", "server", "schema", "version_changed"]


class Outcome(Protocol):
    """The part of a reply that decides; `RunReply` has it."""

    @property
    def error_code(self) -> str | None: ...
    @property
    def http_status(self) -> int | None: ...
    @property
    def transient(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def retry_after_s(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Breaker:
    """`threshold` failures of this `group` in a row pause the queue; any verdict without one ends the row of them."""

    group: BreakerGroup
    threshold: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the worker does with the row, and with its queue.

    `delay_s`: seconds until the row may be claimed again. `counted`: the attempt counts toward the row's maximum.
    `narrow`: halve the number of calls at a time; `widen`: one success on the way to one more. `pause_until_s`: the
    queue pauses for that many seconds from now.
    """

    action: Action
    delay_s: float = 0.0
    counted: bool = True
    narrow: bool = False
    widen: bool = False
    breaker: Breaker | None = None
    pause_until_s: float | None = None


UNAUTHORIZED = Breaker("unauthorized", 5)
NOT_FOUND = Breaker("not_found", 5)
UNREACHABLE = Breaker("unreachable", 5)
SERVER = Breaker("server", 20)
SCHEMA = Breaker("schema", 20)
VERSION = Breaker("version_changed", 1)


def decide(
    outcome: Outcome,
    *,
    attempts: int,
    max_attempts: int,
    waited_for_rate_limit_s: float,
    jitter: Callable[[], float],
) -> Verdict:
    """The verdict on one call.

    `attempts` counts this one, from 1. `waited_for_rate_limit_s` is how long the row has already waited because of
    429. `jitter` gives a number from 0 to 1, as `random.random` does.
    """
    if outcome.error_code is None:
        return Verdict("succeed", widen=True)
    if outcome.reason == "aborted":
        return Verdict("retry", counted=False)
    if outcome.reason == "version":
        # The row is right, and so may be the answer: only somebody can say which version is meant.
        return Verdict("retry", delay_s=backoff_s(attempts, jitter), counted=False, breaker=VERSION)
    if outcome.error_code == "rate_limited":
        return _rate_limited(outcome, attempts, waited_for_rate_limit_s, jitter)
    if outcome.error_code == "unauthorized":
        return Verdict("retry", delay_s=backoff_s(attempts, jitter), counted=False, breaker=UNAUTHORIZED)
    if outcome.transient:
        return _transient(outcome, attempts, max_attempts, jitter)
    return Verdict("fail", breaker=_breaker_of_failure(outcome))


def backoff_s(attempts: int, jitter: Callable[[], float]) -> float:
    """The wait after the attempt with this number, from 1, by full jitter."""
    ceiling = BASE_DELAY_S * 2.0 ** min(max(attempts - 1, 0), 10)
    return jitter() * min(MAX_DELAY_S, ceiling)


def _transient(outcome: Outcome, attempts: int, max_attempts: int, jitter: Callable[[], float]) -> Verdict:
    breaker = UNREACHABLE if outcome.reason in ("dns", "tls", "address") else SERVER
    pause = _pause(outcome)
    if attempts >= max_attempts:
        return Verdict("fail", breaker=breaker, pause_until_s=pause)
    delay = max(backoff_s(attempts, jitter), outcome.retry_after_s or 0.0)
    return Verdict("retry", delay_s=delay, breaker=breaker, pause_until_s=pause)


def _rate_limited(outcome: Outcome, attempts: int, waited_s: float, jitter: Callable[[], float]) -> Verdict:
    """Attempts do not grow here, so without a told time the waits grow with what has been waited already."""
    pause = _pause(outcome)
    if waited_s >= RATE_LIMIT_PATIENCE_S:
        return Verdict("fail", narrow=True, pause_until_s=pause)
    if outcome.retry_after_s is not None:
        delay = max(outcome.retry_after_s, backoff_s(attempts, jitter))
    else:
        delay = max(backoff_s(attempts, jitter), min(MAX_DELAY_S, waited_s, RATE_LIMIT_PATIENCE_S - waited_s))
    return Verdict("retry", delay_s=delay, counted=False, narrow=True, pause_until_s=pause)


def _pause(outcome: Outcome) -> float | None:
    told = outcome.retry_after_s
    return told if told is not None and told > LONGEST_WAIT_S else None


def _breaker_of_failure(outcome: Outcome) -> Breaker | None:
    if outcome.error_code == "schema_mismatch":
        return SCHEMA
    if outcome.error_code == "rejected" and outcome.http_status == 404:
        return NOT_FOUND
    return None
