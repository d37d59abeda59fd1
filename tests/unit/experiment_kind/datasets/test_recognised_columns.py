"""The header says which column is for what."""

import pytest

from experiments.experiment_kind.datasets import recognise
from experiments.experiment_kind.datasets.columns import near_misses
from experiments.ingest import name_columns


def roles(*headers: str) -> list[tuple[str, str]]:
    columns, problems = recognise(name_columns(headers))
    assert not problems
    return [(column.role, column.key) for column in columns]


@pytest.mark.parametrize("message", ["user_message", "run_input", " User_Message "])
@pytest.mark.parametrize("expected", ["expected", "correct_answer"])
def test_either_name_of_message_and_expectation_is_taken(message: str, expected: str) -> None:
    assert roles(expected, message) == [("expected", ""), ("message", "")]


def test_all_else_is_kept_as_metadata() -> None:
    assert roles("run_input", "iterations", "label", "id", "") == [
        ("message", ""),
        ("iterations", ""),
        ("label", ""),
        ("metadata", ""),
        ("metadata", ""),
    ]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("system_params.customer", "customer"),
        ("system_params.customer.id", "customer.id"),
        ("system_params__customer__id", "customer.id"),
        ("system_params__Order no", "Order no"),
        ("system_params.a__b", "a__b"),
    ],
)
def test_system_params_nest_by_dots_or_two_underscores(header: str, key: str) -> None:
    assert roles("run_input", header) == [("message", ""), ("system_param", key)]


@pytest.mark.parametrize(
    ("headers", "code", "number"),
    [
        (["expected"], "no_message_column", None),
        (["run_input", "user_message"], "role_twice", 2),
        (["run_input", "expected", "x", "correct_answer"], "role_twice", 4),
        (["run_input", "label", "label"], "role_twice", 3),
        (["run_input", "system_params.network.id"], "reserved_key", 2),
        (["run_input", "system_params.network"], "reserved_key", 2),
        (["run_input", "system_params."], "invalid_key", 2),
        (["run_input", "system_params.a..b"], "invalid_key", 2),
        (["run_input", "system_params.a", "system_params__a__b"], "key_clash", 3),
    ],
)
def test_headers_that_make_no_data_set_are_refused_with_their_column(
    headers: list[str], code: str, number: int | None
) -> None:
    _, [problem] = recognise(name_columns(headers), line=2)
    assert (problem.code, problem.line, problem.column) == (code, 2, number)


@pytest.mark.parametrize(
    ("header", "meant"), [("expectd", "expected"), ("iteration", "iterations"), ("labels", "label")]
)
def test_a_near_miss_is_said(header: str, meant: str) -> None:
    [problem] = near_misses(recognise(name_columns(["run_input", header]))[0])
    assert meant in problem.detail
    assert problem.column == 2


def test_what_is_nothing_like_a_role_is_no_near_miss() -> None:
    assert near_misses(recognise(name_columns(["run_input", "expected", "note", "id"]))[0]) == []
