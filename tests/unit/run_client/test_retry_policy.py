"""What becomes of a row after each kind of reply."""

from dataclasses import dataclass
from typing import Any

import pytest

from experiments.run_client import RunReply
from experiments.run_client.retry_policy import (
    BAD_RESPONSE,
    CONFIGURATION,
    GARBLED,
    NOT_FOUND,
    PASSING_400,
    REJECTED,
    RUN_ERROR,
    SCHEMA,
    SERVER,
    UNAUTHORIZED,
    UNREACHABLE,
    VERSION,
    Verdict,
    backoff_s,
    decide,
)


def verdict(
    attempts: int = 1,
    waited: float = 0.0,
    held_back: float = 0.0,
    jitter: float = 0.5,
    max_attempts: int = 4,
    **reply: Any,
) -> Verdict:
    return decide(
        RunReply(**reply),
        attempts=attempts,
        max_attempts=max_attempts,
        waited_for_rate_limit_s=waited,
        held_back_s=held_back,
        jitter=lambda: jitter,
    )


def test_a_success_succeeds() -> None:
    assert verdict(http_status=200) == Verdict("succeed")


@pytest.mark.parametrize("error_code", ["server_error", "timeout", "connection", "bad_response"])
def test_what_is_transient_is_tried_again_up_to_the_maximum(error_code: str) -> None:
    actions = [verdict(attempts, error_code=error_code, transient=True).action for attempts in range(1, 6)]
    assert actions == ["retry", "retry", "retry", "fail", "fail"]


def test_an_answer_of_another_version_leaves_the_row_alone_and_pauses_at_once() -> None:
    got = verdict(attempts=9, error_code="bad_response", reason="version", transient=True)
    assert (got.action, got.counted, got.breaker) == ("retry", False, VERSION)
    assert VERSION.threshold == 1


def test_a_single_attempt_leaves_no_retry() -> None:
    assert verdict(max_attempts=1, error_code="timeout", transient=True).action == "fail"


@pytest.mark.parametrize(
    ("attempts", "ceiling"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (20, 60), (100_000, 60)]
)
def test_waits_double_up_to_a_minute(attempts: int, ceiling: float) -> None:
    assert backoff_s(attempts, lambda: 1.0) == ceiling
    assert backoff_s(attempts, lambda: 0.25) == ceiling / 4
    assert backoff_s(attempts, lambda: 0.0) == 0


def test_a_told_wait_is_the_least_wait() -> None:
    assert verdict(error_code="server_error", transient=True, http_status=500, retry_after_s=30).delay_s == 30
    late = verdict(attempts=3, jitter=1.0, error_code="server_error", transient=True, retry_after_s=1)
    assert late.delay_s == 4


@dataclass(frozen=True)
class Case:
    reply: dict[str, Any]
    breaker: object


BREAKERS = [
    Case({"error_code": "server_error", "transient": True, "http_status": 503}, SERVER),
    Case({"error_code": "timeout", "transient": True, "reason": "deadline"}, SERVER),
    Case({"error_code": "connection", "transient": True, "reason": "connect"}, UNREACHABLE),
    Case({"error_code": "server_error", "transient": True, "reason": "endpoint"}, UNREACHABLE),
    Case({"error_code": "connection", "transient": True, "reason": "dropped"}, SERVER),
    Case({"error_code": "bad_response", "transient": True, "reason": "garbled"}, GARBLED),
    Case({"error_code": "connection", "transient": True, "reason": "dns"}, UNREACHABLE),
    Case({"error_code": "connection", "transient": True, "reason": "tls"}, UNREACHABLE),
    Case({"error_code": "connection", "transient": True, "reason": "address"}, UNREACHABLE),
    Case({"error_code": "unauthorized", "transient": True, "http_status": 401}, UNAUTHORIZED),
    Case({"error_code": "unauthorized", "transient": True, "reason": "credentials"}, UNAUTHORIZED),
    Case({"error_code": "rejected", "http_status": 404}, NOT_FOUND),
    Case({"error_code": "unauthorized", "transient": True, "reason": "key"}, CONFIGURATION),
    Case({"error_code": "server_error", "transient": True, "reason": "model"}, CONFIGURATION),
    Case({"error_code": "rejected", "http_status": 400}, REJECTED),
    Case({"error_code": "rejected", "transient": True, "http_status": 400}, PASSING_400),
    Case({"error_code": "rejected", "http_status": 422}, REJECTED),
    Case({"error_code": "schema_mismatch", "http_status": 200}, SCHEMA),
    Case({"error_code": "run_error", "http_status": 200}, RUN_ERROR),
    Case({"error_code": "too_large", "http_status": 200}, BAD_RESPONSE),
    Case({"error_code": "bad_response", "http_status": 200}, BAD_RESPONSE),
    Case({"error_code": "rate_limited", "transient": True, "http_status": 429}, None),
    Case({"http_status": 200}, None),
]


@pytest.mark.parametrize("case", BREAKERS, ids=lambda case: "-".join(map(str, case.reply.values())))
def test_each_failure_counts_toward_its_own_breaker(case: Case) -> None:
    assert verdict(**case.reply).breaker == case.breaker


def test_the_last_attempt_counts_toward_the_breaker_too() -> None:
    assert verdict(attempts=4, error_code="timeout", transient=True).breaker == SERVER


def test_breakers_open_after_5_or_20() -> None:
    assert {breaker.threshold for breaker in (UNAUTHORIZED, NOT_FOUND, UNREACHABLE, CONFIGURATION)} == {5}
    for_long = (SERVER, GARBLED, PASSING_400, SCHEMA, REJECTED, RUN_ERROR, BAD_RESPONSE)
    assert {breaker.threshold for breaker in for_long} == {20}


def test_what_may_pass_counts_together_and_what_is_said_of_a_row_by_its_words() -> None:
    assert SERVER.group == GARBLED.group == PASSING_400.group
    assert not any(breaker.by_words for breaker in (SERVER, GARBLED, PASSING_400, SCHEMA))
    assert all(breaker.by_words for breaker in (REJECTED, RUN_ERROR, BAD_RESPONSE))


@pytest.mark.parametrize("reason", ["dns", "tls", "address", "connect", "endpoint"])
@pytest.mark.parametrize("attempts", [1, 4, 50])
def test_a_row_whose_network_is_not_reached_has_had_no_attempt(attempts: int, reason: str) -> None:
    decided = verdict(attempts, error_code="connection", transient=True, reason=reason)
    assert (decided.action, decided.counted) == ("retry", False)


def test_a_row_whose_connection_broke_has() -> None:
    decided = verdict(4, error_code="connection", transient=True, reason="dropped")
    assert (decided.action, decided.counted) == ("fail", True)


def test_a_row_whose_agent_asks_for_a_model_that_is_not_there_ends_after_its_attempts() -> None:
    decided = [verdict(attempts, error_code="server_error", transient=True, reason="model") for attempts in (1, 4)]
    assert [(one.action, one.counted) for one in decided] == [("retry", True), ("fail", True)]


@pytest.mark.parametrize(
    "error_code",
    ["rejected", "schema_mismatch", "run_error", "too_large", "bad_response", "template_error", "crashed"],
)
def test_what_would_come_again_fails_at_once(error_code: str) -> None:
    decided = verdict(error_code=error_code)
    assert (decided.action, decided.counted) == ("fail", True)


def test_a_rejected_row_of_a_network_with_transient_400_is_tried_again() -> None:
    assert verdict(error_code="rejected", http_status=400, transient=True).action == "retry"


@pytest.mark.parametrize("attempts", [1, 4, 50])
def test_a_refused_token_is_never_the_fault_of_the_row(attempts: int) -> None:
    decided = verdict(attempts, error_code="unauthorized", transient=True, http_status=401)
    assert (decided.action, decided.counted) == ("retry", False)


def test_an_aborted_call_is_given_back_at_once_and_uncounted() -> None:
    decided = verdict(attempts=4, error_code="connection", transient=True, reason="aborted")
    assert decided == Verdict("retry", counted=False)


REFUSALS: list[dict[str, Any]] = [
    {"error_code": "rate_limited", "transient": True, "http_status": 429},
    {"error_code": "rate_limited", "transient": True, "http_status": 429, "retry_after_s": 90},
    {"error_code": "rate_limited", "transient": True, "http_status": 402, "quota": True},
    {"error_code": "server_error", "transient": True, "http_status": 503, "retry_after_s": 2},
]


@pytest.mark.parametrize("attempts", [1, 4, 50])
@pytest.mark.parametrize("reply", REFUSALS, ids=lambda reply: "-".join(map(str, reply.values())))
def test_a_refusal_says_nothing_of_the_row(reply: dict[str, Any], attempts: int) -> None:
    assert verdict(attempts, **reply) == Verdict("retry", counted=False, refused=True)


def test_a_503_without_a_time_to_wait_is_a_failure() -> None:
    decided = verdict(error_code="server_error", transient=True, http_status=503)
    assert (decided.refused, decided.counted, decided.breaker) == (False, True, SERVER)


@pytest.mark.parametrize(("waited", "action"), [(0, "retry"), (3599, "retry"), (3600, "fail"), (9999, "fail")])
def test_a_row_that_is_refused_for_an_hour_while_its_queue_runs_fails(waited: float, action: str) -> None:
    assert verdict(waited=waited, error_code="rate_limited", transient=True, retry_after_s=2).action == action


@pytest.mark.parametrize(
    ("waited", "held_back", "delay_s"), [(0, 0, 0), (1, 0, 1), (900, 0, 1), (10, 8, 16), (50, 40, 60), (900, 900, 60)]
)
def test_one_that_was_refused_before_lets_others_go_first(waited: float, held_back: float, delay_s: float) -> None:
    """For longer each time; that others were served for long since it was refused first does not count."""
    decided = verdict(waited=waited, held_back=held_back, error_code="rate_limited", transient=True)
    assert decided.delay_s == delay_s
