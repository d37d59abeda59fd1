"""Fields inside fields: which are taken, and where a refusal says that it is."""

import re
from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema import example, guidance, validator
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import field_to_json

VENDOR = [{"name": "name", "min_length": 1}, {"name": "email", "format": "email"}]
LINE = {"type": "object", "fields": [{"name": "item"}, {"name": "price", "type": "number", "minimum": 0}]}
INVOICE = [
    {
        "name": "vendor",
        "type": "object",
        "fields": [{"name": "name", "min_length": 1}, {"name": "email", "format": "email"}],
    },
    {"name": "issued", "type": "date"},
    {"name": "lines", "type": "list", "min_items": 1, "items": LINE},
    {"name": "tags", "type": "list", "items": {"choices": ["new", "late"]}, "unique_items": True, "required": False},
]
ANSWER = {
    "vendor": {"name": "Ada", "email": "ada@example.org"},
    "issued": "2026-02-28",
    "lines": [{"item": "tea", "price": 2.5}],
    "tags": None,
}


def lists_in_lists(depth: int) -> dict[str, Any]:
    return {"type": "list", "items": lists_in_lists(depth - 1)} if depth else {}


def test_what_is_stored_says_the_same_at_every_level() -> None:
    fields = check_fields(INVOICE)
    stored = [field_to_json(field) for field in fields]
    assert check_fields(stored) == fields
    assert stored[2]["items"]["fields"][1] == {
        "name": "price",
        "description": "",
        "type": "number",
        "required": True,
        "nullable": False,
        "minimum": 0,
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"vendor": {"name": "", "email": "a@b.de"}}, '"vendor.name" has 0 characters, not at least 1'),
        ({"vendor": {"name": "A", "email": "a@b@c"}}, '"vendor.email" is "a@b@c", not an email address'),
        ({"issued": "2026-02-30"}, '"issued" is "2026-02-30", not a date (YYYY-MM-DD)'),
        ({"lines": []}, '"lines" has 0 entries, not at least 1'),
        ({"lines": [{"item": "tea", "price": -1}]}, '"lines[0].price" is -1, not at least 0'),
        ({"tags": ["new", "late", "new"]}, '"tags[2]" is "new", which is there already'),
        ({"tags": ["old"]}, '"tags[0]" is "old", not one of new, late'),
    ],
)
def test_an_answer_is_checked_at_every_level(change: dict[str, Any], words: str | None) -> None:
    assert validator(fields_to_schema(check_fields(INVOICE)))({**ANSWER, **change}) == words


def test_the_instructions_and_the_example_have_every_level() -> None:
    schema = fields_to_schema(check_fields(INVOICE))
    assert example(schema)["lines"] == [{"item": "text", "price": 1.5}]
    assert validator(schema)(example(schema)) is None
    assert guidance(schema).splitlines()[1:-1] == [
        '- "vendor" (required): an object with the keys below.',
        '  - "name" (required): a text, at least 1 character.',
        '  - "email" (required): an email address.',
        '- "issued" (required): a date (YYYY-MM-DD).',
        '- "lines" (required): a list, at least 1 entry, each entry an object with the keys below.',
        '  - "item" (required): a text.',
        '  - "price" (required): a number, at least 0.',
        '- "tags" (null where there is nothing to say): a list, none of them twice, each entry one of "new", "late".',
    ]


@pytest.mark.parametrize(
    ("field", "key", "reason"),
    [
        ({"type": "list", "items": {"name": "x"}}, "items.name", "no name"),
        (
            {"type": "list", "items": {"type": "object", "fields": [{"name": "b", "minimum": 1}]}},
            "items.fields[0].minimum",
            "minimum is for a number and a whole number, and this is a text",
        ),
        ({"type": "object", "fields": [{"name": "b"}, {"name": "b"}]}, "fields[1].name", "another field"),
        (
            {"type": "object", "fields": [{"name": "b.c"}, {"name": "b", "type": "object", "fields": [{"name": "c"}]}]},
            "fields[1].fields[0].name",
            "path of another field, “a.b.c”",
        ),
        ({"type": "integer", "minimum": 0.5}, "minimum", "whole number"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "minimum", "more than maximum"),
        ({"type": "number", "step": 0}, "step", "at least"),
        ({"pattern": "(?=a)b"}, "pattern", "lookahead"),
        ({"pattern": "^a$", "min_length": 3}, "pattern", "give one as an example"),
        ({"pattern": "^a$", "examples": ["b"]}, "examples", "example 1 isn’t a value that this field accepts"),
        ({"format": "uuid"}, "format", "not one of email, uri"),
        ({"type": "list", "items": {"type": "boolean"}, "unique_items": True, "min_items": 3}, None, "contradicts"),
        ({"type": "boolean", "unique_items": True}, "unique_items", "is for a list"),
        (lists_in_lists(9), "items.items.items.items.items.items.items.items", "too deep"),
    ],
)
def test_a_refusal_names_the_place_below_the_field(field: dict[str, Any], key: str | None, reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"response_fields\[0\].*{re.escape(reason)}") as refusal:
        check_fields([{"name": "a", **field}])
    part = refusal.value.part
    assert refusal.value.attr == "response_fields"
    assert part is not None
    assert (part.index, part.name) == (0, "a")
    assert part.key == key or reason == "too deep"


@pytest.mark.parametrize("value", [None, "", [], False])
def test_a_key_that_says_nothing_may_stand_at_any_type(value: Any) -> None:
    assert check_fields([{"name": "a", "type": "date", "unique_items": value}]) == check_fields(
        [{"name": "a", "type": "date"}]
    )


@pytest.mark.parametrize(("required", "nullable"), [(True, False), (False, True)])
def test_nullable_is_the_opposite_of_required_where_it_is_left_out(required: bool, nullable: bool) -> None:
    (field,) = check_fields([{"name": "a", "required": required}])
    assert field.nullable is nullable


@pytest.mark.parametrize(
    ("required", "nullable", "taken"),
    [
        (True, True, [{"a": None}, {"a": "x"}]),
        (True, False, [{"a": "x"}]),
        (False, True, [{}, {"a": None}, {"a": "x"}]),
        (False, False, [{}, {"a": "x"}]),
    ],
)
def test_absent_and_null_are_allowed_apart(required: bool, nullable: bool, taken: list[Any]) -> None:
    check = validator(fields_to_schema(check_fields([{"name": "a", "required": required, "nullable": nullable}])))
    assert [answer for answer in ({}, {"a": None}, {"a": "x"}) if check(answer) is None] == taken
