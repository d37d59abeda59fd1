"""The options that a file was read with, which a manifest has, read it the same way again."""

import gzip
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from experiments.ingest import Limits, ReadOptions, Table, open_table

LIMITS = Limits(max_bytes=10**6, max_rows=100, max_columns=10, max_cell_chars=1000)
FILES = {
    "marked.csv": (b'\xef\xbb\xbfid;t\r\n1;"a;b"\r\n', {}),
    "wide.csv": ("id,t\n1,é\n".encode("utf-16"), {}),
    "quotes.tsv": (b'id\tt\n1\t"x\n2\ty\n', {"quote": "none"}),
    "lines.jsonl": (b'{"a":1,"b":"x"}\n{"a":2,"b":null}\n', {}),
    "array.json": (b'[{"a":1,"b":"x"},{"a":2,"b":null}]', {}),
    "packed.csv.gz": (gzip.compress(b"a,b\n1,2\n3,4\n"), {}),
    "above.csv": (b"Report\n\n# x\na;b\n1; 2\n3\n", {"header": 4, "comment": "#", "trim": True, "ragged": "pad"}),
    "none.csv": (b"1,2\n3,4\n", {"header": 0}),
}


def read(path: Path, options: dict[str, Any]) -> tuple[Table, list[list[str]]]:
    table = open_table(path, filename=path.name, options=ReadOptions(**options), limits=LIMITS)
    return table, list(table.rows())


def assert_same_again(path: Path, options: dict[str, Any]) -> None:
    first, rows = read(path, options)
    again, same = read(path, dict(first.options))
    assert rows
    assert same == rows
    assert again.columns == first.columns
    assert (again.encoding, again.delimiter, again.options) == (first.encoding, first.delimiter, first.options)


@pytest.mark.parametrize("name", FILES)
def test_a_file(tmp_path: Path, name: str) -> None:
    content, options = FILES[name]
    (tmp_path / name).write_bytes(content)
    assert_same_again(tmp_path / name, options)


def test_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("One", "Two"):
            sheet = book.add_worksheet(name)
            sheet.write_row(1, 1, ["a", name])
            sheet.write_row(2, 1, [1, "x"])
    assert_same_again(path, {"sheet": "Two", "range": "B2:C3"})
