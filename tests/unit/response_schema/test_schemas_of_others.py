"""Schemas as Pydantic and Zod write them, of an invoice: what becomes of them."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema import check_schema, example, guidance, tolerance, validator
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import Field, field_to_json
from experiments.response_schema.schema_import import schema_to_fields
from tests.support.invoices import PYDANTIC_VENDOR

# `Invoice.model_json_schema()` of Pydantic 2.
PYDANTIC: dict[str, Any] = {
    "$defs": {
        "Currency": {"enum": ["EUR", "USD"], "title": "Currency", "type": "string"},
        "Line": {
            "properties": {
                "description": {"minLength": 1, "title": "Description", "type": "string"},
                "quantity": {"default": 1, "exclusiveMinimum": 0, "title": "Quantity", "type": "integer"},
                "price": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None, "title": "Price"},
            },
            "required": ["description"],
            "title": "Line",
            "type": "object",
        },
        "Vendor": PYDANTIC_VENDOR,
    },
    "properties": {
        "number": {"pattern": "^INV-\\d{4}$", "title": "Number", "type": "string"},
        "issued": {"format": "date", "title": "Issued", "type": "string"},
        "vendor": {"$ref": "#/$defs/Vendor", "description": "Who sent it."},
        "currency": {"$ref": "#/$defs/Currency", "default": "EUR"},
        "lines": {"items": {"$ref": "#/$defs/Line"}, "minItems": 1, "title": "Lines", "type": "array"},
        "paid_at": {"anyOf": [{"format": "date-time", "type": "string"}, {"type": "null"}], "title": "Paid At"},
    },
    "required": ["number", "issued", "vendor", "lines", "paid_at"],
    "title": "Invoice",
    "type": "object",
}
# `z.toJSONSchema(Invoice)` of Zod 4.
ZOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": "^INV-\\d{4}$"},
        "issued": {"type": "string", "format": "date", "pattern": "^(?:(?!0000)\\d{4})-\\d{2}-\\d{2}$"},
        "score": {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991},
        "kind": {"anyOf": [{"type": "string", "const": "bill"}, {"type": "string", "const": "credit"}]},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["new", "late"]}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"item": {"type": "string"}, "price": {"type": "number", "minimum": 0}},
                "required": ["item", "price"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["number", "issued", "score", "kind", "tags", "note", "lines"],
    "additionalProperties": False,
}


def lost(schema: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.path, one.keyword) for one in schema_to_fields(schema).not_taken]


def test_the_invoice_of_pydantic_comes_in() -> None:
    fields = {field.name: field for field in schema_to_fields(PYDANTIC).fields}
    assert fields["number"] == Field("number", pattern="^INV-\\d{4}$")
    assert fields["issued"].type == "date"
    assert fields["vendor"] == Field(
        "vendor", "Who sent it.", "object", fields=(Field("name"), Field("email", required=False, format="email"))
    )
    assert fields["currency"] == Field("currency", choices=("EUR", "USD"), required=False, nullable=False)
    assert fields["paid_at"] == Field("paid_at", type="date-time", nullable=True)
    line = fields["lines"].items
    assert line is not None
    assert line.fields == (
        Field("description", min_length=1),
        Field("quantity", type="integer", required=False, nullable=False, minimum=1),
        Field("price", type="number", required=False),
    )
    assert lost(PYDANTIC) == [("currency", "default"), ("lines[].quantity", "default")]


def test_the_invoice_of_zod_comes_in() -> None:
    fields = {field.name: field for field in schema_to_fields(ZOD).fields}
    assert list(fields) == list(ZOD["properties"])
    assert fields["kind"] == Field("kind", choices=("bill", "credit"))
    assert fields["note"] == Field("note", nullable=True)
    assert fields["tags"].items == Field(choices=("new", "late"))
    assert lost(ZOD) == [("issued", "pattern"), ("lines[]", "additionalProperties"), ("", "additionalProperties")]


@pytest.mark.parametrize("schema", [PYDANTIC, ZOD])
def test_what_came_in_goes_out_and_comes_in_as_the_same(schema: dict[str, Any]) -> None:
    fields = schema_to_fields(schema).fields
    assert check_fields([field_to_json(field) for field in fields]) == fields
    again = schema_to_fields(fields_to_schema(fields))
    assert (again.fields, again.not_taken) == (fields, ())


def test_a_schema_with_references_is_kept_and_checks_answers() -> None:
    assert check_schema(PYDANTIC) is PYDANTIC
    answer = example(PYDANTIC)
    assert answer["lines"] == [{"description": "text", "quantity": 1, "price": 1.5}]
    check = validator(PYDANTIC)
    assert check(answer) is None
    assert check({**answer, "vendor": {}}) == '"vendor.name" is missing'
    assert '  - "quantity" (left out where there is nothing to say): a whole number, more than 0.' in guidance(PYDANTIC)
    meant, changes = tolerance(PYDANTIC)({**answer, "lines": [{"description": "x", "quantity": "2"}]})
    assert meant["lines"] == [{"description": "x", "quantity": 2}]
    assert [change["path"] for change in changes] == ["lines[0].quantity"]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"allOf": [{"$ref": "#/definitions/Tone"}], "description": "D"}, Field("f", "D", choices=("a", "b"))),
        ({"oneOf": [{"$ref": "#/definitions/Tone"}, {"type": "null"}]}, Field("f", choices=("a", "b"), nullable=True)),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, Field("f", type="integer", nullable=True)),
        ({"oneOf": [{"const": "x"}, {"const": "y"}]}, Field("f", choices=("x", "y"))),
        ({"type": ["array", "null"], "items": {"type": "string"}}, Field("f", type="list", nullable=True)),
        ({"type": "integer", "exclusiveMinimum": 0, "maximum": 9.5}, Field("f", type="integer", minimum=1, maximum=9)),
        ({"type": "integer", "minimum": 0.5}, Field("f", type="integer", minimum=1)),
    ],
)
def test_detours_say_the_same(part: dict[str, Any], field: Field) -> None:
    definitions = {"Tone": {"type": "string", "enum": ["a", "b"], "title": "Tone"}}
    schema = {"type": "object", "properties": {"f": part}, "required": ["f"], "definitions": definitions}
    imported = schema_to_fields(schema)
    assert (imported.fields, imported.not_taken) == ((field,), ())
    assert check_schema(schema) is schema


def test_titles_of_choices_are_listed() -> None:
    schema = {"properties": {"f": {"oneOf": [{"const": "x", "title": "Good"}, {"const": "y"}]}}}
    (one,) = schema_to_fields(schema).not_taken
    assert (one.keyword, "“Good”" in one.detail) == ("title", True)


@pytest.mark.parametrize(
    ("part", "keyword"),
    [
        ({"type": "string", "not": {"const": "x"}}, "not"),
        ({"type": "object", "patternProperties": {"^x": {}}}, "patternProperties"),
        ({"type": "string", "pattern": "(?=a)b"}, "pattern"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "items"),
        ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, "type"),
    ],
)
def test_what_no_field_says_is_listed_and_not_refused(part: dict[str, Any], keyword: str) -> None:
    assert ("f", keyword) in lost({"properties": {"f": part, "g": {"type": "string"}}})


def test_references_that_multiply_are_refused() -> None:
    definitions: dict[str, Any] = {"T0": {"type": "string"}}
    for n in range(1, 30):
        both = {"a": {"$ref": f"#/$defs/T{n - 1}"}, "b": {"$ref": f"#/$defs/T{n - 1}"}}
        definitions[f"T{n}"] = {"type": "object", "properties": both}
    with pytest.raises(InvalidInput, match="more than 5,000 parts"):
        check_schema({"properties": {"a": {"$ref": "#/$defs/T29"}}, "$defs": definitions})
