import pytest

from experiments.core.errors import InvalidInput
from tests.unit.ingest.conftest import Ingest, Refusal


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(ingest: Ingest, delimiter: str) -> None:
    table, rows = ingest(f"id{delimiter}note\n1{delimiter}x\n2{delimiter}y\n")
    assert table.delimiter == delimiter
    assert rows == [["1", "x"], ["2", "y"]]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("date;amount\n2024;1,5\n2025;2,5\n", ";"),
        ('name;note\nx;"a, b, c"\ny;d, e\n', ";"),
        ('a,b\n"x;y;z",1\n"p;q",2\n', ","),
        ("id\ttitle, long\n1\tone\n2\ttwo, or more\n", "\t"),
        ("name, first;age\nDoe, Jo;5\nRoe, Al;6\n", ";"),
        ('a,b\n"1\n2;3\n4;5",x\n', ","),
        ("a|b\n1|2,3\n", "|"),
    ],
)
def test_other_marks_inside_the_cells_do_not_mislead(ingest: Ingest, content: str, delimiter: str) -> None:
    assert ingest(content)[0].delimiter == delimiter


def test_one_column_needs_no_delimiter(ingest: Ingest) -> None:
    table, rows = ingest("note\nhello\nworld\n")
    assert len(table.columns) == 1
    assert rows == [["hello"], ["world"]]


def test_a_chosen_delimiter_wins(ingest: Ingest) -> None:
    table, rows = ingest("a,b;c\n1,2;3\n", delimiter=";")
    assert [column.name for column in table.columns] == ["a,b", "c"]
    assert rows == [["1,2", "3"]]


@pytest.mark.parametrize("chosen", ["tab", "\\t", "\t"])
def test_the_tab_can_be_named(ingest: Ingest, chosen: str) -> None:
    assert ingest("a\tb\n1\t2\n", delimiter=chosen)[1] == [["1", "2"]]


@pytest.mark.parametrize("chosen", ["::", '"', "\n", "\0"])
def test_what_cannot_be_a_delimiter_is_refused(ingest: Ingest, chosen: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ingest("a,b\n1,2\n", delimiter=chosen)
    assert refused.value.attr == "delimiter"


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_a_sep_line_is_used_and_left_out(ingest: Ingest, first: str) -> None:
    table, rows = ingest(f"{first}a;b\n1,5;2\n")
    assert table.delimiter == ";"
    assert [column.header for column in table.columns] == ["a", "b"]
    assert rows == [["1,5", "2"]]


def test_a_sep_line_in_quotes_that_divides_nothing_below_is_the_header_and_is_said(ingest: Ingest) -> None:
    table, rows = ingest('"sep=;"\n"a"\n"b;c"\n')
    assert [column.header for column in table.columns] == ["sep=;"]
    assert rows == [["a"], ["b;c"]]
    assert [str(warning.code) for warning in table.warnings] == ["uncertain_header"]


def test_quotes_stand_beside_the_delimiter(ingest: Ingest) -> None:
    table, rows = ingest('a," x;y"\nb," z;v"\nc," u;w"\n')
    assert table.delimiter == ","
    assert rows == [["b", " z;v"], ["c", " u;w"]]


def test_a_sep_line_counts_as_a_line(refusal: Refusal) -> None:
    assert refusal("sep=;\na;b\n1\n").extra["line"] == 3


def test_a_header_that_begins_like_a_sep_line_is_a_header(ingest: Ingest) -> None:
    assert [column.header for column in ingest("sep=x,b\n1,2\n")[0].columns] == ["sep=x", "b"]


def test_a_title_above_the_header_is_refused_where_the_columns_begin(refusal: Refusal) -> None:
    refused = refusal("Report\na;b;c\n1;2;3\n4;5;6\n")
    assert (refused.code, refused.extra["line"]) == ("ragged_row", 2)
    assert refused.detail.endswith("You can choose: the header is in line 2.")
