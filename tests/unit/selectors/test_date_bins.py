"""Bins of dates, by the span that they have."""

from itertools import pairwise

import pytest

from experiments.selectors.date_bins import date_bins, unit_of_span


@pytest.mark.parametrize(
    ("first", "last", "froms"),
    [
        ("2026-01-31", "2026-01-31", ["2026-01-31"]),
        ("2026-02-27", "2026-03-01", ["2026-02-27", "2026-02-28", "2026-03-01"]),
        ("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z", ["2026-01-31", "2026-02-01"]),
        ("2025-11-30", "2026-02-01", ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]),
        ("2024-05-05", "2026-05-05", ["2024-01-01", "2025-01-01", "2026-01-01"]),
        ("1985-05-05", "2004-05-05", ["1980-01-01", "1990-01-01", "2000-01-01"]),
        ("1785-05-05", "2004-05-05", ["1700-01-01", "1800-01-01", "1900-01-01", "2000-01-01"]),
        ("0001-01-01", "9999-12-31", ["0001-01-01", "1000-01-01", "2000-01-01"]),
    ],
)
def test_the_unit_is_the_finest_that_makes_few_bins(first: str, last: str, froms: list[str]) -> None:
    bins = date_bins(unit_of_span(first, last), first, last, {})
    assert [one["from"] for one in bins][: len(froms)] == froms
    assert len(bins) <= 12
    assert all(one["to"] == following["from"] for one, following in pairwise(bins))


def test_each_bin_has_the_dates_that_begin_as_it_does() -> None:
    first, last = "2025-12-24", "2026-02-01"
    bins = date_bins(unit_of_span(first, last), first, last, {"2025-12": 3, "2026-02": 1})
    assert bins == [
        {"from": "2025-12-01", "to": "2026-01-01", "count": 3},
        {"from": "2026-01-01", "to": "2026-02-01", "count": 0},
        {"from": "2026-02-01", "to": "2026-03-01", "count": 1},
    ]


def test_after_the_last_year_there_is_no_day() -> None:
    assert date_bins(unit_of_span("9999-12-31", "9999-12-31"), "9999-12-31", "9999-12-31", {})[0]["to"] is None
