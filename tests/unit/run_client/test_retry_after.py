"""The time to wait is read in every form that servers use, and not from garbage."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from experiments.run_client.retry_after import LONGEST_S, retry_after_s

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
        ("2678400", 31 * 24 * 3600),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
    ],
)
def test_seconds_and_dates_are_read(value: str, seconds: float) -> None:
    assert read(retry_after=value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "soon",
            "-1",
            "-0",
            "+5",
            "nan",
            "inf",
            "1e3",
            "1e99",
            "1_0",
            "5, 5",
            "0x10",
            "٣",
            "5s",
            "2678401",
            "9" * 5000,
        ),
        *(
            "Sun, 99 Foo 2026",
            "Sun, 01 Mar 9999 12:00:30 GMT",
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "2026-03-01T12:00:30Z",
        ),
    ],
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


@given(
    value=st.text(st.sampled_from('SunMonJa, 0123456789:+-()GMTZ"\\;.@<>\t'), max_size=40), date=st.text(max_size=20)
)
def test_whatever_is_sent_comes_to_nothing_or_to_a_month_at_most(value: str, date: str) -> None:
    seconds = read(Retry_After=value, Date=date, retry_after_ms=date)
    assert seconds is None or 0 <= seconds <= LONGEST_S


def test_no_header_means_nothing_was_said() -> None:
    assert read() is None
