"""A pasted schema becomes fields; what fields cannot say is said."""

import json
from typing import Any

import pytest

from csv_batches.models import CsvBatch
from csv_batches.services import draft_history
from tests.integration.csv_batches.wizard.drafts import draft, send, stored, text_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db

SCHEMA = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}, "n": {"type": "integer"}}}


def imported(batch: CsvBatch, schema: Any, *, live: bool = False, how: str = "replace") -> Any:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    client = browser("ann")
    response = send(client, batch, "schema/import/", live=live, schema=text, how=how)
    return client.get(response["Location"]) if response.status_code == 302 else response


def names(batch: CsvBatch) -> list[str]:
    return [field["name"] for field in stored(batch).response_fields]


@pytest.mark.parametrize("live", [True, False])
def test_properties_become_fields_in_their_order(live: bool) -> None:
    batch = draft()
    imported(batch, SCHEMA, live=live)
    assert names(batch) == ["mood", "n"]
    assert stored(batch).response_fields[0]["choices"] == ["good", "bad"]


def test_fields_are_replaced_or_added_to_and_undo_brings_them_back() -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    CsvBatch.objects.filter(pk=batch.pk).update(draft_history=[])
    imported(batch, SCHEMA, how="add")
    assert names(batch) == ["tone", "mood", "n"]
    draft_history.undo(batch_id=batch.pk)
    assert names(batch) == ["tone"]
    imported(batch, SCHEMA)
    assert names(batch) == ["mood", "n"]
    draft_history.undo(batch_id=batch.pk)
    assert names(batch) == ["tone"]


def test_a_name_that_is_there_is_not_added_again() -> None:
    batch = draft(response_fields=[{"name": "n"}])
    response = imported(batch, SCHEMA, how="add")
    assert "another field has this name" in text_of(response)
    assert names(batch) == ["n"]


@pytest.mark.parametrize("live", [True, False])
def test_all_that_is_left_out_is_listed(live: bool) -> None:
    properties = {"a": {"type": "string", "minimum": 3}, "b": {"type": "array"}, "c/d": {"type": "string"}}
    words = text_of(imported(draft(), {"properties": properties, "required": ["gone"]}, live=live))
    notes = ("minimum (3) cannot be said", "“b”: A list of anything", "“c/d”: This cannot be the name", "“gone” is req")
    for note in notes:
        assert note in words


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This is not a JSON Schema: Expecting value"),
        ('{"properties": {}\n,}', "line 2 column 2"),
        ("[1]", "The schema must be a JSON object."),
        ('{"properties": {"a": {}, "a": {}}}', "has the key 'a' twice"),
        ('{"properties": {"a": {"maximum": 1e999}}}', "not a number that can be kept"),
        ('{"properties": {"a": {"pattern": "(a+)+"}}}', "pattern"),
        ('{"properties": {"a": {"$ref": "http://example.com"}}}', "$ref"),
        ('{"properties": {"1": {}}}', "describes no field that can be taken"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_reason_and_stays_in_the_form(
    text: str, sentence: str, live: bool
) -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    response = imported(batch, text, live=live)
    assert sentence in text_of(response)
    assert text in text_of(response) or "\n" in text
    assert names(batch) == ["tone"]


def test_what_the_buttons_do_to_the_fields_there_are_stands_on_them() -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    response = imported(batch, "{")
    assert "Replace the 1 field" in text_of(response)
    assert "Import" in text_of(imported(draft(), "{"))
