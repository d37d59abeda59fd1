"""The time to wait is read in every form that servers use, and not from garbage."""

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from experiments.run_client.retry_after import retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def read(**headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return retry_after_s(CaseInsensitiveDict(named), now=NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("2", 2),
        (" 1.5 ", 1.5),
        ("3600", 3600),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
    ],
)
def test_seconds_and_dates_are_read(value: str, seconds: float) -> None:
    assert read(retry_after=value) == seconds


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "nan", "inf", "1e99", "5, 5", "0x10", "Sun, 99 Foo 2026", "Sun, 01 Mar 9999 12:00:30 GMT"],
)
def test_garbage_is_ignored(value: str) -> None:
    assert read(retry_after=value) is None


def test_milliseconds_come_first() -> None:
    assert read(retry_after_ms="250", Retry_After="9") == 0.25


@pytest.mark.parametrize("value", ["x", "-5", "nan"])
def test_bad_milliseconds_leave_it_to_the_seconds(value: str) -> None:
    assert read(retry_after_ms=value, Retry_After="9") == 9


def test_a_date_is_measured_with_the_clock_of_the_server() -> None:
    assert read(Date="Sun, 01 Mar 2026 11:50:00 GMT", Retry_After="Sun, 01 Mar 2026 11:50:07 GMT") == 7


def test_no_header_means_nothing_was_said() -> None:
    assert read() is None
