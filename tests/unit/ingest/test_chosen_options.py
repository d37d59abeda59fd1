"""What each option reads: a file that cannot be read without it."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.ingest import Limits, Reject, Table
from tests.unit.ingest.conftest import Ingest, Refusal

AB = ["a", "b"]
MANY = 100_001
"""Of lines in a cell: read again with each further one, they would take hours."""


def headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


READ: dict[str, tuple[str, dict[str, Any], list[str], list[list[str]]]] = {
    "header in line n": ("Report\n\na;b\n1;2\n", {"header": 3}, AB, [["1", "2"]]),
    "header below a broken quote": ('He said "\n"a\na,b\n1,2\n', {"header": 3}, AB, [["1", "2"]]),
    "header below lines of CR": ("x\ry\ra,b\r1,2\r", {"header": 3}, AB, [["1", "2"]]),
    "header below a sep line": ("sep=;\nTitle\na;b\n1,5;2\n", {"header": 3}, AB, [["1,5", "2"]]),
    "no header": ("1,2\n3,4\n", {"header": 0}, ["column 1", "column 2"], [["1", "2"], ["3", "4"]]),
    "header of two rows": ("a,,c\nx,y,\n1,2,3\n", {"header_rows": 2}, ["a x", "y", "c"], [["1", "2", "3"]]),
    "header of three in line 2": (
        "T\na,b\n ,\nx,y\n1,2\n",
        {"header": 2, "header_rows": 3},
        ["a x", "b y"],
        [["1", "2"]],
    ),
    "comments": ("# x\na;b\n# 1;2;3\n1;2\n#", {"comment": "#"}, AB, [["1", "2"]]),
    "comments of two signs": ("a,b\n// 1,2\n/,2\n", {"comment": "//"}, AB, [["/", "2"]]),
    "a comment sign inside a quoted cell": ('a,b\n1,"x\n# y"\n', {"comment": "#"}, AB, [["1", "x\n# y"]]),
    "no quotes": (
        'a\tb\n1\t"Twelve" mails\n2\t"open\n',
        {"quote": "none"},
        AB,
        [["1", '"Twelve" mails'], ["2", '"open']],
    ),
    "another quote": ("a,b\n'x, y','it''s'\n", {"quote": "'"}, AB, [["x, y", "it's"]]),
    "another quote over two lines": ("a,b\n'x\ny',\"\n", {"quote": "'"}, AB, [["x\ny", '"']]),
    "escape by backslash": (
        'a,b\n1,"He: \\"now, ok\\""\n',
        {"escape": "\\"},
        AB,
        [["1", 'He: "now, ok"']],
    ),
    "escape without quotes": ("a,b\n1\\,5,x\\\\\n", {"escape": "\\", "quote": "none"}, AB, [["1,5", "x\\"]]),
    "escape at the end of a quoted cell": ('a,b\n"x\\\\","y\\"\n"\n', {"escape": "\\"}, AB, [["x\\", 'y"\n']]),
    "an escaped line end": ("a,b\n1,x\\\ny\n", {"escape": "\\"}, AB, [["1", "x\ny"]]),
    "very many escaped line ends": (
        "a,b\n1," + "x\\\n" * MANY + "y\n3,4\n",
        {"escape": "\\"},
        AB,
        [["1", "x\n" * MANY + "y"], ["3", "4"]],
    ),
    "very many lines in quotes": (
        'a,b\n1,"' + "x\n" * MANY + '"\n3,4\n',
        {"escape": "\\"},
        AB,
        [["1", "x\n" * MANY], ["3", "4"]],
    ),
    "doubled quotes beside escapes": ('a,b\n1,"a ""b"""\n', {"escape": "\\"}, AB, [["1", 'a "b"']]),
    "trim": ('a, b\n1, "x, y"\n 2 , "z" \n', {"trim": True}, AB, [["1", "x, y"], ["2 ", "z"]]),
    "trim with tabs": ('a\tb\n1\t "x\ty"\n', {"trim": True, "delimiter": "tab"}, AB, [["1", "x\ty"]]),
    "trim keeps blanks inside quotes": ('a,b\n" 1 ", " x"\n', {"trim": True}, AB, [[" 1 ", " x"]]),
    "any delimiter": ("a~b\n1,5~2\n", {"delimiter": "~"}, AB, [["1,5", "2"]]),
    "a control character": ("a\x01b\n1\x012\n", {"delimiter": "\x01"}, AB, [["1", "2"]]),
    "no delimiter": ("a\nHello, you\nBye; now\n", {"delimiter": "none"}, ["a"], [["Hello, you"], ["Bye; now"]]),
    "no delimiter but quotes": ('a\n"x, ""y""\nz"\n', {"delimiter": "none"}, ["a"], [['x, "y"\nz']]),
    "row names": ("b,c\nr1,2,3\n", {"row_names": True}, ["", "b", "c"], [["r1", "2", "3"]]),
}


@pytest.mark.parametrize(("content", "options", "names", "expected"), READ.values(), ids=READ.keys())
def test_with_the_option_it_is_read(
    ingest: Ingest, content: str, options: dict[str, Any], names: list[str], expected: list[list[str]]
) -> None:
    table, rows = ingest(content, **options)
    if options.get("header") != 0:
        assert headers(table) == names
    assert rows == expected
    again, same = ingest(content, **table.options)
    assert (again.columns, again.options, same) == (table.columns, table.options, rows)


def test_the_column_of_row_names_is_called_by_its_number(ingest: Ingest) -> None:
    table, _ = ingest("subject,score,note\nr1,Refund,5,a\n", row_names=True)
    assert [column.name for column in table.columns] == ["column 1", "subject", "score", "note"]


def test_a_table_of_one_column_has_no_delimiter(ingest: Ingest) -> None:
    table, _ = ingest("a\nx, y\n", delimiter="none")
    assert (table.delimiter, table.options["delimiter"]) == (None, "none")


def test_lines_are_those_of_the_file_whatever_stands_above(refusal: Refusal) -> None:
    assert refusal("x\n\na,b\n1,2\n3\n", header=3).extra["line"] == 5
    assert refusal("# x\na,b\n# y\n'1\n1',2\n3\n", comment="#", quote="'").extra["line"] == 6


@pytest.mark.parametrize(("line", "why"), [(9, "not there"), (2, "blank")])
def test_a_header_in_a_line_that_has_none_is_refused(ingest: Ingest, line: int, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        ingest("a,b\n  \n1,2\n", header=line)
    assert refused.value.attr == "header"


@pytest.mark.parametrize(("attr", "sign"), [("quote", ";"), ("escape", ";"), ("comment", ";x")])
def test_a_sign_cannot_be_the_delimiter_too(ingest: Ingest, attr: str, sign: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ingest("a;b\n1;2\n", delimiter=";", **{attr: sign})
    assert refused.value.attr == attr


LEFT_OUT = {
    "a long row": ("1,2\n3,4,5\n6,7\n", [(3, "3,4,5")], [["1", "2"], ["6", "7"]]),
    "a short row": ("1,2\n3\n6,7\n", [(3, "3")], [["1", "2"], ["6", "7"]]),
    "text behind a quote": ('1,2\n"3"x,4\n6,7\n', [(3, '"3"x,4')], [["1", "2"], ["6", "7"]]),
    "a quote that is never closed": ('1,2\n"3,4\n6,7\n', [(3, '"3,4')], [["1", "2"], ["6", "7"]]),
    "a quote before very many good rows": (
        '1,2\n"3,4\n' + "5,6\n" * MANY + '"7",8\n',
        [(3, '"3,4')],
        [["1", "2"], *([["5", "6"]] * MANY), ["7", "8"]],
    ),
    "one before a good one": ('1,2\n"3,4\n6,"7"\n8,9\n', [(3, '"3,4')], [["1", "2"], ["6", "7"], ["8", "9"]]),
    "text behind a quote lines below": ('"1\n2"x,2\n6,7\n', [(2, '"1\n2"x,2')], [["6", "7"]]),
    "a long row of two lines": ('1,"2\n",3\n6,7\n', [(2, '1,"2\n",3')], [["6", "7"]]),
    "NUL": ("1,2\n\0,4\n6,7\n", [(3, "\0,4")], [["1", "2"], ["6", "7"]]),
    "no end of line": ("1,2\n3", [(3, "3")], [["1", "2"]]),
    "several": ("1\n2\n3,4\n5\n", [(2, "1"), (3, "2"), (5, "5")], [["3", "4"]]),
}


@pytest.mark.parametrize(("content", "left_out", "expected"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_rows_that_cannot_be_read_are_left_out_and_given_with_line_and_text(
    ingest: Ingest, content: str, left_out: list[tuple[int, str]], expected: list[list[str]]
) -> None:
    table, rows = ingest(f"a,b\n{content}", ragged="skip")
    assert rows == expected
    assert table.reject_count == len(left_out)
    rejects: list[Reject] = []
    table.on_reject = rejects.append
    assert (list(table.rows()), table.reject_count) == (rows, len(left_out))
    assert [(reject.line, reject.text) for reject in rejects] == left_out
    assert all(f"ine {reject.line}" in reject.reason or "\n" in reject.text for reject in rejects)


def test_a_file_of_unreadable_rows_alone_has_no_rows(refusal: Refusal) -> None:
    assert refusal("a,b\n1\n2\n", ragged="skip").code == "no_rows"


def test_limits_are_kept_where_rows_are_left_out(refusal: Refusal) -> None:
    limits = Limits(max_rows=1, max_columns=3, max_cell_chars=10, max_row_chars=20)
    assert refusal("a,b\n1,2\n3\n4,5\n", ragged="skip", limits=limits).code == "too_many_rows"
    assert refusal("a,b\n1," + "x" * 30 + "\n", ragged="skip", limits=limits).code == "row_too_large"
