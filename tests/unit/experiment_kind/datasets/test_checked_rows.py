"""Every row is looked at before anything is stored: what is wrong names line, column and what to do."""

import json
from typing import Any

import pytest

from tests.unit.experiment_kind.datasets.conftest import Check


def jsonl(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(line) + "\n" for line in objects)


def test_items_and_their_iterations_are_counted(checked: Check) -> None:
    found = checked("run_input,expected,iterations\na,1,3\nb,2,\nc,3, 2 \n")
    assert (found.items, found.runs) == (3, 6)
    assert not found.errors
    assert not found.warnings


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "101", "٣", "1e2", "9" * 5000])
def test_iterations_that_are_no_whole_number_in_bounds_are_refused_with_their_place(checked: Check, text: str) -> None:
    [problem] = checked(f'run_input,expected,iterations\n"a\nb",1,1\nb,2,{text}\n').errors.listed()
    assert (problem.line, problem.column, problem.field, problem.code) == (4, 3, "iterations", "invalid_iterations")
    assert "from 1 to 100" in problem.detail


def test_a_row_without_a_message_is_refused(checked: Check) -> None:
    [problem] = checked("expected,run_input\nx,a\n\ny,  \n").errors.listed()
    assert (problem.line, problem.column, problem.code) == (4, 2, "empty_message")


def test_all_errors_are_listed_in_the_order_of_their_lines(checked: Check) -> None:
    found = checked("run_input,iterations\na,x\n ,1\nb,y\n").errors.listed()
    assert [(problem.line, problem.code) for problem in found] == [
        (2, "invalid_iterations"),
        (3, "empty_message"),
        (4, "invalid_iterations"),
    ]


def test_of_very_many_errors_the_first_are_listed_and_all_counted(checked: Check) -> None:
    errors = checked("run_input,iterations\n" + "a,x\n" * 150).errors
    assert errors.total == 150
    assert len(errors.listed()) == 101
    assert "150 lines" in errors.listed()[-1].detail


def test_nothing_expected_is_a_warning_with_its_line(checked: Check) -> None:
    found = checked("run_input,expected\na,1\nb,\n")
    assert not found.errors
    assert [(problem.line, problem.code) for problem in found.warnings.listed()] == [(3, "no_expected")]


def test_a_data_set_without_an_expected_column_is_taken_with_a_warning(checked: Check) -> None:
    found = checked("run_input\na\n")
    assert not found.errors
    assert [problem.code for problem in found.warnings.listed()] == ["no_expected_column"]


def test_what_the_reading_of_the_file_warns_of_is_passed_on(checked: Check) -> None:
    found = checked("run_input,expected,note,note\na,1,,\n").warnings.listed()
    assert [problem.code for problem in found] == ["duplicate_header"]


def test_more_runs_than_allowed_are_refused(checked: Check) -> None:
    assert not checked("run_input,expected,iterations\na,1,10\n", most_runs=10).errors
    [problem] = checked("run_input,expected,iterations\na,1,11\n", most_runs=10).errors.listed()
    assert problem.code == "too_many_runs"


def test_json_lines_may_hold_objects_and_leave_keys_out(checked: Check) -> None:
    content = jsonl(
        {"user_message": "a", "expected": {"x": 1}},
        {"user_message": "b", "expected": 2, "system_params": {"customer": {"id": 5}}, "iterations": 2},
    )
    found = checked(content, name="x.jsonl")
    assert not found.errors
    assert [column.role for column in found.columns] == ["message", "expected", "system_params", "iterations"]
    assert found.runs == 3


@pytest.mark.parametrize(
    ("params", "words"),
    [([1], "not a JSON object"), ("x", "not JSON"), ({"network": 1}, "network"), ("[1", "not JSON")],
)
def test_system_params_that_cannot_be_sent_are_refused_with_their_line(checked: Check, params: Any, words: str) -> None:
    content = jsonl({"run_input": "a"}, {"run_input": "b", "expected": "x", "system_params": params})
    [problem] = checked(content, name="x.jsonl").errors.listed()
    assert (problem.line, problem.field, problem.code) == (2, "system_params", "invalid_system_params")
    assert words in problem.detail


def test_a_param_that_both_the_object_and_a_column_give_is_refused(checked: Check) -> None:
    header = "run_input,expected,system_params,system_params.a.b\n"
    assert not checked(header + 'x,1,"{""a"": {""c"": 1}}",2\n').errors
    assert not checked(header + 'x,1,"{""a"": {""b"": 1}}",\n').errors
    [problem] = checked(header + 'x,1,"{""a"": {""b"": 1}}",2\n').errors.listed()
    assert "'a.b'" in problem.detail
