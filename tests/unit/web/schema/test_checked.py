"""What cannot be stored is said beside the input that it is about, however deep it is."""

import pytest

from experiments.web.schema.checked import checked_fields
from experiments.web.schema.page import Builder
from experiments.web.schema.rows import Rows
from tests.unit.web.schema.forms import INVOICE, of_fields


@pytest.mark.parametrize(
    ("typed", "place", "sentence"),
    [
        ({"f1_name": ""}, "f1-name", "Enter a name."),
        ({"f1_name": "1a"}, "f1-name", "The name begins with a letter"),
        ({"f1_name": "order"}, "f2-name", "Another field has this name."),
        ({"f1_description": "x" * 5000}, "f1-description", "The description must be a text of at most"),
        ({"f3_name": "a/b"}, "f3-name", "The name begins with a letter"),
        ({"f3_pattern": "(a"}, "f3-pattern", ""),
        ({"f4_max_items": "-1"}, "f4-max_items", "Enter a whole number, 0 or more."),
        ({"f6_choices": "h\nh"}, "f6-choices", "A choice is there twice."),
        ({"f6_choices": " "}, "f6-choices", "Enter at least one value."),
        ({"f7_name": "unit"}, "f7-name", "Another field has this name."),
        ({"f7_minimum": "much"}, "f7-minimum", "Enter a number, such as 0.5."),
        ({"f7_maximum": "-1"}, "f7-minimum", "Minimum is more than maximum."),
        ({"f7_examples": "1\nx"}, "f7-examples", "Example 2 isn’t JSON"),
        ({"f7_examples": "-1"}, "f7-examples", "Example 1 isn’t a value"),
    ],
)
def test_a_problem_is_beside_its_input(typed: dict[str, str], place: str, sentence: str) -> None:
    rows = Rows.of_form(of_fields(*INVOICE, **typed))
    assert checked_fields(rows) is None
    [(id, said)] = Builder(rows, []).problems
    assert id == place
    assert sentence in said


def test_each_field_says_its_own_problem() -> None:
    rows = Rows.of_form(of_fields(*INVOICE, f1_name="1a", f7_maximum="-1"))
    checked_fields(rows)
    assert [id for id, _ in Builder(rows, []).problems] == ["f1-name", "f7-minimum"]


def test_blank_rows_are_left_out_and_do_not_move_the_place_of_a_problem() -> None:
    rows = Rows.of_form(of_fields({"name": "", "type": "string"}, *INVOICE, f8_maximum="-1"))
    assert checked_fields(rows) is None
    assert [id for id, _ in Builder(rows, []).problems] == ["f8-minimum"]
    rows = Rows.of_form(of_fields({"name": "", "type": "string"}, *INVOICE))
    assert [field["name"] for field in checked_fields(rows) or ()] == ["vendor", "order", "lines"]
