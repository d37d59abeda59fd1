"""What is in a column is found out while the rows pass by."""

from csv_batches.rules.column_stats import LOOKED_AT, SAMPLE_CHARS, ColumnStats


def facts(rows: list[list[str]], known: list[dict[str, object]] | None = None) -> list[dict[str, object]]:
    found = ColumnStats(len(rows[0]), known or [])
    assert list(found.watched(rows)) == rows
    return found.listed()


def test_empty_cells_are_counted_and_blank_ones_are_not_empty() -> None:
    assert [column["empty"] for column in facts([["", "a"], ["", " "], ["x", ""]])] == [2, 1]


def test_samples_are_the_first_three_different_values() -> None:
    assert facts([["b"], ["b"], [""], ["a"], [" "], ["c"], ["d"]])[0]["samples"] == ["b", "a", "c"]


def test_a_long_sample_is_cut_and_says_so() -> None:
    sample = facts([["x" * 500]])[0]["samples"][0]  # type: ignore[index]
    assert (len(sample), sample[-1]) == (SAMPLE_CHARS, "…")


def test_samples_are_not_looked_for_for_ever() -> None:
    rows = [["same"]] * LOOKED_AT + [["late"]]
    assert facts(rows)[0]["samples"] == ["same"]


def test_rows_that_come_later_are_added() -> None:
    first = facts([["", "a"]])
    assert facts([["", "b"]], first) == [{"empty": 2, "samples": []}, {"empty": 0, "samples": ["a", "b"]}]
