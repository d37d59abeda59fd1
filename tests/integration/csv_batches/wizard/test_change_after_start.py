"""A change of prompt or schema of a started batch: a draft in the wizard, tried on some rows, applied to the batch."""

from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch, EarlierRevision
from csv_batches.rules.mapping import merge_columns
from tests.integration.web.support import FIELDS, batch_of, browser, htmx, post_form, queue_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> CsvBatch:
    """Paused, with an answer, a failed row and one that waits."""
    made = batch_of("ann", ["succeeded", "failed", "queued"], status="paused")
    made.set_response_fields(FIELDS)
    made.columns, made.schema_mode = merge_columns(made.columns, made.columns), "batch"
    made.save()
    made.rows.exclude(status="queued").update(started_at=timezone.now(), completed_at=timezone.now())
    return made


def begun(client: Any, batch: CsvBatch) -> CsvBatch:
    response = post_form(client, queue_url(batch), queue_url(batch, "change/"))
    draft = CsvBatch.objects.get(revises=batch)
    assert response["Location"] == queue_url(draft, "prompt/")
    return draft


def apply(client: Any, draft: CsvBatch, **form: str) -> Any:
    values = {"rows": "remaining", "schema_mode": "batch", **form}
    return post_form(client, queue_url(draft, "review/"), queue_url(draft, "review/apply/"), **values)


def test_the_draft_has_the_settings_and_some_rows(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    assert (draft.status, draft.name, draft.prompt_template) == ("draft", "Change of Mails", batch.prompt_template)
    assert list(draft.rows.in_order().values_list("row_index", "status")) == [
        (0, "queued"),
        (1, "queued"),
        (2, "queued"),
    ]
    assert begun(client, batch) == draft, "one that was begun is opened again"
    assert client.get(queue_url(draft, "upload/"))["Location"] == queue_url(draft, "map/")


def test_what_is_applied_is_the_next_revision_and_runs_the_rows_that_wait(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    CsvBatch.objects.filter(pk=draft.pk).update(prompt_template="Sort that.")
    page = client.get(queue_url(draft, "review/")).content.decode()
    assert "Sort this." in page
    assert "Sort that." in page
    assert "The 1 row that failed, and the 1 row that waits" in page
    assert apply(client, draft)["Location"] == queue_url(batch)
    batch.refresh_from_db()
    assert (batch.revision, batch.status, batch.prompt_template) == (2, "running", "Sort that.")
    assert not CsvBatch.objects.filter(pk=draft.pk).exists()
    shown = client.get(queue_url(batch)).content.decode()
    assert "is at revision 2" in shown
    assert "<span>revision 2</span>" in shown


def test_the_message_of_an_earlier_row_is_that_of_its_revision(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    CsvBatch.objects.filter(pk=draft.pk).update(prompt_template="Sort that.")
    apply(client, draft, rows="none")
    earlier, later = (htmx(client, queue_url(batch, f"row/{index}/?tab=message")).content.decode() for index in (0, 2))
    assert "Sort this." in earlier
    assert "Sort that." in later


def test_nothing_is_applied_where_nothing_is_different(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    page = apply(client, draft).content.decode()
    assert "Nothing would change" in page
    assert not EarlierRevision.objects.exists()


def test_a_running_batch_is_to_be_paused_first(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    CsvBatch.objects.filter(pk=draft.pk).update(prompt_template="Sort that.")
    CsvBatch.objects.filter(pk=batch.pk).update(status="running")
    assert "Pause the batch first." in client.get(queue_url(draft, "review/")).content.decode()
    assert "Pause the batch first." in apply(client, draft).content.decode()
    assert CsvBatch.objects.get(pk=batch.pk).revision == 1


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    CsvBatch.objects.filter(pk=draft.pk).update(prompt_template="Sort that.")
    CsvBatch.objects.filter(pk=batch.pk).update(revision=2)
    assert "Another user changed this batch while you worked" in apply(client, draft).content.decode()
    assert CsvBatch.objects.filter(pk=draft.pk).exists()


def test_the_draft_can_neither_run_nor_get_another_file_or_network(batch: CsvBatch) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    token = client.cookies["csrftoken"].value
    client.post(queue_url(draft, "review/start/"), {"csrfmiddlewaretoken": token, "which": "all"})
    client.post(queue_url(draft, "review/"), {"csrfmiddlewaretoken": token, "concurrency": "9"})
    after = CsvBatch.objects.get(pk=draft.pk)
    assert (after.status, after.concurrency) == ("draft", batch.concurrency)


def test_whose_batch_it_is_not_begins_no_change(batch: CsvBatch) -> None:
    client = browser("bob")
    client.get("/csv-batch/")
    token = client.cookies["csrftoken"].value
    answer = client.post(queue_url(batch, "change/"), {"csrfmiddlewaretoken": token})
    assert answer.status_code == 404
    assert not CsvBatch.objects.filter(revises=batch).exists()


@pytest.mark.parametrize("tail", ["", "?sort=field.category", "?field.urgent.gte=3", "row/0/"])
def test_answers_of_an_earlier_schema_are_shown(batch: CsvBatch, tail: str) -> None:
    client = browser("ann")
    draft = begun(client, batch)
    draft.set_response_fields([{**FIELDS[0], "type": "number"}, {**FIELDS[1], "type": "integer"}])
    draft.save()
    apply(client, draft, rows="none")
    page = client.get(queue_url(batch, tail))
    assert page.status_code == 200
    assert ("answer 0" in page.content.decode()) == ("gte" not in tail)
