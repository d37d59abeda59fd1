"""The buttons of a row: what is where afterwards, and where the keyboard goes on."""

from typing import Any

import pytest

from experiments.web.schema.edits import act
from experiments.web.schema.rows import Rows
from tests.unit.web.schema.forms import INVOICE, tree

# The keys: vendor 1, order 2 (number 3), lines 4 (* 5, in it unit 6 and price 7).
BEFORE = ["vendor", ["order", ["number"]], ["lines", [["*", ["unit", "price"]]]]]


@pytest.fixture
def rows() -> Rows:
    return Rows.of_fields(INVOICE)


@pytest.mark.parametrize(
    ("pressed", "after", "focus"),
    [
        ("up:2", [["order", ["number"]], "vendor", ["lines", [["*", ["unit", "price"]]]]], "f2-acts"),
        ("down:6", ["vendor", ["order", ["number"]], ["lines", [["*", ["price", "unit"]]]]], "f6-acts"),
        ("up:1", BEFORE, "f1-acts"),
        ("down:4", BEFORE, "f4-acts"),
        ("into:1", [["order", ["number", "vendor"]], ["lines", [["*", ["unit", "price"]]]]], "f1-acts"),
        ("into:4", ["vendor", ["order", ["number", ["lines", [["*", ["unit", "price"]]]]]]], "f4-acts"),
        ("into:2", ["vendor", ["lines", [["*", ["unit", "price", ["order", ["number"]]]]]]], "f2-acts"),
        ("into:3", BEFORE, "f3-acts"),
        ("out:3", ["vendor", "order", "number", ["lines", [["*", ["unit", "price"]]]]], "f3-acts"),
        ("out:7", ["vendor", ["order", ["number"]], ["lines", [["*", ["unit"]]]], "price"], "f7-acts"),
        ("out:1", BEFORE, "f1-acts"),
        ("remove:6", ["vendor", ["order", ["number"]], ["lines", [["*", ["price"]]]]], "f7-name"),
        ("remove:3", ["vendor", "order", ["lines", [["*", ["unit", "price"]]]]], "add-2"),
        ("remove:4", ["vendor", ["order", ["number"]]], "f2-name"),
        ("add:0", [*BEFORE, ""], "f8-name"),
        ("add:2", ["vendor", ["order", ["number", ""]], ["lines", [["*", ["unit", "price"]]]]], "f8-name"),
        ("add:5", ["vendor", ["order", ["number"]], ["lines", [["*", ["unit", "price", ""]]]]], "f8-name"),
        ("after:1", ["vendor", "", *BEFORE[1:]], "f8-name"),
        ("copy:3", ["vendor", ["order", ["number", "number_2"]], ["lines", [["*", ["unit", "price"]]]]], "f8-name"),
        ("copy:4", [*BEFORE, ["lines_2", [["*", ["unit", "price"]]]]], "f8-name"),
        ("place:6", BEFORE, "f6-acts"),
    ],
)
def test_a_button_does_what_it_says(rows: Rows, pressed: str, after: list[Any], focus: str) -> None:
    assert act(rows, pressed).focus == focus
    assert tree(rows.rows) == after


@pytest.mark.parametrize(
    "pressed", ["up:99", "remove:5", "add:1", "item:1", "copy:x", "up:", "", "burn:1", "up:" + "9" * 50]
)
def test_what_is_not_there_is_not_changed(rows: Rows, pressed: str) -> None:
    act(rows, pressed)
    assert tree(rows.rows) == BEFORE


def test_a_copy_has_keys_of_its_own_and_a_free_name(rows: Rows) -> None:
    act(rows, "copy:4")
    act(rows, "copy:4")
    keys = [row.key for row in rows.all()]
    assert len(set(keys)) == len(keys)
    assert [row.name for row in rows.rows] == ["vendor", "order", "lines", "lines_3", "lines_2"]


def test_the_items_of_a_list_of_anything_get_a_type() -> None:
    rows = Rows.of_fields([{"name": "any", "type": "list"}])
    assert act(rows, "item:1").focus == "f2-type"
    assert tree(rows.rows) == [["any", ["*"]]]


def test_what_was_done_is_said(rows: Rows) -> None:
    assert act(rows, "down:1").said == "“vendor” is number 2 of 3."
    assert act(rows, "out:7").said == "“price” is out of “lines”."
    assert act(rows, "remove:7").said == "“price” is removed. Undo brings it back."
