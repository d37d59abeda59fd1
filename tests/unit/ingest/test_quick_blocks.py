"""Files as most are, are read in whole blocks; where something is unusual, only what is around it is read carefully."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.ingest import ReadOptions, Table, encoding, open_table, quick, records

ROWS = 500
USUAL: dict[str, tuple[str, Callable[[int], str], str]] = {
    "plain": ("a,b\n", lambda n: f"{n},text\n", "utf-8"),
    "CRLF": ("a,b\r\n", lambda n: f"{n},text\r\n", "utf-8"),
    "CR": ("a,b\r", lambda n: f"{n},text\r", "utf-8"),
    "semicolons": ("a;b\n", lambda n: f"{n};1,5\n", "utf-8"),
    "one column": ("a\n", lambda n: f"{n}\n", "utf-8"),
    "empty cells": ("a,b,c\n", lambda n: ',,"x"\n', "utf-8"),
    "all in quotes": ('"a","b"\n', lambda n: f'"{n}","text"\n', "utf-8"),
    "delimiters in quotes": ("a,b\n", lambda n: f'{n},"x, y"\n', "utf-8"),
    "doubled quotes": ("a,b\n", lambda n: f'{n},"the ""{n}"""\n', "utf-8"),
    "nothing but doubled quotes": ("a,b\n", lambda n: '"""",""""""\n', "utf-8"),
    "line ends in quotes": ("a,b\n", lambda n: f'{n},"x\n\ny"\n', "utf-8"),
    "LF in quotes under CRLF": ("a,b\r\n", lambda n: f'{n},"x\ny"\r\n', "utf-8"),
    "long cells over many lines": ("a,b\n", lambda n: f'{n},"' + "x\n" * 400 + '"\n', "utf-8"),
    "beyond ASCII": ("a,b\n", lambda n: f'{n},"é☃😀"\n', "utf-8"),
    "byte-order mark": ('"a",b\n', lambda n: f"{n},é\n", "utf-8-sig"),
    "UTF-16": ("a\tb\r\n", lambda n: f'{n}\t"é"\r\n', "utf-16"),
    "sep line": ("sep=;\r\na;b\r\n", lambda n: f"{n};x\r\n", "utf-8"),
    "blank lines above": ("\n\na,b\n", lambda n: f'{n},"x"\n', "utf-8"),
    "marks of our own": ("a,b\n", lambda n: f'{n},"\x1f\x1e\x1d"\n', "utf-8"),
}
UNUSUAL = {
    "a stray quote": ('1,5" pipe\n', "stray_quote"),
    "another line end": ("1,2\r\n", "mixed_line_ends"),
    "a blank line": ("\n", "blank_line"),
    "empty cells alone": (",\n", "empty_row"),
    "the header again": ("a,b\n", "repeated_header"),
    "a comment": ("# x,y\n", "comment_line"),
}


class Counted:
    """Reads contents, and counts the rows that come from quick blocks meanwhile."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = path
        self.rows = 0
        block_of = records.block_of

        def counting(*args: Any, **kwargs: Any) -> quick.Block | None:
            block = block_of(*args, **kwargs)
            self.rows += len(block.records) if block else 0
            return block

        monkeypatch.setattr(records, "block_of", counting)

    def read(self, content: bytes, options: ReadOptions | None = None) -> tuple[Table, list[list[str]]]:
        self._path.write_bytes(content)
        table = open_table(self._path, filename="x.csv", options=options or ReadOptions())
        self.rows = 0
        return table, list(table.rows())


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(tmp_path / "stored", monkeypatch)


@pytest.mark.parametrize("piece", [1000, 10**6])
@pytest.mark.parametrize("name", USUAL)
def test_every_row_of_a_usual_file_is_read_quickly(
    counted: Counted, monkeypatch: pytest.MonkeyPatch, name: str, piece: int
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", piece)
    head, row, codec = USUAL[name]
    table, rows = counted.read((head + "".join(map(row, range(ROWS)))).encode(codec))
    assert len(rows) == counted.rows == ROWS
    assert {warning.code for warning in table.warnings} <= {"blank_line"}


@pytest.mark.parametrize("name", UNUSUAL)
def test_only_the_block_of_an_unusual_row_is_read_carefully(
    counted: Counted, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", 1000)
    line, code = UNUSUAL[name]
    usual = [f'{number},"x, y"\n' for number in range(ROWS)]
    table, rows = counted.read("".join(["a,b\n", *usual[:250], line, *usual[250:]]).encode())
    assert [row for row in rows if row[1] == "x, y"] == [[str(number), "x, y"] for number in range(ROWS)]
    assert [(warning.code, warning.line) for warning in table.warnings] == [(code, 252)]
    in_a_block = 1000 // len(usual[250])
    assert ROWS - 2 * in_a_block < counted.rows < ROWS


@dataclass(frozen=True, slots=True)
class LaterOptions(ReadOptions):
    """With an option that the quick reader has not heard of."""

    later: str | None = None


@pytest.mark.parametrize(("later", "quick_rows"), [(None, 2), ("#", 0)])
def test_an_option_that_is_not_known_is_left_to_the_careful_reader(
    counted: Counted, later: str | None, quick_rows: int
) -> None:
    _, rows = counted.read(b"a,b\n1,2\n3,4\n", LaterOptions(later=later))
    assert rows == [["1", "2"], ["3", "4"]]
    assert counted.rows == quick_rows
