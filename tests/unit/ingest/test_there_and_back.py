"""What an export writes is read as what it was made from: cells, headers and names, byte for byte."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, example, given

from experiments.export.csv_lines import csv_chunks
from experiments.export.rows import ExportLayout
from experiments.ingest import Column, ReadOptions, open_table
from tests.unit.export.rows import row
from tests.unit.ingest.test_round_trip import Dialect, cases, written


def read(path: Path, options: ReadOptions) -> tuple[tuple[Column, ...], list[list[str]], str]:
    table = open_table(path, filename="table.csv", options=options)
    return table.columns, list(table.rows()), table.line_end


def exported(columns: tuple[Column, ...], rows: list[list[str]], line_end: str) -> bytes:
    layout = ExportLayout(
        headers=[column.header for column in columns],
        names=[column.name for column in columns],
        fields=[],
        run_columns=False,
        line_end=line_end,
    )
    return b"".join(csv_chunks(layout, map(row, rows)))


@given(case=cases)
@example(case=(Dialect("utf-16", ";", "\r\n", False, True), [["a", "a", ""], ['"', ";", "\r\n"], ["\r", "\n", ""]]))
@example(case=(Dialect("utf-8-sig", ",", "\r", True, False), [["\u2028"], [""], [""]]))
@example(case=(Dialect("utf-8", "\t", "\n", False, True), [["x", "x (2)", "x"], ["=1", "007", " "]]))
def test_an_export_is_read_as_the_table_it_was_made_from(case: tuple[Dialect, list[list[str]]]) -> None:
    dialect, table = case
    assume(not table[0][0].lower().startswith(("sep=", "<", "%pdf-", "pk")))  # alone in a file they mean another thing
    chosen = dialect.codec if dialect.codec in ("cp1252", "gb18030") else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(written(table, dialect))
        first = read(path, ReadOptions(encoding=chosen, delimiter=dialect.delimiter, header=1))
        path.write_bytes(exported(*first))
        again = read(path, ReadOptions(delimiter=",", header=1))
    assert first[1] == table[1:]
    assert again[:2] == first[:2]


@pytest.mark.parametrize("content", ["a\n\n1\n\n", 'a,a,\n"1\r2",,"\n"\n', "\ufeffa;b\r\n1,5;2\r\n"])
def test_a_second_export_is_the_first_to_the_byte(tmp_path: Path, content: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode())
    once = exported(*read(path, ReadOptions()))
    path.write_bytes(once)
    assert exported(*read(path, ReadOptions(delimiter=","))) == once
