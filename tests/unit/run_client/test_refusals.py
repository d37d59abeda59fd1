"""Refusals whose body says how long to wait, or that somebody must pay."""

from typing import Any

import pytest

from experiments.run_client.refusals import quota_is_used_up, told_wait_s

GEMINI = {
    "error": {
        "code": 429,
        "message": "Resource exhausted.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"},
        ],
    }
}
OPENAI = {"error": {"message": "Rate limit reached for requests. Please try again in {}.", "type": "requests"}}


def openai(wait: str) -> Any:
    return {"error": {**OPENAI["error"], "message": OPENAI["error"]["message"].format(wait)}}


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (GEMINI, 17),
        ([GEMINI], 17),
        (openai("1.2s"), 1.2),
        (openai("6m0s"), 360),
        (openai("20ms"), 0.02),
        ({"detail": "Too many. Retry after 5s"}, 5),
        ({"error": {"metadata": {"raw": '{"error": {"details": [{"retryDelay": "3s"}]}}'}}}, 3),
    ],
)
def test_a_wait_that_stands_in_the_body(body: Any, seconds: float) -> None:
    assert told_wait_s(body) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "body",
    [None, {}, openai("a while"), openai("99999999h"), {"retryDelay": 17}, {"retryDelay": "soon"}, "try again in 5 s"],
)
def test_where_none_can_be_read_there_is_none(body: Any) -> None:
    assert told_wait_s(body) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}),
        (429, {"error": {"type": "insufficient_quota", "message": "x"}}),
        (400, {"error": {"code": "billing_hard_limit_reached", "message": "x"}}),
        (400, {"type": "error", "error": {"message": "Your credit balance is too low to access the Anthropic API."}}),
        (403, {"detail": "Insufficient balance"}),
        (402, None),
        (402, {"error": {"message": "This request requires more credits"}}),
    ],
)
def test_a_quota_that_is_used_up(status: int, body: Any) -> None:
    assert quota_is_used_up(status, body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, GEMINI),
        (429, openai("1s")),
        (429, {"error": {"message": "Quota exceeded for quota metric 'requests per minute'"}}),
        (400, {"error": {"message": "insufficient"}}),
        (500, {"error": {"code": "insufficient_quota"}}),
        (200, {"error": {"code": "insufficient_quota"}}),
        (429, None),
    ],
)
def test_what_is_none(status: int, body: Any) -> None:
    assert not quota_is_used_up(status, body)
