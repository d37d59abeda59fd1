"""Whoever reads rows can say at which line of the file each began."""

from pathlib import Path

import pytest

from experiments.ingest import ReadOptions, open_table


@pytest.mark.parametrize(
    ("name", "content", "header", "lines"),
    [
        ("x.csv", "a,b\n1,2\n3,4\n", 1, [2, 3]),
        ("x.csv", '\na,b\n"1\n2",3\n\n4,5\n', 2, [3, 6]),
        ("x.csv", "sep=;\na;b\n1;2\n", 2, [3]),
        ("x.jsonl", '\n{"a":1}\n\n{"a":2}\n', 2, [2, 4]),
    ],
)
def test_line_is_where_the_latest_row_began(
    tmp_path: Path, name: str, content: str, header: int, lines: list[int]
) -> None:
    path = tmp_path / "stored"
    path.write_text(content, newline="")
    table = open_table(path, filename=name)
    assert table.header_line == header
    assert [table.line for _ in table.rows()] == lines


def test_on_request_the_keys_of_all_objects_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_text('{"a":1}\n{"b":2,"a":3}\n{}\n')
    table = open_table(path, filename="x.jsonl", options=ReadOptions(keys="all"))
    assert [column.name for column in table.columns] == ["a", "b"]
    assert list(table.rows()) == [["1", ""], ["3", "2"], ["", ""]]
