"""A report is a table that people read, and JSON that programs read."""

import json

from csv_batches.bench.report import as_json, measured, number, report, table
from tests.unit.csv_batches.bench.results import QUIET, result

DETAILS = {
    "rows": 300.0,
    "window_s": 6.5,
    "worker_cpu_ms": 2.0,
    "postgres_cpu_ms": 1.0,
    "rss_mb": 95.0,
    "pss_mb": 32.0,
    "hot_share": 0.5,
    "row_hot_share": 0.0,
    "wal_bytes": 3841.2,
    "table_bytes": 2480.0,
    "lock_share": 0.067,
}


def test_a_line_has_floor_ours_ratio_and_aim() -> None:
    head, line = table([result()]).splitlines()
    assert head.split() == ["what", "floor", "ours", "ratio", "aim"]
    assert line == "one at a time, 20 ms  46.0 (45.0–47.0)  29.0 (28.0–30.0) rows/s   0.63  ≥ 0.97 ✗"


def test_a_line_without_floor_and_aim_has_a_dash() -> None:
    assert table([result(floor=[], ours=[581.0], least=None)]).splitlines()[1].split()[-4:] == [
        "–",
        "581.0",
        "rows/s",
        "–",
    ]


def test_what_is_not_the_floor_is_named() -> None:
    assert "ideal 1,280" in table([result(floor=[1280.0], against="ideal")])


def test_an_aim_that_is_reached_has_a_check_mark() -> None:
    assert "≤ 2 ✓" in table([result(ours=[1.5], floor=[1.0], least=None, most=2.0)])


def test_an_aim_may_be_about_ours_alone() -> None:
    assert "5,000 rows/s ✗" in table([result(floor=[], least=None, least_ours=5000.0)])


def test_one_figure_has_no_range() -> None:
    assert measured([46.12]) == "46.1"


def test_numbers_keep_three_figures() -> None:
    assert [number(value) for value in (0.0712, 1.148, 46.12, 1633.4)] == ["0.0712", "1.15", "46.1", "1,633"]


def test_the_further_figures_stand_under_the_table() -> None:
    text = report(QUIET, [result(details=[DETAILS], floor_details=[{"cpu_ms": 1.5}])])
    assert text.splitlines()[-1] == (
        "one at a time, 20 ms: CPU 2.00 ms a row in the worker + 1.00 ms in PostgreSQL, 2.0 × the floor’s 1.50 ms; "
        "largest process 95 MB (32 MB without shared memory); 50% of all updates HOT; 0% of those of rows; "
        "WAL 3,841 bytes a row; tables and indexes 2,480 bytes a row; waits for locks 6.7% of active time; "
        "300 rows in 6.5 s."
    )


def test_what_cannot_be_seen_is_left_out() -> None:
    text = report(QUIET, [result(details=[{"worker_cpu_ms": 2.0}])])
    assert text.splitlines()[-1] == "one at a time, 20 ms: CPU 2.00 ms a row in the worker (PostgreSQL runs elsewhere)."


def test_the_heading_has_the_machine() -> None:
    first = report(QUIET, [result()]).splitlines()[0]
    assert first.startswith("2 cores, Linux x86_64, Python 3.11.7, PostgreSQL 18.4, load average 0.10.")


def test_json_has_every_figure_that_was_measured() -> None:
    whole = json.loads(as_json(QUIET, [result(details=[DETAILS])]))
    (line,) = whole["results"]
    assert whole["machine"]["cores"] == 2
    assert line["ours"] == {"median": 29.0, "low": 28.0, "high": 30.0, "figures": [30.0, 28.0, 29.0]}
    assert line["aim"] == {"least": 0.97, "most": None, "least_ours": None}
    assert line["details"] == [DETAILS]
