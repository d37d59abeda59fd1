"""Answers are shown in the order of their fields, however deep they are."""

from experiments.core.json_numbers import to_json
from experiments.response_schema.field_order import in_field_order

FIELDS = [
    {"name": "title", "type": "string"},
    {
        "name": "order",
        "type": "object",
        "fields": [{"name": "number", "type": "string"}, {"name": "at", "type": "date"}],
    },
    {"name": "lines", "type": "list", "items": {"type": "object", "fields": [{"name": "sku", "type": "string"}]}},
]


def test_members_are_in_the_order_of_the_fields_inside_objects_and_lists_too() -> None:
    answer = {"at": 1, "lines": [{"n": 1, "sku": "A"}], "order": {"at": "2026-01-02", "number": "7"}, "title": "x"}
    assert to_json(in_field_order(answer, FIELDS)) == to_json(
        {"title": "x", "order": {"number": "7", "at": "2026-01-02"}, "lines": [{"sku": "A", "n": 1}], "at": 1}
    )


def test_what_is_not_as_its_field_says_stays_as_it_is() -> None:
    for answer in (None, "text", [1, 2], {"order": "text", "lines": {"sku": [1]}}, {"z": {"b": 1, "a": 2}}):
        assert in_field_order(answer, FIELDS) == answer
