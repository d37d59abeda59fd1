"""A correction changes what a person touched, in the answer as it is now, and nothing else."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, queue_url, row_of

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": name, "description": "", "type": type_, "required": required}
    for name, type_, required in (
        ("tags", "string", True),
        ("vendor", "string", True),
        ("score", "integer", True),
        ("note", "string", False),
        ("share", "number", False),
    )
]
ANSWER = {
    "tags": ["a", "b"],
    "vendor": {"name": "Größe", "ids": [1, 2]},
    "score": 5,
    "note": "one\r\ntwo\rthree",
    "share": Decimal("12345678901234567.890"),
    "more": {"kept": [None]},
}


@pytest.fixture
def batch() -> CsvBatch:
    made = batch_of("ann", status="paused")
    made.set_response_fields(FIELDS)
    # As of a network's own schema, which knows more than the fields do.
    tags = {"type": ["array", "null"], "items": {"$ref": "#/$defs/Tag"}, "maxItems": 3}
    ids = {"type": "array", "items": {"type": "integer"}}
    vendor = {"type": "object", "properties": {"name": {"type": "string"}, "ids": ids}}
    made.schema_json = {
        "type": "object",
        "$defs": {"Tag": {"type": "string"}},
        "properties": {"tags": tags, "vendor": vendor, "score": {"type": "integer", "maximum": 10}},
    }
    made.save()
    row_of(made, 0, "succeeded", result_payload=ANSWER)
    CsvBatch.objects.filter(pk=made.pk).update(total=1, succeeded=1)
    return made


def stored(batch: CsvBatch) -> Any:
    return batch.rows.get(row_index=0).corrected_payload


def opened(client: Client, batch: CsvBatch) -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    html = client.get(queue_url(batch, "row/0/")).content.decode().partition('id="correct"')[2].partition("</form>")[0]
    inputs = (re.search(r'name="([^"]+)"(?:[^>]*? value="([^"]*)")?', tag) for tag in re.findall("<input[^>]*>", html))
    found = {one[1]: one[2] or "" for one in inputs if one}
    areas = re.findall(r'(?s)<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', html)
    shown = {name: unescape(text) for name, text in [*found.items(), *areas]}
    return {name: re.sub("\r\n|\r|\n", "\r\n", text) for name, text in shown.items()}


def send(client: Client, batch: CsvBatch, form: dict[str, str], **typed: str) -> Any:
    return client.post(queue_url(batch, "row/0/correct/"), {**form, **typed})


def test_one_number_is_changed_and_lists_objects_line_ends_and_further_keys_stay(batch: CsvBatch) -> None:
    client = browser("ann")
    assert send(client, batch, opened(client, batch), answer2="8").status_code == 302
    assert stored(batch) == {**ANSWER, "score": 8}


def test_a_list_of_texts_has_a_line_for_each(batch: CsvBatch) -> None:
    client = browser("ann")
    form = opened(client, batch)
    assert form["answer0"] == "a\r\nb"
    send(client, batch, form, answer0="b\r\n\r\n c")
    assert stored(batch) == {**ANSWER, "tags": ["b", " c"]}


def test_an_object_is_edited_as_json(batch: CsvBatch) -> None:
    client = browser("ann")
    send(client, batch, opened(client, batch), answer1='{"ids": [3],\r\n "name": "x"}')
    assert stored(batch) == {**ANSWER, "vendor": {"ids": [3], "name": "x"}}


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("answer1", '{"ids": [1],\r\n "name" 5}', "Line 2, column 9: this isn’t JSON"),
        ("answer1", '{"ids": [1, "x"]}', "vendor.ids[1]"),
        ("answer0", "a\r\nb\r\nc\r\nd", "has 4 entries, not at most 3"),
        ("answer2", "11", "not at most 10"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input(batch: CsvBatch, name: str, typed: str, sentence: str) -> None:
    client = browser("ann")
    html = unescape(send(client, batch, opened(client, batch), **{name: typed}).content.decode())
    assert sentence in html.partition(f'id="correct_{name}_error"')[2].partition("</p>")[0]
    assert stored(batch) is None


def test_what_somebody_else_changed_meanwhile_stays_where_it_was_not_touched(batch: CsvBatch) -> None:
    ann, bob = browser("ann"), browser("ann")
    of_ann, of_bob = opened(ann, batch), opened(bob, batch)
    send(ann, batch, of_ann, answer2="8")
    send(bob, batch, of_bob, answer3="bob")
    assert stored(batch) == {**ANSWER, "score": 8, "note": "bob"}


def test_a_field_that_both_changed_is_a_conflict_and_replaced_when_saved_again(batch: CsvBatch) -> None:
    ann, bob = browser("ann"), browser("ann")
    of_ann, of_bob = opened(ann, batch), opened(bob, batch)
    send(ann, batch, of_ann, answer2="8")
    html = send(bob, batch, of_bob, answer2="9").content.decode()
    assert "This changed since you opened it. It’s now: 8." in html
    assert stored(batch)["score"] == 8
    again = {**of_bob, "initial-answer2": "8"}
    assert re.search('name="initial-answer2"[^>]* value="8"', html)
    send(bob, batch, again, answer2="9")
    assert stored(batch)["score"] == 9
