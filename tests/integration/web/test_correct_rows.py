"""A person sets a field in many rows: sees in how many, confirms, and can undo it."""

from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, post_form, queue_url, row_of

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": "category", "description": "", "type": "string", "required": True, "choices": ["a", "b"]},
    {"name": "score", "description": "", "type": "integer", "required": True},
]


@pytest.fixture
def batch() -> CsvBatch:
    """Rows 0 to 2 succeeded, 3 failed without an answer, 4 failed and was corrected."""
    made = batch_of("ann", status="completed")
    made.set_response_fields(FIELDS)
    made.save()
    for index in range(3):
        row_of(made, index, "succeeded", result_payload={"category": "a", "score": index, "tags": [index]})
    row_of(made, 3, "failed", error_code="timeout")
    row_of(made, 4, "failed", error_code="timeout", corrected_payload={"category": "b", "score": 9})
    CsvBatch.objects.filter(pk=made.pk).update(
        total=5, succeeded=3, failed=2, corrected=1, failed_corrected=1, queued=0, running=0
    )
    return made


def page(batch: CsvBatch, query: str = "") -> str:
    return queue_url(batch, f"correct/{query}")


def send(client: Client, batch: CsvBatch, query: str = "", **typed: str) -> Any:
    client.get(page(batch, query))
    return client.post(page(batch, query), {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **typed})


def ask_for(batch: CsvBatch, fields: list[dict[str, Any]]) -> None:
    batch.refresh_from_db()
    batch.set_response_fields(fields)
    batch.save()


def answers(batch: CsvBatch) -> list[Any]:
    return list(batch.rows.in_order().values_list("corrected_payload", flat=True))


def test_it_asks_for_the_field_then_for_a_value_by_its_type(batch: CsvBatch) -> None:
    client = browser("ann")
    html = " ".join(client.get(page(batch, "?status=succeeded")).content.decode().split())
    assert "Set a field of 3 rows" in html
    assert "match succeeded" in html
    assert '<option value="a">' in client.get(page(batch, "?name=category")).content.decode()
    assert 'type="number"' in client.get(page(batch, "?name=score")).content.decode()


def test_it_says_in_how_many_rows_before_anything_is_changed(batch: CsvBatch) -> None:
    response = send(browser("ann"), batch, "?status=succeeded", name="category", value="b")
    html = " ".join(response.content.decode().split())
    assert "Set <b>category = b</b> in <b>3</b> rows?" in html
    assert "Set category in 3 rows</button>" in html
    assert answers(batch)[:4] == [None] * 4


def test_then_it_is_set_and_can_be_undone(batch: CsvBatch) -> None:
    client = browser("ann")
    response = send(client, batch, "?status=succeeded", name="category", value="b", confirmed="1")
    assert response["Location"] == queue_url(batch) + "?status=succeeded"
    assert answers(batch)[:3] == [{"category": "b", "score": index, "tags": [index]} for index in range(3)]
    html = client.get(response["Location"]).content.decode()
    assert "Set category = b in 3 rows." in html
    assert "Set category in 3 rows</span>" in html
    act = batch.correction_acts.get().pk
    post_form(client, queue_url(batch), queue_url(batch, "correct/undo/"), correction=str(act))
    assert answers(batch)[:4] == [None] * 4
    assert "act-undo" not in client.get(queue_url(batch)).content.decode()


def test_where_a_row_would_break_the_schema_it_is_named_and_none_is_changed(batch: CsvBatch) -> None:
    response = send(browser("ann"), batch, name="category", value="b", confirmed="1")
    assert response.status_code == 400
    assert "Row 3: &quot;score&quot; is missing" in response.content.decode()
    assert answers(batch)[:4] == [None] * 4


@pytest.mark.parametrize(("name", "value"), [("category", "c"), ("score", "x"), ("score", ""), ("unheard", "1")])
def test_a_value_that_the_field_cannot_have_is_said(batch: CsvBatch, name: str, value: str) -> None:
    assert send(browser("ann"), batch, name=name, value=value, confirmed="1").status_code == 400
    assert answers(batch)[:4] == [None] * 4


@pytest.mark.parametrize(
    ("typed", "set_to"),
    [
        ({"value": "x"}, "x"),
        ({"value": "", "value-state": "value"}, ""),
        ({"value": "", "value-state": "null"}, None),
    ],
)
def test_a_text_may_be_empty_or_null(batch: CsvBatch, typed: dict[str, str], set_to: str | None) -> None:
    note = {"name": "note", "description": "", "type": "string", "required": False, "nullable": True}
    ask_for(batch, [*FIELDS, note])
    assert send(browser("ann"), batch, "?status=succeeded", name="note", confirmed="1", **typed).status_code == 302
    assert [answer["note"] for answer in answers(batch)[:3]] == [set_to] * 3


def test_a_choice_is_not_left_out_in_many_rows(batch: CsvBatch) -> None:
    ask_for(batch, [{**FIELDS[0], "required": False, "nullable": False}, FIELDS[1]])
    assert "Left out" not in browser("ann").get(page(batch, "?name=category")).content.decode()
    assert send(browser("ann"), batch, "?status=succeeded", name="category", value="").status_code == 400


def test_a_list_is_edited_by_its_shape_and_kept_until_it_is_confirmed(batch: CsvBatch) -> None:
    tags = {"name": "tags", "description": "", "type": "list", "items": {"type": "string"}, "required": True}
    ask_for(batch, [*FIELDS, tags])
    client = browser("ann")
    assert "data-shape=" in client.get(page(batch, "?name=tags")).content.decode()
    asked = send(client, batch, "?status=succeeded", name="tags", value="late\nlost")
    assert 'name="value" value="late\nlost"' in asked.content.decode()
    send(client, batch, "?status=succeeded", name="tags", value="late\nlost", confirmed="1")
    assert [answer["tags"] for answer in answers(batch)[:3]] == [["late", "lost"]] * 3


def test_the_batch_says_how_many_were_corrected_and_offers_no_retry_of_those(batch: CsvBatch) -> None:
    client = browser("ann")
    html = " ".join(client.get(queue_url(batch)).content.decode().split())
    assert "1 row failed. Review the errors, then retry them. 1 that failed were corrected." in html
    assert "Retry 1 failed" in html
    assert "3 succeeded, 2 failed, 1 corrected" in html
    assert 'title="Corrected by a person"' in html
    assert "1 corrected</span>" in client.get("/csv-batch/").content.decode()


def test_a_batch_whose_failed_rows_were_all_corrected_is_done(batch: CsvBatch) -> None:
    batch.rows.filter(row_index=3).update(corrected_payload={"category": "b", "score": 9})
    CsvBatch.objects.filter(pk=batch.pk).update(corrected=2, failed_corrected=2)
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert "All rows have an answer. 2 that failed were corrected." in html
    assert "act-retry" not in html


def test_the_table_shows_corrected_rows_alone(batch: CsvBatch) -> None:
    html = browser("ann").get(queue_url(batch) + "?corrected=1").content.decode()
    assert 'id="r4"' in html
    assert 'id="r0"' not in html
    assert 'id="chip-corrected"' in html


def test_others_see_nothing_of_it(batch: CsvBatch) -> None:
    other = browser("bob")
    assert other.get(page(batch)).status_code == 404
