"""Parquet as others read it: typed answers, texts of the file, and a clear sentence where it cannot be written."""

import io
import sys
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet
import pytest

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.export import parquet_file
from experiments.export.parquet_file import parquet_chunks
from experiments.export.rows import ExportLayout, ExportRow
from tests.unit.export.rows import layout_of, row

FIELDS = [
    {"name": "text", "type": "string"},
    {"name": "number", "type": "number"},
    {"name": "whole", "type": "integer"},
    {"name": "yes", "type": "boolean"},
]


def typed(fields: Any = FIELDS, **options: Any) -> ExportLayout:
    return layout_of(["id"], [field["name"] for field in fields], response_fields=fields, **options)


def table(layout: ExportLayout, *rows: ExportRow) -> pyarrow.Table:
    return pyarrow.parquet.read_table(io.BytesIO(b"".join(parquet_chunks(layout, rows))))


def test_answers_have_the_types_of_their_fields() -> None:
    found = table(typed(), row(["007"], {"text": "=a", "number": 3, "whole": 7.0, "yes": True}), row(["2"]))
    assert [str(kind) for kind in found.schema.types] == ["string", "string", "double", "int64", "bool"]
    assert found.to_pylist() == [
        {"id#0": "007", "text": "=a", "number": 3.0, "whole": 7, "yes": True},
        {"id#0": "2", "text": None, "number": None, "whole": None, "yes": None},
    ]


def test_run_columns_have_types_too() -> None:
    found = table(layout_of([], [], run_columns=True), row([], row_index=4))
    kinds = dict(zip(found.schema.names, map(str, found.schema.types), strict=True))
    assert (kinds["row_index"], kinds["corrected"], kinds["cost"], kinds["status"]) == (
        "int64",
        "bool",
        "double",
        "string",
    )
    assert found.to_pylist()[0]["row_index"] == 4


@pytest.mark.parametrize(
    ("field", "value"), [("text", 1), ("number", "n/a"), ("whole", 1.5), ("whole", 2**63), ("whole", True), ("yes", 1)]
)
def test_a_value_of_another_type_is_named_with_its_row(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"Row 9 .*“{field}”") as refused:
        table(typed(), row(["1"], {field: value}, row_index=9))
    assert refused.value.code == ErrorCode.SCHEMA_MISMATCH


def test_what_has_no_type_is_json_and_columns_have_names_of_their_own() -> None:
    layout = ExportLayout(["a", "a"], ["a", "a (2)"], ["a (2)"], run_columns=False)
    found = table(layout, row(["1", "2"], {"a (2)": [1, {"b": None}]}))
    assert found.to_pylist() == [{"a": "1", "a (2)": "2", "response.a (2)": '[1,{"b":null}]'}]


def test_dates_and_lists_have_types_too() -> None:
    fields = [
        {"name": "day", "type": "date"},
        {"name": "at", "type": "date-time"},
        {"name": "tags", "type": "list", "items": {"type": "string"}},
        {"name": "scores", "type": "list", "items": {"type": "integer"}},
        {"name": "lines", "type": "list", "items": {"type": "object", "fields": FIELDS}},
    ]
    answer = {"day": "2026-01-31", "at": "2026-01-31T12:30:00+02:00", "tags": ["a", None], "scores": [1.0], "lines": []}
    found = table(typed(fields), row(["1"], answer))
    kinds = [
        "string",
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "list<element: string>",
        "list<element: int64>",
        "string",
    ]
    assert [str(kind) for kind in found.schema.types] == kinds
    assert found.to_pylist()[0] == {
        "id#0": "1",
        "day": date(2026, 1, 31),
        "at": datetime(2026, 1, 31, 10, 30, tzinfo=UTC),
        "tags": ["a", None],
        "scores": [1],
        "lines": "[]",
    }
    joined = table(typed(fields, join=";"), row(["1"], answer)).to_pylist()[0]
    assert (joined["tags"], joined["scores"]) == ("a;", "1.0")


@pytest.mark.parametrize(("kind", "value"), [("date", "soon"), ("date-time", "2026-01-31T12:30:00"), ("list", "a")])
def test_a_date_or_list_that_is_none_is_named(kind: str, value: str) -> None:
    fields = [{"name": "x", "type": kind, "items": {"type": "string"}}]
    with pytest.raises(InvalidInput, match="“x”"):
        table(typed(fields), row(["1"], {"x": value}))


def test_many_rows_are_several_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "GROUP_ROWS", 10)
    monkeypatch.setattr(parquet_file, "BLOCK_LINES", 5)
    content = b"".join(parquet_chunks(typed(), (row([str(n)]) for n in range(25))))
    file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 25)


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidInput, match="pyarrow is not installed") as refused:
        table(typed())
    assert refused.value.code == ErrorCode.NO_LIBRARY
