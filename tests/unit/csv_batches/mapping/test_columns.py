"""What may be sent about columns, and what becomes of those that are not named."""

from typing import Any

import pytest

from csv_batches.rules.mapping import columns_of_table, merge_columns, new_columns
from experiments.core.errors import InvalidInput

TABLE = columns_of_table([("a", "a"), ("a (2)", "a"), ("column 3", "")])


def modes(columns: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(column["mode"], column["key"]) for column in columns]


def test_a_new_table_has_its_headers_and_ignores_everything() -> None:
    assert TABLE == [
        {"name": "a", "header": "a", "mode": "ignore", "key": "a"},
        {"name": "a (2)", "header": "a", "mode": "ignore", "key": "a (2)"},
        {"name": "column 3", "header": "", "mode": "ignore", "key": "column 3"},
    ]


def test_columns_that_are_not_named_keep_theirs() -> None:
    first = merge_columns(TABLE, [{"name": "a", "mode": "system_param", "key": "mail.body"}])
    second = merge_columns(first, [{"name": "column 3", "mode": "prompt"}])
    assert modes(second) == [("system_param", "mail.body"), ("ignore", "a (2)"), ("prompt", "column 3")]


def test_what_is_left_out_of_a_change_stays() -> None:
    first = merge_columns(TABLE, [{"name": "a", "mode": "system_param", "key": "mail.body"}])
    assert modes(merge_columns(first, [{"name": "a", "mode": "ignore"}]))[0] == ("ignore", "mail.body")
    assert modes(merge_columns(first, [{"name": "a", "key": "x"}]))[0] == ("system_param", "x")


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_a_column_goes_by_its_name(key: str | None) -> None:
    first = merge_columns(TABLE, [{"name": "a", "mode": "system_param", "key": "mail.body"}])
    assert modes(merge_columns(first, [{"name": "a", "key": key}]))[0] == ("system_param", "a")


def test_columns_may_be_sent_back_as_they_were_got() -> None:
    assert merge_columns(TABLE, TABLE) == TABLE


def test_merging_leaves_what_it_was_given_alone() -> None:
    before = [dict(column) for column in TABLE]
    merge_columns(TABLE, [{"name": "a", "mode": "prompt"}])
    assert before == TABLE


def test_a_new_file_keeps_the_mapping_of_names_that_stay() -> None:
    mapped = merge_columns(TABLE, [{"name": "a", "mode": "system_param", "key": "k"}])
    assert modes(columns_of_table([("b", "b"), ("a", "A")], mapped)) == [("ignore", "b"), ("system_param", "k")]


def test_a_draft_without_a_file_takes_columns_in_the_order_given() -> None:
    columns = new_columns([{"name": "b", "mode": "prompt"}, {"name": "a", "header": "A"}])
    assert [(column["name"], column["header"], column["mode"]) for column in columns] == [
        ("b", "b", "prompt"),
        ("a", "A", "ignore"),
    ]


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ([{"name": "b"}], "unknown_column", "“b”"),
        ([{"name": "a"}, {"name": "a"}], "duplicate_column", "“a”"),
        ([{"name": "a", "mode": "Prompt"}], "invalid_mode", "“a”.*ignore, prompt, system_param"),
        ([{"name": "a", "mode": None}], "invalid_mode", "“a”"),
        ([{"name": "a", "header": "b"}], "invalid_columns", "“a”"),
        ([{"name": "a", "kee": "b"}], "invalid_columns", "“a”.*“kee”"),
        ([{"name": "a", "key": 5}], "invalid_columns", "“a”"),
        ([{"name": "a", "key": "x\0"}], "invalid_columns", "“a”"),
        ([{"name": "a", "key": "\ud800"}], "invalid_columns", "“a”"),
        ([{"mode": "prompt"}], "invalid_columns", r"columns\[0\]"),
        (["a"], "invalid_columns", r"columns\[0\]"),
        ({"a": "prompt"}, "invalid_columns", "list"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_by_name(changes: Any, code: str, named: str) -> None:
    with pytest.raises(InvalidInput, match=named) as refusal:
        merge_columns(TABLE, changes)
    assert (refusal.value.code, refusal.value.attr) == (code, "columns")
