"""Files named `.json`: an array of objects, read item by item, or objects on lines of their own."""

import json
from typing import Any

import pytest

from experiments.ingest import Limits, encoding
from tests.unit.ingest.conftest import Ingest, Refusal

NAME = {"filename": "x.json"}
PRETTY = '[\n  {\n    "a": "x",\n    "b": 1.10\n  },\n  {\n    "b": null,\n    "a": {"c": [1, true]}\n  }\n]\n'


@pytest.mark.parametrize("content", [PRETTY, '[{"a":"x","b":1.10},{"b":null,"a":{"c":[1,true]}}]', "\ufeff" + PRETTY])
def test_an_array_of_objects_is_read_as_json_lines_are(ingest: Ingest, content: str) -> None:
    table, rows = ingest(content, **NAME)
    assert [column.header for column in table.columns] == ["a", "b"]
    assert rows == [["x", "1.10"], ['{"c":[1,true]}', ""]]


def test_items_have_the_line_at_which_they_begin(ingest: Ingest) -> None:
    table, _ = ingest(PRETTY.replace("\n", "\r\n"), **NAME)
    assert table.header_line == 2
    assert (table.row_count, table.line) == (2, 6)


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_pieces_of_the_file_may_end_anywhere(ingest: Ingest, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    items: list[dict[str, Any]] = [
        {"a": 'q"\\ {[]}\n', "b": [{"c": "}"}, []]},
        {"a": "\u2028é", "b": {}},
        {"a": "", "b": "]"},
    ] * 3
    monkeypatch.setattr(encoding, "PIECE_BYTES", size)
    for indent in (None, 2):
        _, rows = ingest(json.dumps(items, indent=indent, ensure_ascii=False), **NAME)
        assert [row[0] for row in rows] == [item["a"] for item in items]
        assert rows[0][1] == '[{"c":"}"},[]]'


@pytest.mark.parametrize("content", ['{"a": 1}\n{"a": 2}\n', '{"a": 1}\n\n{"a": 2}'])
def test_json_lines_named_json_are_read(ingest: Ingest, content: str) -> None:
    assert ingest(content, **NAME)[1] == [["1"], ["2"]]


@pytest.mark.parametrize(
    "content", ['{"page": 1, "items": [{"a": 1}]}', '{\n "items": [\n  {\n   "a": 1\n  }\n ]\n}\n']
)
def test_an_object_with_the_rows_inside_is_refused_with_their_name(refusal: Refusal, content: str) -> None:
    refused = refusal(content, **NAME)
    assert refused.code == "not_an_array"
    assert refused.detail == (
        "This is one JSON object, not an array of them. The rows seem to be in “items”."
        " Save the array alone: [{…}, {…}]."
    )


@pytest.mark.parametrize(
    ("content", "code", "line", "words"),
    [
        ("[]", "empty_file", None, "The array is empty"),
        ('"a"', "not_an_array", 1, "one JSON array of objects is expected"),
        ("a,b\n1,2\n", "not_an_array", 1, "one JSON array of objects is expected"),
        ('[{"a": 1},\n 2]', "not_an_object", 2, "each item of the array has to be a JSON object"),
        ('[{"a": 1},\n]', "bad_json", 2, "a comma without an item behind it"),
        ('[{"a": 1}\n {"a": 2}]', "bad_json", 2, "a comma or the end of the array is missing"),
        ('[{"a": 1}\n', "bad_json", 2, "the array isn’t closed"),
        ('[\n{"a": "x', "bad_json", 2, "the item that begins here isn’t closed"),
        ('[\n{"a": [1}}]', "bad_json", 2, "a bracket doesn’t fit"),
        ('[{"a": 1}]\nx', "bad_json", 2, "text follows the end of the array"),
        ('[{"a": 1},\n{"a" 1}]', "bad_json", 2, "Item 2 (line 2): this is not JSON"),
        ('[{"a": 1},\n{"a": 1, "a": 2}]', "duplicate_key", 2, "Item 2 (line 2): the key “a” is there twice"),
        ('[{"a": 1},\n{"b": 1}]', "unknown_key", 2, "Item 2 (line 2): the key “b” is not among the columns"),
        ('[{"a": NaN}]', "bad_json", 1, "NaN isn’t a JSON value"),
        ('[{"a": "\\u0000"}]', "nul", 1, "a NUL character"),
        ('[{"a": ' + "[" * 400 + "]" * 400 + "}]", "bad_json", 1, "nested too deep"),
    ],
)
def test_what_is_no_array_of_objects_is_refused_with_its_place(
    refusal: Refusal, content: str, code: str, line: int | None, words: str
) -> None:
    refused = refusal(content, **NAME)
    assert (refused.code, refused.extra["line"]) == (code, line)
    assert words in refused.detail


def test_limits_hold_for_items(refusal: Refusal) -> None:
    small = Limits(max_rows=2, max_columns=3, max_cell_chars=50, max_row_chars=100)
    assert refusal('[{"a":1},{"a":2},{"a":3}]', limits=small, **NAME).code == "too_many_rows"
    assert refusal('[{"a":1,"b":2,"c":3,"d":4}]', limits=small, **NAME).code == "too_many_columns"
    assert refusal(json.dumps([{"a": "x" * 60}]), limits=small, **NAME).code == "cell_too_large"
    assert refusal(json.dumps([{"a": "x" * 200}]), limits=small, **NAME).code == "row_too_large"
