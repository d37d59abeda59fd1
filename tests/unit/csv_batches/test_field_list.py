"""One change of a list of fields."""

from typing import Any

import pytest

from csv_batches.rules.field_list import moved, placed, problem, removed, saved
from experiments.core.errors import InvalidInput

A, B, C = ({"name": name, "type": "string"} for name in "abc")


def test_a_new_field_comes_last() -> None:
    assert saved([A], "", B) == [A, B]


def test_an_edited_field_keeps_its_place() -> None:
    assert saved([A, B, C], "b", {"name": "d"}) == [A, {"name": "d"}, C]


@pytest.mark.parametrize(("name", "offset", "after"), [("b", -1, [B, A, C]), ("b", 1, [A, C, B]), ("a", 2, [B, C, A])])
def test_a_field_moves(name: str, offset: int, after: list[Any]) -> None:
    assert moved([A, B, C], name, offset) == after


@pytest.mark.parametrize(("name", "offset"), [("a", -1), ("c", 1)])
def test_a_field_does_not_move_beyond_the_ends(name: str, offset: int) -> None:
    assert moved([A, B, C], name, offset) == [A, B, C]


@pytest.mark.parametrize(("to", "after"), [(0, [C, A, B]), (1, [A, C, B]), (2, [A, B, C]), (9, [A, B, C])])
def test_a_field_is_placed(to: int, after: list[Any]) -> None:
    assert placed([A, B, C], "c", to) == after


def test_a_field_is_removed_by_its_name() -> None:
    assert removed([A, B, C], "b") == [A, C]


def test_a_field_that_is_gone_is_not_mistaken_for_another() -> None:
    for change in (lambda: saved([A], "x", B), lambda: removed([A], "x"), lambda: moved([A], "x", 1)):
        with pytest.raises(InvalidInput, match="no field “x” any more"):
            change()


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ({"name": ""}, "name"),
        ({"name": "ä"}, "name"),
        ({"name": "a: b", "type": "string"}, "name"),
        ({"name": "a", "description": "\0"}, "description"),
        ({"name": "a", "type": "x"}, "type"),
        ({"name": "a", "type": "number", "choices": ["x"]}, "choices"),
    ],
)
def test_a_problem_names_the_part_in_a_sentence(field: dict[str, Any], part: str) -> None:
    found = problem(field)
    assert found is not None
    assert found[0] == part
    assert "response_fields" not in found[1]
    assert found[1][0].isupper()
    assert found[1].endswith(".")


def test_too_much_text_is_a_problem_of_the_choices() -> None:
    choices = [f"{number:0500}" for number in range(300)]
    found = problem({"name": "a", "choices": choices})
    assert found is not None
    assert found[0] == "choices"


def test_a_good_field_has_no_problem() -> None:
    assert problem({"name": "a", "description": "", "type": "string", "required": True, "choices": ["x"]}) is None
