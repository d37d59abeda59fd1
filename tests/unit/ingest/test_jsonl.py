import pytest

from experiments.ingest import Limits
from tests.unit.ingest.conftest import Ingest, Refusal


@pytest.mark.parametrize("filename", ["x.jsonl", "X.JSONL", "x.ndjson"])
def test_the_keys_of_the_first_object_are_the_columns(ingest: Ingest, filename: str) -> None:
    table, rows = ingest('{"b":"1","a":"2"}\n{"a":"4","b":"3"}\n', filename=filename)
    assert [column.name for column in table.columns] == ["b", "a"]
    assert rows == [["1", "2"], ["3", "4"]]
    assert table.delimiter is None
    assert table.row_count == 2


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (r'"x\ny \u00e9 \ud83d\ude00"', "x\ny é 😀"),
        ("null", ""),
        ("true", "true"),
        ("1.10", "1.10"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ('{ "k": [1.0, "é", null, {}] }', '{"k":[1.0,"é",null,{}]}'),
        (r'["\u0000"]', r'["\u0000"]'),
    ],
)
def test_strings_are_verbatim_and_other_values_compact_json(ingest: Ingest, value: str, cell: str) -> None:
    assert ingest(f'{{"a": {value}}}\n', filename="x.jsonl")[1] == [[cell]]


def test_missing_keys_are_empty_and_listed(ingest: Ingest) -> None:
    table, rows = ingest('{"a":"1","b":"2"}\n{"b":"3"}\n{"b":"","a":null}\n{}\n', filename="x.jsonl")
    assert rows == [["1", "2"], ["", "3"], ["", ""], ["", ""]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("missing_key", 2), ("missing_key", 4)]
    assert "“a”" in table.warnings[0].detail


def test_blank_lines_are_left_out_and_listed(ingest: Ingest) -> None:
    table, rows = ingest('\ufeff{"a":"1"}\r\n\r\n{"a":"2"}\r\n', filename="x.jsonl")
    assert rows == [["1"], ["2"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("blank_line", 2)]
    assert table.line_end == "\r\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"c":1}', "unknown_key"),
        ("[1]", "not_an_object"),
        ('"text"', "not_an_object"),
        ('{"a":1', "bad_json"),
        ('{"a":1} x', "bad_json"),
        ('{"a":NaN}', "bad_json"),
        ('{"a":-Infinity}', "bad_json"),
        ('{"a":"\t"}', "bad_json"),
        ('{"a":' + "[" * 100_000, "bad_json"),
        ('{"a":1,"a":2}', "duplicate_key"),
        ('{"a":{"k":1,"k":1}}', "duplicate_key"),
        (r'{"a":"\ud800"}', "lone_surrogate"),
        (r'{"a":["\udfff"]}', "lone_surrogate"),
        (r'{"a":"\u0000"}', "nul"),
    ],
)
def test_what_is_no_such_object_is_refused_with_its_line(refusal: Refusal, line: str, code: str) -> None:
    refused = refusal('{"a":"x"}\n\n' + line + "\n", filename="x.jsonl")
    assert refused.code == code
    assert refused.extra["line"] == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "empty_file"), ("\n\n", "empty_file"), ("{}\n", "no_columns"), (r'{"\ud800":1}', "lone_surrogate")],
)
def test_a_file_without_columns_is_refused(refusal: Refusal, content: str, code: str) -> None:
    assert refusal(content, filename="x.jsonl").code == code


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(max_rows=1), "too_many_rows"),
        (Limits(max_columns=1), "too_many_columns"),
        (Limits(max_cell_chars=3), "cell_too_large"),
        (Limits(max_row_chars=8), "row_too_large"),
    ],
)
def test_the_limits_hold(refusal: Refusal, limits: Limits, code: str) -> None:
    assert refusal('{"a":"1234","b":""}\n{"a":"2"}\n', filename="x.jsonl", limits=limits).code == code


def test_an_empty_key_gets_a_name_which_is_said(ingest: Ingest) -> None:
    table, rows = ingest('{"":"x","b":"y"}\n', filename="x.jsonl")
    assert [(column.name, column.header) for column in table.columns] == [("column 1", ""), ("b", "b")]
    assert rows == [["x", "y"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("empty_header", 1)]


def test_bad_bytes_are_refused_here_too(refusal: Refusal) -> None:
    assert refusal('{"a":"José"}\n'.encode("cp1252"), filename="x.jsonl").code == "encoding"
