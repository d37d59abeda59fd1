"""Whoever reads an export finds the same table: we ourselves with no option, Python's `csv`, and DuckDB."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.core.choices import ErrorCode
from experiments.export.csv_lines import csv_chunks
from experiments.export.rows import ExportLayout
from experiments.ingest import ReadOptions, RejectedFile, open_table
from tests.unit.export.rows import layout_of, read, row

ASKED = (ErrorCode.UNCERTAIN_DELIMITER, ErrorCode.UNCERTAIN_HEADER, ErrorCode.UNCERTAIN_QUOTE)
PARTS = [
    *(",", ";", "\t", "|", "~", "^", ":", " ", "  ", "#", "//", "--", "%", "!", "sep=", '"', '""', "'", "\\", '\\"'),
    *("\n", "\r", "\r\n", "\x01", "\x1f", "=1+1", "-5", "1", "2.5", "1,5", "2024-01-02", "a", "b c", "é", "NULL"),
    *("\ufeff", "<b>", "{", "[1]", "%PDF-", "PK\x03\x04", "\u2028", "\x85", "\x0b", "日本", "🙂"),
]
CELLS = st.lists(st.sampled_from(PARTS), max_size=4).map("".join)
LAYOUTS = st.fixed_dictionaries(
    {
        "line_end": st.sampled_from(["\n", "\r\n"]),
        "delimiter": st.sampled_from([",", ",", ";", "\t", "|"]),
        "run_columns": st.booleans(),
    }
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=6)
)


@pytest.fixture(scope="module")
def duck() -> Iterator[Any]:
    with duckdb.connect() as connection:
        yield connection


def with_duckdb(duck: Any, path: Path, layout: ExportLayout) -> list[list[str]]:
    columns = {f"c{number}": "VARCHAR" for number in range(layout.width)}
    found = duck.execute(
        "SELECT * FROM read_csv(?, auto_detect = false, header = false, columns = ?, delim = ?, quote = '\"', "
        "escape = '\"', nullstr = '\x02', new_line = ?)",
        [str(path), columns, layout.delimiter, repr(layout.line_end)[1:-1]],
    )
    return [[cell or "" for cell in line] for line in found.fetchall()]


@settings(deadline=None)
@given(table=TABLES, options=LAYOUTS)
def test_every_reader_finds_the_same_cells(duck: Any, table: list[list[str]], options: dict[str, Any]) -> None:
    layout = layout_of(table[0], **options)
    content = b"".join(csv_chunks(layout, map(row, table[1:])))
    width = len(table[0])
    assert [line[:width] for line in read(content.decode(), layout.delimiter)] == table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        assert [line[:width] for line in with_duckdb(duck, path, layout)] == table
        try:
            found = open_table(path, filename=path.name)
            rows = list(found.rows())
        except RejectedFile as refused:
            # It asks rather than be wrong: for the delimiter, or whether this is the header.
            if refused.code not in ASKED:
                raise
            found = open_table(path, filename=path.name, options=ReadOptions(delimiter=layout.delimiter, header=1))
            rows = list(found.rows())
    assert [column.header for column in found.columns][:width] == table[0]
    assert [line[:width] for line in rows] == table[1:]
