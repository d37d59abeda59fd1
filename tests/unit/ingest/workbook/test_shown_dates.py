"""Dates are read as shown where digits tell it, and as ISO where the format depends on the reader's language."""

import pytest

from experiments.ingest.workbook.number_formats import formatter


@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        ("dd.mm.yyyy", "45000", "15.03.2023"),
        ("d/m/yy", "45000", "15/3/23"),
        ("yyyy-mm-dd hh:mm:ss", "45000.5", "2023-03-15 12:00:00"),
        ("[$-409]m/d/yy h:mm AM/PM;@", "45000.6", "3/15/23 2:24 PM"),
        ('yyyy"年"m"月"d"日"', "45000", "2023年3月15日"),
        ("h:mm", "0.75", "18:00"),
        ("mm:ss.0", "0.0001", "00:08.6"),
        ("[h]:mm:ss", "1.5", "36:00:00"),
        ("[mm]:ss", "0.0625", "90:00"),
    ],
)
def test_digits_are_as_shown(code: str, raw: str, shown: str) -> None:
    assert formatter(164, code, is_1904=False)(raw) == shown


@pytest.mark.parametrize("code", ["d-mmm-yy", "[$-F800]dddd, d. mmmm", "mmmm yyyy", "[$-107041E]d/m/yyyy", "d.m.e"])
def test_what_depends_on_the_language_is_iso(code: str) -> None:
    assert formatter(164, code, is_1904=False)("45000") == "2023-03-15"


@pytest.mark.parametrize(
    ("number", "shown"), [(14, "2023-03-15"), (22, "2023-03-15T06:14:24"), (17, "2023-03-15"), (20, "6:14")]
)
def test_a_date_format_of_the_system_is_iso(number: int, shown: str) -> None:
    assert formatter(number, None, is_1904=False)("45000.26") == shown


def test_a_workbook_may_count_from_1904() -> None:
    assert formatter(14, None, is_1904=True)("0") == "1904-01-01"


@pytest.mark.parametrize(("raw", "shown"), [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01")])
def test_the_day_that_never_was_moves_no_other(raw: str, shown: str) -> None:
    assert formatter(14, None, is_1904=False)(raw) == shown


@pytest.mark.parametrize("raw", ["-4", "2958466", "1e9"])
def test_a_number_that_is_no_date_is_the_number(raw: str) -> None:
    assert formatter(164, "dd.mm.yyyy", is_1904=False)(raw) in (raw, "1000000000")
