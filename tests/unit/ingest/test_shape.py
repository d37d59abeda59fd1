import pytest

from experiments.core.errors import InvalidInput, Part
from experiments.ingest import ReadOptions
from tests.unit.ingest.conftest import Ingest, Refusal, place


@pytest.mark.parametrize(
    "cell",
    ["007", "1e5", "NULL", " x ", "=1+1", "true", "1,5", "2024-01-01", "-", "👩‍👩‍👧", "שלום", "N/A", "\t", "'", "\\n"],
)
def test_cells_stay_text_as_they_are(ingest: Ingest, cell: str) -> None:
    assert ingest(f"a;b\n{cell};{cell}\n", delimiter=";")[1] == [[cell, cell]]


@pytest.mark.parametrize(("row", "column"), [("1", 2), ("1,2,3", 3), ('"1\n1"', 2)])
def test_a_row_of_another_length_is_refused_with_its_line(refusal: Refusal, row: str, column: int) -> None:
    refused = refusal(f"a,b\n1,2\n{row}\n5,6\n")
    assert refused.code == "ragged_row"
    found = 3 if column == 3 else 1
    assert place(refused) == {"line": 3, "column": column, "found": found, "expected": 2}
    assert refused.part == Part(line=3, column=column)


def test_short_rows_are_filled_where_that_was_chosen(ingest: Ingest) -> None:
    table, rows = ingest("a,b,c\n1\n2,3\n4,5,6\n", ragged="pad")
    assert rows == [["1", "", ""], ["2", "3", ""], ["4", "5", "6"]]
    assert table.log.counts == {"short_row": 2}
    assert [warning.line for warning in table.warnings] == [2, 3]


def test_long_rows_are_refused_even_then(refusal: Refusal) -> None:
    assert refusal("a,b\n1,2,3\n", ragged="pad").code == "ragged_row"


def test_extra_cells_that_are_empty_in_nearly_all_rows_are_left_out_and_listed(ingest: Ingest) -> None:
    table, rows = ingest('a,b\n1,2,\n3,4,""\n')
    assert rows == [["1", "2"], ["3", "4"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [
        ("extra_empty_cells", 2),
        ("extra_empty_cells", 3),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",Jacket,7,", "one cell more than the others"),
        ("Jacket,7,,,", "more than the others"),
        ("1,", "as many as columns, and perhaps the wrong ones"),
        ('1",2,', "a quote that does not belong there"),
    ],
)
def test_an_empty_cell_too_many_in_one_row_is_refused(refusal: Refusal, row: str, why: str) -> None:
    refused = refusal("a,b\n" + "1,2,\n" * 20 + f"{row}\n" + "1,2,\n" * 20)
    assert (refused.code, refused.extra["line"]) == ("ragged_row", 22), why


def test_empty_cells_beyond_the_last_column_of_one_row_of_many_are_refused(refusal: Refusal) -> None:
    refused = refusal("date,name,price,note\n2024-03-01,Boots,5,\n2024-03-02,,Jacket,7,\n2024-03-03,Hat,3,\n")
    assert (refused.code, refused.extra["line"]) == ("ragged_row", 3)


def test_where_all_have_an_empty_cell_more_a_row_without_is_taken_if_it_is_full(ingest: Ingest) -> None:
    assert ingest("a,b\n" + "1,2,\n" * 20 + "3,4\n")[1][-1] == ["3", "4"]


def test_an_unknown_choice_for_ragged_rows_is_refused() -> None:
    with pytest.raises(InvalidInput):
        ReadOptions(ragged="guess")  # type: ignore[arg-type]


def test_blank_lines_are_left_out_and_listed(ingest: Ingest) -> None:
    table, rows = ingest("\na,b\n\n1,2\n\r\n3,4\n\n")
    assert rows == [["1", "2"], ["3", "4"]]
    assert [warning.line for warning in table.warnings if warning.code == "blank_line"] == [1, 3, 5, 7]
    assert table.log.counts["blank_line"] == 4


def test_rows_of_empty_cells_are_rows_and_listed(ingest: Ingest) -> None:
    table, rows = ingest('a,b\n,\n"",""\n')
    assert rows == [["", ""], ["", ""]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("empty_row", 2), ("empty_row", 3)]


def test_a_row_that_repeats_the_header_is_listed(ingest: Ingest) -> None:
    table, rows = ingest("a,b\n1,2\na,b\n3,4\n")
    assert rows == [["1", "2"], ["a", "b"], ["3", "4"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("repeated_header", 3)]


def test_a_row_that_looks_like_a_comment_is_listed_where_the_others_do_not(ingest: Ingest) -> None:
    table, _ = ingest("a,b\n1,2\n# x,y\n3,4\n")
    assert [(warning.code, warning.line) for warning in table.warnings] == [("comment_line", 3)]
    assert ingest("a,b\n#1,2\n#2,3\n4,5\n")[0].warnings == []


def test_a_line_of_white_space_is_a_blank_line_in_a_table_of_several_columns(ingest: Ingest) -> None:
    table, rows = ingest(" \na,b\n \t\n1,2\n   ", ragged="pad")
    assert rows == [["1", "2"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("blank_line", line) for line in (1, 3, 5)]


def test_a_line_of_white_space_is_a_row_in_a_table_of_one_column(ingest: Ingest) -> None:
    assert ingest("a\n  \nb\n")[1] == [["  "], ["b"]]


def test_blank_lines_of_one_column_are_rows_but_the_last_line_end_is_not(ingest: Ingest) -> None:
    table, rows = ingest('a\n\nx\n""\n\n')
    assert rows == [[""], ["x"], [""], [""]]
    assert table.warnings == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_file"),
        ("\ufeff", "empty_file"),
        ("\n\r\n\n", "empty_file"),
        ("a,b\n", "no_rows"),
        ("a,b\n\n\n", "no_rows"),
    ],
)
def test_a_file_without_rows_is_refused(refusal: Refusal, content: str, code: str) -> None:
    assert refusal(content).code == code


def test_without_a_header_the_first_line_is_a_row(ingest: Ingest) -> None:
    table, rows = ingest("1,2\n3,4\n", header=0)
    assert [(column.name, column.header) for column in table.columns] == [("column 1",) * 2, ("column 2",) * 2]
    assert rows == [["1", "2"], ["3", "4"]]


def test_a_single_line_without_a_header_is_enough(ingest: Ingest) -> None:
    assert ingest("x", header=0)[1] == [["x"]]


def test_rows_can_be_read_again_with_the_same_warnings(ingest: Ingest) -> None:
    table, rows = ingest("a,b\n1,2,\n3,4,\n")
    warnings = table.warnings
    assert list(table.rows()) == rows
    assert table.warnings == warnings
    assert table.row_count == 2
