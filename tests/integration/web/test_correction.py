"""A person's answer, typed into the pane of a row."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.core.json_numbers import kept_number, to_json
from tests.integration.web.support import batch_of, browser, post_form, queue_url, row_of

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": "category", "description": "the kind", "type": "string", "required": True, "choices": ["a", "b"]},
    {"name": "urgent", "description": "", "type": "boolean", "required": True},
    {"name": "score", "description": "", "type": "integer", "required": True},
    {"name": "share", "description": "", "type": "number", "required": False},
    {"name": "note", "description": "", "type": "string", "required": False},
]
ANSWER = {"category": "a", "urgent": True, "score": 5, "share": 0.5, "note": "two\nlines", "more": {"kept": 1}}
TYPED = {"answer0": "b", "answer1": "false", "answer2": "7", "answer3": "", "answer4": ""}


@pytest.fixture
def batch() -> CsvBatch:
    made = batch_of("ann", ["queued", "failed"], status="paused")
    made.set_response_fields(FIELDS)
    made.save()
    row_of(made, 2, "succeeded", result_payload=ANSWER)
    return made


def page(batch: CsvBatch, index: int = 2) -> str:
    return queue_url(batch, f"row/{index}/")


def correct(client: Client, batch: CsvBatch, index: int = 2, **typed: str) -> Any:
    return post_form(client, page(batch, index), f"{page(batch, index)}correct/", **{**TYPED, **typed})


def stored(batch: CsvBatch, index: int = 2) -> Any:
    return batch.rows.get(row_index=index).corrected_payload


def test_the_form_begins_with_the_answer_as_it_is(batch: CsvBatch) -> None:
    html = browser("ann").get(page(batch)).content.decode().partition('id="correct"')[2]
    assert '<option value="a" selected>' in html
    assert '<option value="true" selected>' in html
    assert 'value="5"' in html
    assert 'value="0.5"' in html
    assert "two\nlines</textarea>" in html
    assert "the kind" in html


@pytest.mark.parametrize("typed", ["12345678901234567.89", "0.10", "1e-400", "2.5"])
def test_a_number_is_stored_as_it_is_typed(batch: CsvBatch, typed: str) -> None:
    correct(browser("ann"), batch, answer3=typed)
    assert Decimal(str(stored(batch)["share"])) == Decimal(typed)
    html = browser("ann").get(page(batch)).content.decode()
    assert f'value="{to_json(kept_number(typed))}"' in html


@pytest.mark.parametrize("typed", ["1e-401", "0." + "1" * 4000])
def test_a_number_that_cannot_be_kept_is_said(batch: CsvBatch, typed: str) -> None:
    shown = correct(browser("ann"), batch, answer3=typed)
    assert "This number cannot be kept as it is." in shown.content.decode()
    assert stored(batch) is None


def test_it_is_stored_beside_the_answer_and_what_has_no_input_stays(batch: CsvBatch) -> None:
    assert correct(browser("ann"), batch)["Location"] == page(batch)
    expected = {"category": "b", "urgent": False, "score": 7, "share": None, "note": None, "more": {"kept": 1}}
    assert stored(batch) == expected
    assert batch.rows.get(row_index=2).result_payload == ANSWER
    html = browser("ann").get(page(batch)).content.decode()
    assert "Answer, corrected" in html
    assert "Answer before" in html


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ("-2", -2), ("0.25", 0.25), ("1e3", 1000.0)])
def test_numbers_are_stored_as_typed(batch: CsvBatch, typed: str, number: float) -> None:
    correct(browser("ann"), batch, answer3=typed)
    value = stored(batch)["share"]
    assert (value, type(value)) == (number, type(number))


def test_a_text_keeps_its_spaces_and_line_ends(batch: CsvBatch) -> None:
    correct(browser("ann"), batch, answer4=" a\r\nb ")
    assert stored(batch)["note"] == " a\nb "


@pytest.mark.parametrize(
    ("name", "typed"),
    [("answer0", "c"), ("answer1", "maybe"), ("answer2", "7.5"), ("answer2", ""), ("answer3", "inf"), ("answer3", "x")],
)
def test_what_a_field_cannot_be_is_said_beside_it_and_kept_as_typed(batch: CsvBatch, name: str, typed: str) -> None:
    html = correct(browser("ann"), batch, 2, **{name: typed}).content.decode()
    assert f'id="correct_{name}_error" role="alert"' in html
    assert 'aria-invalid="true"' in html
    assert '<details id="correct" class="correct" open>' in html
    assert '<option value="b" selected>' in html or name == "answer0"
    assert stored(batch) is None


def test_what_the_schema_refuses_is_said_and_nothing_is_stored(batch: CsvBatch) -> None:
    schema = {"type": "object", "properties": {"score": {"type": "integer", "maximum": 6}}}
    CsvBatch.objects.filter(pk=batch.pk).update(schema_json=schema)
    html = correct(browser("ann"), batch).content.decode()
    assert "not at most 6" in html.partition('id="correct_answer2_error"')[2].partition("</p>")[0]
    assert stored(batch) is None


def test_it_can_be_taken_back(batch: CsvBatch) -> None:
    client = browser("ann")
    assert "Revert" not in client.get(page(batch)).content.decode()
    correct(client, batch)
    post_form(client, page(batch), f"{page(batch)}correct/", revert="1")
    assert stored(batch) is None
    assert batch.rows.filter(corrected_payload__isnull=True).count() == 3


def test_a_failed_row_can_be_corrected_and_a_waiting_one_not(batch: CsvBatch) -> None:
    client = browser("ann")
    correct(client, batch, 1)
    assert stored(batch, 1)["category"] == "b"
    assert 'id="correct"' not in client.get(page(batch, 0)).content.decode()
    token = client.cookies["csrftoken"].value
    html = client.post(f"{page(batch, 0)}correct/", {"csrfmiddlewaretoken": token, **TYPED}).content.decode()
    assert stored(batch, 0) is None
    assert "Row 0" in html


def test_with_htmx_the_pane_comes_back_and_the_table_is_told(batch: CsvBatch) -> None:
    client = browser("ann")
    client.get(page(batch))
    body = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **TYPED}
    response = client.post(f"{page(batch)}correct/", body, headers={"HX-Request": "true"})
    assert "batch-changed" in response["HX-Trigger"]
    html = response.content.decode()
    assert "<html" not in html
    assert "Answer, corrected" in html


def test_it_takes_a_form_with_its_token_from_the_owner(batch: CsvBatch) -> None:
    client = browser("ann")
    assert client.get(f"{page(batch)}correct/").status_code == 405
    assert client.post(f"{page(batch)}correct/", TYPED).status_code == 403
    other = browser("bob")
    other.get("/csv-batch/")
    assert other.get(page(batch)).status_code == 404
    assert stored(batch) is None
