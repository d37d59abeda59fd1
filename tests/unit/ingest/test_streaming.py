import tracemalloc
from itertools import islice
from pathlib import Path

from experiments.ingest import open_table, parse_preview


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("id,note,more\n")
        for number in range(200_000):
            file.write(f'{number},"a, ""b""",plain text that goes on\n')
    assert path.stat().st_size > 8_000_000
    tracemalloc.start()
    try:
        table = open_table(path, filename="long.csv")
        assert sum(1 for _ in table.rows()) == table.row_count == 200_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 7_000_000


def test_a_preview_reads_only_the_first_rows(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b\n" + "1,2\n" * 100 + '3,"never closed')
    preview = parse_preview(path, filename="data.csv", limit=3)
    assert preview.rows == [["1", "2"]] * 3
    assert preview.table.row_count == 3


def test_rows_of_two_readings_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    table = open_table(path, filename="data.csv")
    first = table.rows()
    assert list(islice(first, 1)) == [["1", "2"]]
    assert list(open_table(path, filename="data.csv").rows()) == [["1", "2"], ["3", "4"]]
    assert list(first) == [["3", "4"]]
