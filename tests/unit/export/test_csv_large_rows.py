"""A row with very large cells is written without `csv.writer`, to the same bytes."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from experiments.export import csv_lines
from tests.unit.export.rows import layout_of, row, written

CELLS = st.text(
    st.one_of(st.sampled_from("\",;\r\n\t =+-@'\ufeff"), st.characters(exclude_categories=["Cs"])), max_size=6
)


@given(
    cells=st.lists(CELLS, min_size=2, max_size=4).filter(any),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    excel=st.booleans(),
)
def test_it_is_the_line_that_a_small_row_is(cells: list[str], line_end: str, excel: bool) -> None:
    layout = layout_of(["a"] * len(cells), line_end=line_end, excel=excel)
    small = written(layout, row(cells))
    with patch.object(csv_lines, "LARGE_LINE", 0):
        assert written(layout, row(cells)) == small


def test_a_really_large_one() -> None:
    large = 'say "hi", ' * 100_000
    assert written(layout_of(["a", "b"]), row([large, "1"])) == 'a,b\n"' + large.replace('"', '""') + '",1\n'
