"""CSV by RFC 4180: quotes where they are needed, one line end, and every cell comes back as it was."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.export.csv_lines import csv_chunks
from experiments.export.rows import ExportRow
from tests.unit.export.rows import layout_of, read, row, written

LINE_ENDS = pytest.mark.parametrize("line_end", ["\n", "\r\n"])


@LINE_ENDS
def test_a_line_is_written_to_the_byte(line_end: str) -> None:
    layout = layout_of(["Name", "Order no"], ["tone"], run_columns=True, line_end=line_end)
    header = "Name,Order no,tone,run_trace_id,status,elapsed_ms,attempts,error_code,error_message,row_index,corrected"
    header += ",input_tokens,output_tokens,cost,version"
    line = '"Ann, B.",007,"say ""hi""",t1,succeeded,412,1,,,0,false,120,8,0.0000042,3'
    used = {"input_tokens": 120, "output_tokens": 8, "cost": Decimal("0.000004200000")}
    text = written(layout, row(["Ann, B.", "007"], {"tone": 'say "hi"'}, **used))
    assert text == header + line_end + line + line_end


def test_a_file_with_lone_carriage_returns_is_written_with_newlines() -> None:
    assert written(layout_of(["a", "b"], line_end="\r"), row(["1", "2"])) == "a,b\n1,2\n"


@LINE_ENDS
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a\rb", '"a\rb"'),
        ("a\nb", '"a\nb"'),
        ("a\r\nb", '"a\r\nb"'),
        ("\r", '"\r"'),
        ('"', '""""'),
        (" x ", " x "),
        ("it's 5 %: a-b / c & d", "it's 5 %: a-b / c & d"),
        ("a;b", '"a;b"'),
        ("a\tb", '"a\tb"'),
        ("a|b", '"a|b"'),
        ("a~b", '"a~b"'),
        ("a^b", '"a^b"'),
        ("a\x01b", '"a\x01b"'),
        ("# a", '"# a"'),
        ("=1+1", "=1+1"),
        ("\u2028\u0085", "\u2028\u0085"),
        ("\ufeffx", "\ufeffx"),
        ("🙂é", "🙂é"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(cell: str, text: str, line_end: str) -> None:
    assert written(layout_of(["a", "b"], line_end=line_end), row([cell, ""])) == f"a,b{line_end}{text},{line_end}"


def test_another_delimiter_divides_and_the_comma_is_quoted_all_the_same() -> None:
    layout = layout_of(["a", "b"], ["x"], delimiter=";")
    assert written(layout, row(["1;2", "1,5"], {"x": [1, 2]})) == 'a;b;x\n"1;2";"1,5";"[1,2]"\n'


@pytest.mark.parametrize("name", ["#a", "1,5", "7", "", "sep=", "<b>", " a", "a b|", "PK\x03", "%PDF-", "[x]", "a;b"])
def test_where_one_header_may_be_taken_for_something_else_all_have_quotes(name: str) -> None:
    assert written(layout_of([name, "Order no"])) == f'"{name}","Order no"\n'


def test_plain_headers_have_no_quotes() -> None:
    assert written(layout_of(["Größe", "Order no", "a_1"])) == "Größe,Order no,a_1\n"


def test_a_file_of_one_column_has_quotes_around_every_cell() -> None:
    assert written(layout_of(["a"]), row([""]), row(["x"])) == '"a"\n""\n"x"\n'
    assert written(layout_of([""]), row([""])) == '""\n""\n'
    assert written(layout_of(["a", "b"]), row(["", ""])) == "a,b\n,\n"


@pytest.mark.parametrize("header", ["\ufeffa", "\ufeff", '\ufeff"', "\ufeffa,b"])
def test_a_first_header_is_not_taken_for_a_byte_order_mark(header: str) -> None:
    text = written(layout_of([header, "b"]), row(["1", "2"]))
    assert text.startswith('"')
    assert read(text) == [[header, "b"], ["1", "2"]]


CELLS = st.text(
    st.one_of(st.sampled_from("\",;\r\n\t =+-@'\ufeff"), st.characters(exclude_categories=["Cs"])), max_size=6
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(table=TABLES, line_end=st.sampled_from(["\n", "\r\n"]))
def test_every_table_is_read_back_as_it_was(table: list[list[str]], line_end: str) -> None:
    table = [[cell.replace("\0", "") for cell in line] for line in table]
    text = written(layout_of(table[0], line_end=line_end), *map(row, table[1:]))
    assert read(text) == table
    assert text.endswith(line_end)


def test_large_tables_come_in_pieces_of_whole_lines() -> None:
    rows = [row(["x" * 1000, str(number)]) for number in range(300)]
    pieces = list(csv_chunks(layout_of(["a", "b"]), rows))
    assert len(pieces) > 2
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert len(read(b"".join(pieces).decode())) == 301


def test_a_very_large_cell_is_written_whole() -> None:
    assert read(written(layout_of(["a"]), row(["é" * 10_000_000])))[1] == ["é" * 10_000_000]


def test_rows_are_taken_one_by_one_and_an_error_among_them_comes_through() -> None:
    def rows() -> Iterator[ExportRow]:
        yield row(["1"])
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        list(csv_chunks(layout_of(["a"]), rows()))


def test_without_rows_there_is_the_header() -> None:
    assert written(layout_of(["a", "b"], ["c"])) == "a,b,c\n"
