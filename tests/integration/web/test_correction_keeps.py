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
    made.schema_json = {"type": "object", "properties": {"tags": {"type": "array"}, "vendor": {"type": "object"}}}
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


def test_a_list_is_edited_as_json(batch: CsvBatch) -> None:
    client = browser("ann")
    send(client, batch, opened(client, batch), answer0='["b",\r\n "c"]')
    assert stored(batch) == {**ANSWER, "tags": ["b", "c"]}


def test_where_the_json_breaks_is_said_beside_it(batch: CsvBatch) -> None:
    client = browser("ann")
    html = send(client, batch, opened(client, batch), answer0='["b",\r\n "c"').content.decode()
    assert "Line 2, column 5: this isn’t JSON" in html
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
    assert "Somebody changed this while you edited it. It’s now: 8." in html
    assert stored(batch)["score"] == 8
    again = {**of_bob, "initial-answer2": "8"}
    assert re.search('name="initial-answer2"[^>]* value="8"', html)
    send(bob, batch, again, answer2="9")
    assert stored(batch)["score"] == 9
