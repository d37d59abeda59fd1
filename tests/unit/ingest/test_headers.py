import pytest

from experiments.ingest import name_columns
from tests.unit.ingest.conftest import Ingest


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a (2)", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a", "a (2)"], ["a", "a (3)", "a (2)"]),
        (["a (2)", "a (2)"], ["a (2)", "a (2) (2)"]),
        (["a", "b", ""], ["a", "b", "column 3"]),
        (["", " ", ""], ["column 1", "column 2", "column 3"]),
        (["", "column 1"], ["column 1 (2)", "column 1"]),
        (["A", "a"], ["A", "a"]),
    ],
)
def test_names_are_unique_and_headers_are_kept(headers: list[str], names: list[str]) -> None:
    columns = name_columns(headers)
    assert [column.name for column in columns] == names
    assert [column.header for column in columns] == headers


def test_ten_thousand_equal_headers_are_named() -> None:
    names = {column.name for column in name_columns(["a"] * 10_000)}
    assert len(names) == 10_000
    assert "a (10000)" in names


@pytest.mark.parametrize(
    "header",
    [
        "items",
        "keys",
        "row",
        "__class__",
        "{{x}}",
        "{% raw %}",
        "📦",
        "كمية",
        " padded ",
        "x\ny",
        'say "hi"',
        "a.b",
        "<b>x</b>",
    ],
)
def test_odd_headers_are_headers(ingest: Ingest, header: str) -> None:
    quoted = '"' + header.replace('"', '""') + '"'
    table, rows = ingest(f"{quoted},b\n1,2\n")
    assert (table.columns[0].name, table.columns[0].header) == (header, header)
    assert rows == [["1", "2"]]


def test_double_and_empty_headers_are_listed(ingest: Ingest) -> None:
    table, _ = ingest("a,,a\n1,2,3\n")
    assert [(warning.code, warning.line) for warning in table.warnings] == [
        ("empty_header", 1),
        ("duplicate_header", 1),
    ]
    assert "a (2)" in table.warnings[1].detail


def test_plain_headers_are_not(ingest: Ingest) -> None:
    assert ingest("a,b\n1,2\n")[0].warnings == []
