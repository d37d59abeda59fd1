"""Placeholders in groups, and how one is found."""

from csv_batches.rules.mapping import columns_of
from experiments.prompts.spelling import param_placeholders
from experiments.web.prompt_step.palette import found_columns

COLUMNS = columns_of(
    [
        {"name": "subject", "header": "subject", "mode": "prompt", "key": "subject"},
        {"name": 'a"b', "header": 'a"b', "mode": "system_param", "key": "mail.the body"},
        {"name": "id", "header": "id", "mode": "ignore", "key": "id"},
    ]
)


def test_each_column_is_in_the_group_of_its_use_and_a_param_by_its_name_too() -> None:
    assert dict(found_columns(COLUMNS, "")) == {
        "In prompt": [(0, ("row", "subject"))],
        "System params": [(1, ("system_params", "mail", "the body"))],
        "Other columns": [(2, ("row", "id")), (1, ("row", 'a"b'))],
    }


def test_only_columns_that_are_sent_as_such_are_system_params() -> None:
    assert [placeholder.name for placeholder in param_placeholders(COLUMNS)] == ["mail.the body"]


def test_a_column_is_found_by_the_name_in_the_file() -> None:
    found = dict(found_columns(COLUMNS, 'A"B'))
    assert [[number for number, _ in places] for places in found.values()] == [[], [1], [1]]


def test_a_param_is_found_by_its_key() -> None:
    assert dict(found_columns(COLUMNS, "the b"))["System params"] == [(1, ("system_params", "mail", "the body"))]


def test_what_matches_nothing_is_nowhere() -> None:
    assert not any(places for _, places in found_columns(COLUMNS, "nix"))
