"""A pasted schema or sample becomes fields, after what fields cannot say was shown."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from csv_batches.models import CsvBatch
from csv_batches.services import draft_history
from tests.integration.csv_batches.wizard.drafts import draft, html_of, send, stored, text_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db

SCHEMA = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}, "n": {"type": "integer"}}}
BOTH_WAYS = pytest.mark.parametrize("live", [True, False], ids=["htmx", "form"])


def shown(batch: CsvBatch, given: Any, *, live: bool = False, **more: Any) -> Any:
    """What the page shows of it."""
    text = given if isinstance(given, str) else json.dumps(given)
    return send(browser("ann"), batch, "schema/import/", live=live, text=text, do="look", **more)


def used(batch: CsvBatch, given: Any, *, live: bool = False, do: str = "replace") -> Any:
    """After it was shown."""
    html = html_of(shown(batch, given, live=live))
    values = dict(re.findall(r'type="hidden" name="(mark|read_as)" value="([^"]*)"', html))
    text = given if isinstance(given, str) else json.dumps(given)
    return send(browser("ann"), batch, "schema/import/", live=live, text=text, do=do, **values)


def names(batch: CsvBatch) -> list[str]:
    return [field["name"] for field in stored(batch).response_fields]


@BOTH_WAYS
def test_properties_become_fields_in_their_order(live: bool) -> None:
    batch = draft()
    used(batch, SCHEMA, live=live)
    assert names(batch) == ["mood", "n"]
    assert stored(batch).response_fields[0]["choices"] == ["good", "bad"]


@BOTH_WAYS
def test_nothing_is_used_before_it_was_shown(live: bool) -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    response = shown(batch, SCHEMA, live=live)
    assert "Use these fields" in text_of(response)
    assert names(batch) == ["tone"]
    response = send(browser("ann"), batch, "schema/import/", live=live, text=json.dumps(SCHEMA), do="replace")
    assert "Use these fields" in text_of(response)
    assert names(batch) == ["tone"]


@BOTH_WAYS
def test_all_that_is_left_out_is_listed_first(live: bool) -> None:
    properties = {"a": {"type": "string", "default": "x"}, "b": {"type": "array"}, "c/d": {"type": "string"}}
    batch = draft()
    words = text_of(shown(batch, {"properties": properties, "required": ["gone"]}, live=live))
    for note in ("a: Nothing is filled in", "b: A list of anything", "c/d: This cannot be the name", "“gone” is req"):
        assert note in words
    assert names(batch) == []


def test_fields_are_replaced_or_added_to_and_undo_brings_them_back() -> None:
    batch = draft(response_fields=[{"name": "n"}])
    CsvBatch.objects.filter(pk=batch.pk).update(draft_history=[])
    used(batch, SCHEMA, do="add")
    assert names(batch) == ["n", "mood"]
    draft_history.undo(batch_id=batch.pk)
    assert names(batch) == ["n"]
    used(batch, SCHEMA)
    assert names(batch) == ["mood", "n"]
    draft_history.undo(batch_id=batch.pk)
    assert names(batch) == ["n"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"n": 1, "lines": [{"price": 1.5}]}', "a sample answer"),
        ('[{"n": 1}, {"n": 2}]', "2 sample answers"),
        ('{"n": 1}\n{"n": 2}\n', "2 sample answers"),
        (json.dumps(SCHEMA), "a JSON Schema"),
    ],
)
def test_how_a_text_was_read_is_said(text: str, said: str) -> None:
    batch = draft()
    assert f"Read as {said}" in text_of(shown(batch, text))
    used(batch, text)
    assert "n" in names(batch)


def test_a_text_can_be_read_the_other_way() -> None:
    batch = draft()
    sample = '{"properties": {"a": "x"}}'
    response = send(browser("ann"), batch, "schema/import/", text=sample, do="as_sample")
    assert "Read as a sample answer" in text_of(response)
    assert "properties.a" in text_of(response)


def test_a_dropped_file_is_read() -> None:
    file = SimpleUploadedFile("schema.json", json.dumps(SCHEMA).encode("utf-8-sig"), "application/json")
    assert "mood" in text_of(shown(draft(), "", file=file))


@BOTH_WAYS
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Couldn’t read this as JSON: it is empty."),
        ('{"properties": {}\n,}', "line 2 column 2"),
        ("[1]", ""),
        ('{"properties": {"a": {}, "a": {}}}', "has the key 'a' twice"),
        ('{"properties": {"a": {"maximum": 1e999}}}', "not a number that can be kept"),
        ('{"properties": {"a": {"$ref": "http://example.com"}}}', "$ref"),
        ('{"properties": {"1": {}}}', "No fields found."),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason_and_stays_in_the_form(
    text: str, sentence: str, live: bool
) -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    response = shown(batch, text, live=live)
    assert sentence in text_of(response)
    assert 'id="import-problem"' in html_of(response)
    assert text in text_of(response) or "\n" in text
    assert "Use these fields" not in text_of(response)
    assert names(batch) == ["tone"]
