"""Under which suffix an uploaded file is kept."""

import pytest

from csv_batches.models import kept_suffix


@pytest.mark.parametrize(
    ("filename", "suffix"),
    [
        ("a.csv", ".csv"),
        ("a.jsonl", ".jsonl"),
        ("a.JSONL", ".jsonl"),
        ("a.csv.gz", ".csv.gz"),
        ("a.jsonl.ZST", ".jsonl.zst"),
        ("a.zip", ".csv.zip"),
    ],
)
def test_a_format_s_first_suffix_is_kept(filename: str, suffix: str) -> None:
    assert kept_suffix(filename) == suffix


@pytest.mark.parametrize(
    "filename", ["", "a", "a.tsv", "a.ndjson", ".jsonl", "a.html", "a.jsonl/../../b", "a.jsonl.exe"]
)
def test_every_other_name_becomes_csv(filename: str) -> None:
    assert kept_suffix(filename) == ".csv"
