"""The line end of a file is the one that most of its records have, wherever in the beginning that is looked up."""

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.ingest import ReadOptions
from experiments.ingest.dialect import find_dialect, line_end_of


def counted(text: str) -> str:
    """Looked up record by record."""
    lines = list(io.StringIO(text, newline=""))
    records = csv.reader(lines, delimiter=",")
    ends = Counter(line_end_of(lines[records.line_num - 1]) for _ in records)
    del ends[""]
    return ends.most_common(1)[0][0] if ends else "\n"


@given(st.lists(st.sampled_from(["a", ",", '"', "\r\n", "\n", "\r"]), min_size=1, max_size=14).map("".join))
def test_it_is_that_of_most_records(text: str) -> None:
    assert find_dialect(text, ReadOptions(delimiter=","), complete=True).line_end == counted(text)


@given(st.lists(st.sampled_from(["a", ",", '"', "\r\n"]), min_size=1, max_size=14).map("".join))
def test_also_where_there_is_one_kind_alone(text: str) -> None:
    assert find_dialect(text, ReadOptions(delimiter=","), complete=True).line_end == counted(text)


@pytest.mark.parametrize(("text", "line_end"), [('"a\r\nb"', "\n"), ('"a\nb"\r\nc\r\n', "\r\n"), ("a", "\n")])
def test_an_end_inside_of_quotes_is_none(text: str, line_end: str) -> None:
    assert find_dialect(text, ReadOptions(delimiter=","), complete=True).line_end == line_end
