"""How values of answers are written, and which rows have any."""

from typing import Any

import pytest

from experiments.export.rows import cell_text
from tests.unit.export.rows import layout_of, read, row, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        ("", ""),
        ("true", "true"),
        (' "é"\n', ' "é"\n'),
        (0, "0"),
        (-12, "-12"),
        (1.0, "1.0"),
        (1e300, "1e+300"),
        ([], "[]"),
        (["é", None, {"a": True}], '["é",null,{"a":true}]'),
    ],
)
def test_a_value_is_written_as_text(value: Any, text: str) -> None:
    assert cell_text(value) == text


LAYOUT = layout_of(["a"], ["y", "x"])


def test_values_follow_the_order_of_the_fields_and_further_keys_are_left_out() -> None:
    assert read(written(LAYOUT, row(["1"], {"x": 2, "z": 9, "y": True}))) == [["a", "y", "x"], ["1", "true", "2"]]


@pytest.mark.parametrize("payload", [None, {}, {"x": None}])
def test_missing_values_are_empty(payload: Any) -> None:
    assert written(LAYOUT, row(["1"], payload)) == "a,y,x\n1,,\n"


@pytest.mark.parametrize("status", ["failed", "queued", "running"])
def test_only_a_row_that_succeeded_has_an_answer(status: str) -> None:
    assert written(LAYOUT, row(["1"], {"x": 2}, status=status)) == "a,y,x\n1,,\n"


def test_a_correction_stands_for_the_answer_of_a_failed_row_too() -> None:
    assert written(LAYOUT, row(["1"], {"x": 2}, status="failed", corrected=True)) == "a,y,x\n1,,2\n"


def test_what_is_known_of_a_failed_run_stands_in_its_columns() -> None:
    failed = row(["1"], status="failed", run_trace_id=None, elapsed_ms=None, attempts=4, error_code="timeout",
                 error_message="No answer,\nfour times.", row_index=7, version=None)  # fmt: skip
    line = read(written(layout_of(["a"], run_columns=True), failed))[1]
    assert line == ["1", "", "failed", "", "4", "timeout", "No answer,\nfour times.", "7", "false", "", "", "", ""]
