"""What is in a column is found out while the rows pass by."""

from experiments.ingest.column_stats import LOOKED_AT, SAMPLE_CHARS, ColumnStats


def stats_of(rows: list[list[str]], known: list[dict[str, object]] | None = None) -> list[dict[str, object]]:
    stats = ColumnStats(len(rows[0]), known or [])
    assert list(stats.watched(rows)) == rows
    return stats.listed()


def test_empty_cells_are_counted_and_blank_ones_are_not_empty() -> None:
    assert [column["empty"] for column in stats_of([["", "a"], ["", " "], ["x", ""]])] == [2, 1]


def test_samples_are_the_first_three_different_values() -> None:
    assert stats_of([["b"], ["b"], [""], ["a"], [" "], ["c"], ["d"]])[0]["samples"] == ["b", "a", "c"]


def test_a_long_sample_is_cut_and_says_so() -> None:
    sample = stats_of([["x" * 500]])[0]["samples"][0]  # type: ignore[index]
    assert (len(sample), sample[-1]) == (SAMPLE_CHARS, "…")


def test_samples_are_not_looked_for_for_ever() -> None:
    rows = [["same"]] * LOOKED_AT + [["late"]]
    assert stats_of(rows)[0]["samples"] == ["same"]


def test_rows_that_come_later_are_added() -> None:
    first = stats_of([["", "a"]])
    assert stats_of([["", "b"]], first) == [{"empty": 2, "samples": []}, {"empty": 0, "samples": ["a", "b"]}]
