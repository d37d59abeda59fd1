"""One table of files and of what becomes of each: taken as it is, taken with a warning, or refused with its place.

The cases are those that test suites of CSV readers look at: quotes, line ends, shapes, headers, marks inside cells.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal


@dataclass(frozen=True)
class Taken:
    """`warnings`: code and line of each, in order."""

    content: str | bytes
    headers: list[str]
    rows: list[list[str]]
    warnings: list[tuple[str, int]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


AB = ["a", "b"]
TAKEN = {
    "no line end at the end": Taken("a,b\n1,2", AB, [["1", "2"]]),
    "delimiter in quotes": Taken('a,b\n"1,5",2\n', AB, [["1,5", "2"]]),
    "only quoted cells": Taken('"a","b"\n"1","2"\n', AB, [["1", "2"]]),
    "doubled quotes": Taken('a,b\n1,"ha ""ha"" ha"\n', AB, [["1", 'ha "ha" ha']]),
    "nothing but a doubled quote": Taken('a,b\n"""",""""""\n', AB, [['"', '""']]),
    "JSON in a cell": Taken('a,b\n1,"{""k"": [1, ""x,y""]}"\n', AB, [["1", '{"k": [1, "x,y"]}']]),
    "line ends in quotes": Taken('a,b\n"1\n\n2\r\n3","\n"\n', AB, [["1\n\n2\r\n3", "\n"]]),
    "a header over two lines": Taken('"a\nb",c\n1,2\n', ["a\nb", "c"], [["1", "2"]]),
    "empty cells, quoted and not": Taken(
        'a,b\n"",\n,""\n', AB, [["", ""], ["", ""]], [("empty_row", 2), ("empty_row", 3)]
    ),
    "blanks around cells": Taken("a , b\n 1 ,\t2 \n", ["a ", " b"], [[" 1 ", "\t2 "]]),
    "texts that look like values": Taken("a,b\n007,1e5\nNULL,=1+1\n", AB, [["007", "1e5"], ["NULL", "=1+1"]]),
    "comments are text": Taken("a,b\n#1,2\n", AB, [["#1", "2"]]),
    "backslashes are text": Taken('a,b\n\\,"\\n"\n', AB, [["\\", "\\n"]]),
    "apostrophes are text": Taken("a,b\n'1,2'\n", AB, [["'1", "2'"]], [("uncertain_quote", 2)]),
    "UTF-8 of every length": Taken("a,b\né€,𝄞👩‍👩‍👧\n", AB, [["é€", "𝄞👩‍👩‍👧"]]),
    "right to left": Taken("a,b\nשלום,\u202eabc\n", AB, [["שלום", "\u202eabc"]]),
    "composed and decomposed": Taken("a,b\n\u00e9,e\u0301\n", AB, [["\u00e9", "e\u0301"]]),
    "lone CR": Taken("a,b\r1,2\r", AB, [["1", "2"]]),
    "lone CR in quotes under LF": Taken('a,b\n"1\r2",3\n', AB, [["1\r2", "3"]]),
    "byte-order mark and a quoted header": Taken('\ufeff"a",b\n1,2\n', AB, [["1", "2"]]),
    "UTF-16": Taken("a\tb\r\n1\té\r\n".encode("utf-16"), AB, [["1", "é"]]),
    "sep line": Taken("sep=;\r\na;b\r\n1,5;2\r\n", AB, [["1,5", "2"]]),
    "sep line and a byte-order mark": Taken("\ufeffsep=|\na|b\n1|2\n", AB, [["1", "2"]]),
    "one column": Taken("a\n1\n2\n", ["a"], [["1"], ["2"]]),
    "one column with empty rows": Taken('a\n1\n\n""\n2\n', ["a"], [["1"], [""], [""], ["2"]]),
    "one empty column": Taken('""\n\n', [""], [[""]], [("empty_header", 1)]),
    "double headers": Taken("a,a,a\n1,2,3\n", ["a"] * 3, [["1", "2", "3"]], [("duplicate_header", 1)] * 2),
    "empty headers": Taken("a,,\n1,2,3\n", ["a", "", ""], [["1", "2", "3"]], [("empty_header", 1)] * 2),
    "blank lines above, between and below": Taken(
        "\na,b\n\n1,2\n\n", AB, [["1", "2"]], [("blank_line", 1), ("blank_line", 3), ("blank_line", 5)]
    ),
    "a quote inside a bare cell": Taken('a,b\n5" pipe,x\n', AB, [['5" pipe', "x"]], [("stray_quote", 2)]),
    "a quote behind a blank": Taken('a,b\n1, "2"\n', AB, [["1", ' "2"']], [("stray_quote", 2)]),
    "mixed line ends": Taken("a,b\n1,2\r\n3,4\n", AB, [["1", "2"], ["3", "4"]], [("mixed_line_ends", 2)]),
    "empty cells beyond the last": Taken("a,b\n1,2,,\n", AB, [["1", "2"]], [("extra_empty_cells", 2)]),
    "short rows by choice": Taken("a,b\n1\n", AB, [["1", ""]], [("short_row", 2)], {"ragged": "pad"}),
    "no header by choice": Taken("1,2\n", ["column 1", "column 2"], [["1", "2"]], options={"header": 0}),
}
REFUSED = {
    "empty": (b"", {"code": "empty_file"}),
    "only blank lines": ("\n\r\n", {"code": "empty_file"}),
    "only a header": ("a,b\n", {"code": "no_rows"}),
    "a quote that is never closed": ('a,b\n1,2\n3,"4\n5,6\n', {"code": "unterminated_quote", "line": 3, "column": 2}),
    "a header that is never closed": ('a,"b\n1,2\n', {"code": "unterminated_quote", "line": 1, "column": 2}),
    "text behind a closing quote": ('a,b\n"1"x,2\n', {"code": "text_after_quote", "line": 2, "column": 1, "char": 4}),
    "a blank behind a closing quote": ('a,b\n"1" ,2\n', {"code": "text_after_quote", "line": 2, "column": 1}),
    "a short row": ("a,b\n1,2\n3\n", {"code": "ragged_row", "line": 3, "column": 2, "found": 1, "expected": 2}),
    "a long row": ("a,b\n1,2,3\n", {"code": "ragged_row", "line": 2, "column": 3, "found": 3, "expected": 2}),
    "a long row below a cell of three lines": ('a,b\n"1\n2\n3",4\n5,6,7\n', {"code": "ragged_row", "line": 5}),
    "a long row whose first extra cell is empty": ("a,b\n1,2,,x\n", {"code": "ragged_row", "line": 2, "column": 3}),
    "NUL": ("a,b\n1,\0\n", {"code": "nul", "line": 2, "column": 2, "char": 3}),
    "a bad byte among UTF-8": ("a,b\né,ü\n".encode() + b"\xff,1\n", {"code": "bad_byte", "line": 3, "offset": 10}),
    "latin-1": ("a,b\nJosé,Orléans\n".encode("latin-1"), {"code": "encoding", "line": 2, "guess": "cp1252"}),
    "half of a UTF-16 character": ("a,b\n1,2\n".encode("utf-16") + b"\x00", {"code": "bad_byte"}),
    "a workbook": (b"PK\x03\x04....xl/workbook.xml", {"code": "not_csv"}),
    "a PDF": (b"%PDF-1.7\n", {"code": "not_csv"}),
    "gzip": (b"\x1f\x8b\x08", {"code": "not_csv"}),
    "HTML": (b"<!doctype html>\n", {"code": "not_csv"}),
}


@pytest.mark.parametrize("case", TAKEN.values(), ids=TAKEN.keys())
def test_what_is_taken_is_taken_to_the_letter_and_its_oddities_are_listed(ingest: Ingest, case: Taken) -> None:
    table, rows = ingest(case.content, **case.options)
    assert [column.header for column in table.columns] == case.headers
    assert rows == case.rows
    assert [(warning.code, warning.line) for warning in table.warnings] == case.warnings


@pytest.mark.parametrize(("content", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_refused_with_its_place(
    refusal: Refusal, content: str | bytes, place: dict[str, Any]
) -> None:
    refused = refusal(content)
    assert {"code": refused.code, **refused.extra}.items() >= place.items()
    if "line" in place:
        assert f"ine {place['line']}" in refused.detail
