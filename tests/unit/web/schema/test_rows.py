"""Rows of the builder: what is stored comes back from the form unchanged, however deep, and damage is refused."""

from typing import Any

import pytest

from experiments.core.choices import FieldType
from experiments.core.errors import InvalidInput
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_types import FIELD_TRAITS
from experiments.response_schema.fields import field_to_json
from experiments.web.schema import options
from experiments.web.schema.checked import checked_fields
from experiments.web.schema.rows import ROWS_LIMIT, Rows
from tests.unit.web.schema.forms import INVOICE, of_fields, tree

EVERYTHING: dict[str, dict[str, Any]] = {
    "a text": {"min_length": 1, "max_length": 9, "pattern": "^a ", "examples": ["a b", "a ,"]},
    "null among examples": {"nullable": True, "examples": ["a", None, "null"]},
    "a format": {"format": "uri"},
    "choices": {"choices": ["a", " b ", '"c"', "d\ne"], "max_length": 20},
    "a number": {"type": "number", "minimum": -0.5, "maximum": 10, "step": 0.25, "examples": [1.5]},
    "a whole number": {"type": "integer", "minimum": 1, "maximum": 10},
    "a boolean": {"type": "boolean", "nullable": True},
    "a date": {"type": "date", "examples": ["2026-01-31"]},
    "a moment": {"type": "date-time"},
    "a list": {"type": "list", "min_items": 1, "max_items": 3, "unique_items": True, "items": {"type": "integer"}},
    "lists in a list": {"type": "list", "items": {"type": "list", "items": {"type": "date", "nullable": True}}},
    "anything": {"type": "list"},
    "an object": {"type": "object", "fields": [{"name": "x", "type": "object", "fields": [{"name": "y"}]}]},
    "any object": {"type": "object"},
}


def stored(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [field_to_json(field) for field in check_fields(fields)]


@pytest.mark.parametrize("field", EVERYTHING.values(), ids=EVERYTHING)
@pytest.mark.parametrize(("required", "nullable"), [(True, False), (True, True), (False, False), (False, True)])
def test_what_is_stored_comes_back_unchanged(field: dict[str, Any], required: bool, nullable: bool) -> None:
    given = stored({"name": "Größe", "description": "a\nb", "required": required, "nullable": nullable} | field)
    assert stored(*(checked_fields(Rows.of_form(of_fields(*given))) or ())) == given


def test_rows_are_nested_as_the_form_says() -> None:
    rows = Rows.of_form(of_fields(*INVOICE))
    assert tree(rows.rows) == ["vendor", ["order", ["number"]], ["lines", [["*", ["unit", "price"]]]]]


def test_each_type_of_a_field_can_be_chosen() -> None:
    assert [kind for kind, _ in options.kinds()] == [FieldType.STRING, options.CHOICE, *[*FIELD_TRAITS][1:]]
    assert set(options.OPTIONS) == {*FIELD_TRAITS, options.CHOICE}


def test_each_option_of_a_type_has_an_input() -> None:
    for kind, traits in FIELD_TRAITS.items():
        has = {option.name for option in options.OPTIONS[kind]}
        assert {*traits.takes} - {"choices", "items", "fields"} <= has


def test_a_new_row_is_a_required_text_that_may_not_be_empty() -> None:
    rows = Rows([])
    row = rows.new()
    row.name = "a"
    rows.rows.append(row)
    assert stored(*(checked_fields(rows) or ())) == stored({"name": "a", "min_length": 1})


def test_another_type_drops_what_only_the_former_one_knows() -> None:
    form = of_fields({"name": "a", "type": "string", "pattern": "x", "description": "d"}, f1_type="integer")
    rows = Rows.of_form(form)
    assert rows.has_changed_kinds
    assert rows.rows[0].texts == {}
    assert rows.rows[0].description == "d"


@pytest.mark.parametrize(
    ("field", "kind", "after"),
    [
        ({"type": "object", "fields": [{"name": "x", "type": "string"}]}, "list", [["a", [["*", ["x"]]]]]),
        (
            {"type": "list", "items": {"type": "object", "fields": [{"name": "x", "type": "string"}]}},
            "object",
            [["a", ["x"]]],
        ),
        ({"type": "string"}, "list", [["a", ["*"]]]),
        ({"type": "list", "items": {"type": "string"}}, "string", ["a"]),
    ],
)
def test_what_is_nested_stays_where_another_type_has_a_place_for_it(
    field: dict[str, Any], kind: str, after: list[Any]
) -> None:
    assert tree(Rows.of_form(of_fields({"name": "a", **field}, f1_type=kind)).rows) == after


@pytest.mark.parametrize(
    "damage",
    [
        {"row": ["1", "1"], "f1-type": "string"},
        {"row": ["x"], "fx-type": "string"},
        {"row": ["0"], "f0-type": "string"},
        {"row": ["1"], "f1-type": "text"},
        {"row": ["1"], "f1-type": "string", "f1-item": "on"},
        {"row": ["9" * 400]},
        {"row": [str(number) for number in range(1, ROWS_LIMIT + 2)]},
        {"row": ["1"], "f1-type": "string", "f1-description": "x" * 100_000},
        {"row": [str(number) for number in range(1, 40)], **{f"f{n}-type": "object" for n in range(1, 40)}}
        | {f"f{n}-in": str(n - 1) for n in range(2, 40)},
    ],
    ids=["twice", "no number", "zero", "no type", "item of nothing", "long key", "too many", "too long", "too deep"],
)
def test_a_damaged_form_is_refused(damage: dict[str, Any]) -> None:
    form = of_fields()
    for name, value in damage.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    with pytest.raises(InvalidInput):
        Rows.of_form(form)
