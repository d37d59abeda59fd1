"""The table of formats: what reading, upload and pages ask of it."""

import pytest

from experiments.ingest import INGEST_FORMATS, file_dialog_types, format_labels, format_of_file, packed_suffixes
from tests.unit.ingest.conftest import Ingest


@pytest.mark.parametrize(
    ("filename", "label"),
    [
        ("mails.csv", "CSV"),
        ("mails.tsv", "CSV"),
        ("mails.jsonl", "JSON Lines"),
        ("mails.NDJSON", "JSON Lines"),
        ("mails.json", "JSON"),
        ("mails.jsonl.gz", "JSON Lines"),
        ("mails.json.ZST", "JSON"),
        ("mails.zip", "CSV"),
        ("mails.csv.jsonl", "JSON Lines"),
        (".jsonl", "JSON Lines"),
        ("mails.XLSX", "Excel"),
        ("mails.xlsm", "Excel"),
        ("mails.parquet", "Parquet"),
        ("mails.ods", "OpenDocument"),
    ],
)
def test_a_format_is_chosen_by_the_end_of_the_name(filename: str, label: str) -> None:
    assert format_of_file(filename).label == label


@pytest.mark.parametrize("filename", ["", "mails", "mails.json.old", "mails.jsonl.bak", "jsonl", "mails.xls"])
def test_every_other_name_is_read_as_csv(filename: str) -> None:
    assert format_of_file(filename).label == "CSV"


def test_no_two_formats_have_the_same_suffix_or_label() -> None:
    suffixes = [suffix for one in INGEST_FORMATS for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert len({one.label for one in INGEST_FORMATS}) == len(INGEST_FORMATS)


def test_suffixes_begin_with_a_dot_and_are_in_lower_case() -> None:
    for one in INGEST_FORMATS:
        assert one.suffixes
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in one.suffixes)


def test_a_sentence_names_all_formats() -> None:
    assert format_labels() == "CSV, JSON Lines, JSON, Excel, OpenDocument or Parquet"


def test_a_sentence_names_all_packings() -> None:
    assert packed_suffixes() == ".gz, .zst or .zip"


def test_the_file_dialog_offers_all_suffixes_and_then_the_media_types() -> None:
    types = file_dialog_types()  # as in the attribute `accept`
    assert types.startswith(".csv,.tsv,.txt,.jsonl,.ndjson,.json,.xlsx")
    assert ".gz,.zst,.zip,text/csv,text/plain,text/tab-separated-values" in types
    assert types.endswith("application/vnd.apache.parquet")


@pytest.mark.parametrize(("filename", "content"), [("x.csv", "a;b\n1;2\n"), ("x.jsonl", '{"a": "1", "b": "2"}\n')])
def test_a_table_has_a_delimiter_exactly_if_its_format_has_one(ingest: Ingest, filename: str, content: str) -> None:
    table, rows = ingest(content, filename=filename)
    assert rows == [["1", "2"]]
    assert (table.delimiter is not None) == format_of_file(filename).has_delimiter
