"""The columns of an export: the file's, the fields', the run's; a taken name gets a prefix."""

import pytest

from experiments.export.rows import RUN_COLUMNS, export_header

RUN = [
    *("run_trace_id", "status", "elapsed_ms", "attempts", "error_code", "error_message", "row_index", "corrected"),
    *("input_tokens", "output_tokens", "cost", "version"),
]


def test_the_run_columns_come_last_and_only_when_asked_for() -> None:
    assert list(RUN_COLUMNS) == RUN
    assert export_header(["b", "a"], ["y", "x"], run_columns=True) == ["b", "a", "y", "x", *RUN]
    assert export_header(["b", "a"], ["y", "x"], run_columns=False) == ["b", "a", "y", "x"]


def test_the_file_s_headers_stay_as_they_are_even_twice_or_empty() -> None:
    assert export_header(["a", "a", "", " a"], [], run_columns=False) == ["a", "a", "", " a"]


@pytest.mark.parametrize(
    ("headers", "fields", "added"),
    [
        (["tone"], ["tone"], ["response.tone"]),
        (["tone", "response.tone"], ["tone"], ["response.response.tone"]),
        (["tone"], ["tone", "response.tone"], ["response.tone", "response.response.tone"]),
        (["Tone"], ["tone"], ["tone"]),
    ],
)
def test_a_field_whose_name_is_taken_gets_a_prefix(headers: list[str], fields: list[str], added: list[str]) -> None:
    assert export_header(headers, fields, run_columns=False) == [*headers, *added]


@pytest.mark.parametrize(
    ("headers", "fields", "name"),
    [
        (["status"], [], "run.status"),
        ([], ["status"], "run.status"),
        (["status", "run.status"], [], "run.run.status"),
        (["status"], ["run.status"], "run.run.status"),
        (["state"], [], "status"),
    ],
)
def test_a_run_column_whose_name_is_taken_gets_a_prefix(headers: list[str], fields: list[str], name: str) -> None:
    assert export_header(headers, fields, run_columns=True)[len(headers) + len(fields) + 1] == name
