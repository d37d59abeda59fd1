"""A response field is written in one line."""

from typing import Any

import pytest

from csv_batches.rules.field_syntax import field_of_text
from experiments.core.errors import InvalidInput
from experiments.response_schema.field_checks import check_fields

CHOICES = {"type": "string", "choices": ["positive", "negative"]}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("topic", {"name": "topic", "type": "string"}),
        ("Order no : integer", {"name": "Order no", "type": "integer"}),
        ("tone:choice(positive, negative)", {"name": "tone", **CHOICES}),
        ("tone:choice(positive,negative)!", {"name": "tone", **CHOICES, "required": True}),
        ("tone:choice(positive,negative)?", {"name": "tone", **CHOICES, "required": False}),
        ('a:choice("yes, (really)",no)', {"name": "a", "type": "string", "choices": ["yes, (really)", "no"]}),
        ("score:integer(1..5)", {"name": "score", "type": "integer", "minimum": 1, "maximum": 5}),
        ("price:number(0.5..)?", {"name": "price", "type": "number", "minimum": 0.5, "required": False}),
        ("note:string(..200)", {"name": "note", "type": "string", "max_length": 200}),
        ("at:date-time", {"name": "at", "type": "date-time"}),
        ("tags:list", {"name": "tags", "type": "list"}),
        (
            "tags:list(choice(a,b))",
            {"name": "tags", "type": "list", "items": {"type": "string", "choices": ["a", "b"]}},
        ),
        ("a:string=x = y: (z", {"name": "a", "type": "string", "description": "x = y: (z"}),
        (
            "order:object(no:string, lines:list(object(sku:string,price:number)))",
            {
                "name": "order",
                "type": "object",
                "fields": [
                    {"name": "no", "type": "string"},
                    {
                        "name": "lines",
                        "type": "list",
                        "items": {
                            "type": "object",
                            "fields": [{"name": "sku", "type": "string"}, {"name": "price", "type": "number"}],
                        },
                    },
                ],
            },
        ),
    ],
)
def test_what_it_says(text: str, field: dict[str, Any]) -> None:
    assert field_of_text(text) == field
    check_fields([field])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no name"),
        (":string", "no name"),
        ("a:text", "“text” isn’t one of choice, string"),
        ("a:choice", "needs texts"),
        ("a:choice(b,)", "needs texts"),
        ("a:boolean(1..2)", "can’t follow boolean"),
        ("a:integer(5)", "can’t follow integer"),
        ("a:integer(..)", "can’t follow integer"),
        ("a:choice(b", "isn’t one of"),
        ("a:list(object(b:nothing))", "“nothing” isn’t one of"),
    ],
)
def test_what_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match="Couldn’t read the field") as found:
        field_of_text(text)
    assert why in found.value.detail
