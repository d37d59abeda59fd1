"""Fields of a JSON Schema or of sample answers, without storing anything."""

from typing import Any

import pytest

from tests.integration.api.support import errors
from tests.support.api import Api

SCHEMA = {
    "type": "object",
    "properties": {"vendor": {"$ref": "#/$defs/Vendor"}, "id": {"type": "string", "format": "uuid"}},
    "required": ["vendor"],
    "$defs": {"Vendor": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
}
NAME = {"name": "name", "description": "", "type": "string", "required": True, "nullable": False}


def test_a_schema_makes_fields_that_a_batch_takes_and_nothing_is_stored(api: Api) -> None:
    api.network(None)
    batch = api.post("/csv_batches", {"name": "x", "network": "net"})
    read = api.post(f"/csv_batches/{batch['id']}/schema", {"json_schema": SCHEMA}, want=200)
    assert read["response_fields"] == [
        {"name": "vendor", "description": "", "type": "object", "required": True, "nullable": False, "fields": [NAME]},
        {"name": "id", "description": "", "type": "string", "required": False, "nullable": False},
    ]
    assert [(one["path"], one["keyword"]) for one in read["not_taken"]] == [("id", "format")]
    assert api.batch(batch["id"])["response_fields"] == []
    changed = api.patch(f"/csv_batches/{batch['id']}", {"response_fields": read["response_fields"]})
    assert changed["response_fields"] == read["response_fields"]


def test_samples_make_fields_of_an_experiment(api: Api) -> None:
    api.network(None)
    experiment = api.post("/experiments", {"name": "x", "network": "net"})
    read = api.post(f"/experiments/{experiment['id']}/schema", {"samples": [{"name": "Ada"}]}, want=200)
    assert read == {"response_fields": [NAME], "not_taken": []}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, ("required", "json_schema")),
        ({"json_schema": SCHEMA, "samples": [{}]}, ("invalid", "json_schema")),
        ({"json_schema": {"$ref": "#"}}, ("invalid_schema", "json_schema")),
        ({"samples": []}, ("min_length", "samples")),
        ({"schema": SCHEMA}, ("unknown", "schema")),
    ],
)
def test_anything_else_is_refused(api: Api, body: Any, error: tuple[str, str]) -> None:
    api.network(None)
    batch = api.post("/csv_batches", {"name": "x", "network": "net"})
    assert errors(api.post(f"/csv_batches/{batch['id']}/schema", body, want=400)) == [error]


@pytest.mark.parametrize(
    ("field", "attr"),
    [
        ({"type": "list", "items": {"minimun": 1}}, "response_fields.0.items.minimun"),
        ({"type": "object", "fields": [{"name": "b", "max": 1}]}, "response_fields.0.fields.0.max"),
    ],
)
def test_an_unknown_key_of_a_nested_field_is_refused_with_its_place(api: Api, field: Any, attr: str) -> None:
    api.network(None)
    body = {"name": "x", "network": "net", "response_fields": [{"name": "a", **field}]}
    assert errors(api.post("/csv_batches", body, want=400)) == [("unknown", attr)]
