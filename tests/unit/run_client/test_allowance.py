"""What the headers of an answer say is left, as providers write it."""

from datetime import UTC, datetime

import pytest

from experiments.run_client import Allowance, Left
from experiments.run_client.allowance import FURTHEST_S, allowance_of

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def read(**headers: str) -> Allowance | None:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return allowance_of([("Content-Type", "application/json"), *pairs], now=NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("59.951s", 59.951),
        ("12", 12),
        ("2026-03-01T12:00:30Z", 30),
        ("2026-03-01T13:00:30+01:00", 30),
        (str(int(NOW.timestamp()) + 40), 40),
        (f"{int(NOW.timestamp() + 50)}000", 50),
    ],
)
def test_a_reset_in_every_form(text: str, seconds: float) -> None:
    found = read(x_ratelimit_remaining_requests="3", x_ratelimit_reset_requests=text)
    assert found is not None
    assert found.requests is not None
    assert found.requests.reset_s == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e3", "nan", "2026-03-01", "2026-13-41T12:00:30Z", "5 s", "1_0"])
def test_one_that_cannot_be_read_is_ignored(text: str) -> None:
    assert read(x_ratelimit_remaining_requests="3", x_ratelimit_reset_requests=text) is None


def test_one_that_is_over_or_too_far_away_is_ignored() -> None:
    for text in ("2026-03-01T11:00:00Z", str(FURTHEST_S + 1), "2027-03-01T12:00:00Z"):
        assert read(x_ratelimit_remaining_requests="3", x_ratelimit_reset_requests=text) is None


@pytest.mark.parametrize("text", ["", "-3", "many", "1e9", "9" * 15])
def test_a_remainder_that_cannot_be_read_is_ignored(text: str) -> None:
    assert read(x_ratelimit_remaining_requests=text, x_ratelimit_reset_requests="1s") is None


def test_openai_s_requests_and_tokens() -> None:
    found = read(
        x_ratelimit_limit_requests="60",
        x_ratelimit_limit_tokens="150000",
        x_ratelimit_remaining_requests="59",
        x_ratelimit_remaining_tokens="149984",
        x_ratelimit_reset_requests="1s",
        x_ratelimit_reset_tokens="6m0s",
    )
    assert found == Allowance(Left(59, 1, 60), Left(149_984, 360, 150_000))


def test_of_anthropic_s_tokens_the_tightest() -> None:
    reset = "2026-03-01T12:01:00Z"
    found = read(
        anthropic_ratelimit_requests_limit="50",
        anthropic_ratelimit_requests_remaining="49",
        anthropic_ratelimit_requests_reset=reset,
        anthropic_ratelimit_input_tokens_limit="40000",
        anthropic_ratelimit_input_tokens_remaining="39000",
        anthropic_ratelimit_input_tokens_reset=reset,
        anthropic_ratelimit_output_tokens_limit="8000",
        anthropic_ratelimit_output_tokens_remaining="100",
        anthropic_ratelimit_output_tokens_reset=reset,
    )
    assert found == Allowance(Left(49, 60, 50), Left(100, 60, 8000))


@pytest.mark.parametrize("prefix", ["x_ratelimit", "ratelimit"])
def test_plain_names(prefix: str) -> None:
    found = read(**{f"{prefix}_limit": "5000", f"{prefix}_remaining": "0", f"{prefix}_reset": "17"})
    assert found == Allowance(Left(0, 17, 5000))


def test_a_remainder_without_a_reset_says_nothing() -> None:
    assert read(x_ratelimit_remaining="3") is None
    assert read(x_ratelimit_used="3", x_ratelimit_resource="core") is None
    assert read() is None


def test_what_is_used_up_is_there_again_at_the_later_reset() -> None:
    assert Allowance(Left(0, 20.0), Left(0, 7.0)).used_up_s() == 20.0
    assert Allowance(Left(3, 20.0), Left(0, 7.0)).used_up_s() == 7.0


def test_where_something_is_left_no_time_is_told() -> None:
    assert Allowance(Left(3, 20.0), Left(1, 7.0)).used_up_s() is None
    assert Allowance(Left(0, 0.0)).used_up_s() is None
