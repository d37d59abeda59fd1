"""What was written in any dialect and encoding is read as it was, wherever the pieces of the file are cut."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.ingest import ReadOptions, encoding, name_columns, open_table

SPECIAL = [
    '"',
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r",
    " ",
    "'",
    "\\",
    "=",
    "é",
    "\u0301",
    "\u2028",
    "\x85",
    "\x0b",
    "😀",
    "ש",
]


@dataclass(frozen=True)
class Dialect:
    codec: str
    delimiter: str
    line_end: str
    quote_all: bool
    last_line_end: bool


def written(table: list[list[str]], dialect: Dialect) -> bytes:
    def cell(text: str) -> str:
        needed = any(mark in text for mark in (dialect.delimiter, '"', "\r", "\n")) or table[0] == [table[0][0]]
        return '"' + text.replace('"', '""') + '"' if needed or dialect.quote_all else text

    lines = dialect.line_end.join(dialect.delimiter.join(map(cell, row)) for row in table)
    return (lines + dialect.line_end * dialect.last_line_end).encode(dialect.codec)


def tables(codec: str) -> st.SearchStrategy[list[list[str]]]:
    characters = st.characters(codec=codec.removesuffix("-sig"), exclude_characters="\0\ufeff")
    special = st.sampled_from([mark for mark in SPECIAL if codec != "cp1252" or mark.isascii() or mark == "é"])
    cells = st.text(characters | special, max_size=12)
    return st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2, max_size=6)
    )


dialects = st.builds(
    Dialect,
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote_all=st.booleans(),
    last_line_end=st.booleans(),
)
cases = dialects.flatmap(lambda dialect: st.tuples(st.just(dialect), tables(dialect.codec)))


@settings(max_examples=300)
@given(case=cases, piece=st.sampled_from([1, 3, 8, 64, 256 * 1024]))
@example(case=(Dialect("utf-8", ",", "\n", False, False), [["", "'0", "0'"], ["", "'0", "0'"]]), piece=1)
@example(case=(Dialect("utf-8", ",", "\r\n", False, True), [["a", "b"], ["\r", "\n"], ["\r\n", '"']]), piece=1)
def test_what_was_written_is_read(case: tuple[Dialect, list[list[str]]], piece: int) -> None:
    dialect, table = case
    chosen = dialect.codec if dialect.codec in ("cp1252", "gb18030") else None
    # Where cells may be taken for quoted by another sign, it has to be said which one it is: that is asked for.
    doubtful = any(cell.startswith("'") for row in table for cell in row)
    quote = '"' if doubtful else None
    options = ReadOptions(encoding=chosen, delimiter=dialect.delimiter, header=1, quote=quote)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "PIECE_BYTES", piece)
        path = Path(folder, "table.csv")
        path.write_bytes(written(table, dialect))
        read = open_table(path, filename="table.csv", options=options)
        rows = list(read.rows())
    assert read.columns == name_columns(table[0])
    assert rows == table[1:]
    assert read.line_end == dialect.line_end
    assert read.row_count == len(table) - 1
    assert set(read.log.counts) <= {
        *("empty_header", "duplicate_header"),
        *("empty_row", "repeated_header", "comment_line"),
    }


words = st.text("abcdefghij0123456789 .é☃", min_size=1, max_size=8).filter(lambda text: not text.startswith(" "))


@settings(max_examples=100)
@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=2, max_size=6)
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_the_delimiter_of_plain_tables_is_found(table: list[list[str]], delimiter: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(written(table, Dialect("utf-8", delimiter, "\n", False, True)))
        read = open_table(path, filename="table.csv", options=ReadOptions(header=1))
        assert read.delimiter == delimiter
        assert list(read.rows()) == table[1:]
