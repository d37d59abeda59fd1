import pytest

from experiments.core.errors import TooLarge
from experiments.ingest import Limits
from tests.unit.ingest.conftest import Ingest, Refusal


@pytest.mark.parametrize(
    ("content", "limits", "code", "number"),
    [
        ("a,b\n1,2\n", Limits(max_bytes=7), "file_too_large", "7"),
        ("a,b\n1,2\n3,4\n5,6\n", Limits(max_rows=2), "too_many_rows", "2"),
        ("a,b,c\n1,2,3\n", Limits(max_columns=2), "too_many_columns", "2"),
        ("a,b\n1,12345\n", Limits(max_cell_chars=4), "cell_too_large", "4"),
        ('a,b\n1,"12345"\n', Limits(max_cell_chars=4), "cell_too_large", "4"),
        ("a,b\n" + ",2" * 40 + "\n", Limits(max_cell_chars=20, max_columns=9), "too_many_columns", "9"),
        ("a,b\n12345678,12345678\n", Limits(max_cell_chars=8, max_row_chars=10), "row_too_large", "10"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_and_the_limit_said(
    refusal: Refusal, content: str, limits: Limits, code: str, number: str
) -> None:
    refused = refusal(content, limits=limits)
    assert refused.code == code
    assert isinstance(refused, TooLarge)
    assert number in refused.detail


def test_what_just_fits_is_taken(ingest: Ingest) -> None:
    limits = Limits(max_bytes=18, max_rows=2, max_columns=2, max_cell_chars=4, max_row_chars=10)
    assert ingest('a,b\n1,1234\n3,"x"\n', limits=limits)[1] == [["1", "1234"], ["3", "x"]]


def test_five_thousand_columns_are_taken(ingest: Ingest) -> None:
    headers = [f"column number {number}" for number in range(5000)]
    table, rows = ingest(",".join(headers) + "\n" + ",".join('"x"' for _ in headers) + "\n")
    assert [column.name for column in table.columns] == headers
    assert rows == [["x"] * 5000]


@pytest.mark.parametrize("line", ["plain text ", "lines\n", "lines\r\n", "é☃"])
def test_a_cell_of_ten_megabytes_is_taken(ingest: Ingest, line: str) -> None:
    cell = line * (10 * 1024**2 // len(line.encode()))
    table, rows = ingest(f'a,b\n1,"{cell}"\n2,x\n')
    assert rows[0][1] == cell
    assert rows[1] == ["2", "x"]
    assert table.warnings == []
