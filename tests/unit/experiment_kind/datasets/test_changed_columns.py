"""Columns that a person gives other roles."""

import pytest

from experiments.core.errors import InvalidInput
from experiments.experiment_kind.datasets import DatasetColumn, changed_columns, recognise
from experiments.ingest import name_columns


def columns(*headers: str) -> list[DatasetColumn]:
    return recognise(name_columns(headers), needs_message=False)[0]


def changed(found: list[DatasetColumn], *changes: tuple[str, str, str]) -> list[tuple[str, str]]:
    given = [{"name": name, "mode": mode, "key": key} for name, mode, key in changes]
    return [(column.mode, column.key) for column in changed_columns(found, given)]


def test_a_param_has_a_key_and_other_roles_have_none() -> None:
    found = columns("Order no.", "body")
    assert changed(found, ("Order no.", "system_param", ""), ("body", "message", "x")) == [
        ("system_param", "order_no"),
        ("message", ""),
    ]
    assert changed(found, ("body", "system_param", "mail.body")) == [("metadata", ""), ("system_param", "mail.body")]


def test_the_expected_answers_move_when_the_old_column_gives_them_up() -> None:
    found = columns("run_input", "expected", "truth")
    assert changed(found, ("expected", "metadata", ""), ("truth", "expected", ""))[1:] == [
        ("metadata", ""),
        ("expected", ""),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("truth", "expected", ""), "“expected” has the expected answers. Set it to Ignore first."),
        (("other", "label", ""), "There is no column “other”."),
        (("truth", "iterations", ""), "Choose how the column is used."),
        (("iterations", "message", ""), "Choose how the column is used."),
    ],
)
def test_what_cannot_be_says_why(change: tuple[str, str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(columns("run_input", "expected", "truth", "iterations"), change)
    assert (refused.value.detail, refused.value.attr) == (sentence, "columns")


def test_two_params_cannot_have_the_same_key() -> None:
    with pytest.raises(InvalidInput):
        changed(columns("a", "b"), ("a", "system_param", "x"), ("b", "system_param", "x"))
