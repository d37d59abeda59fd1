"""A field of very many rows is set by a worker: it checks all of them first, then writes part by part."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from csv_batches.models import CsvBatch
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import CorrectionAct, Queue
from experiments.services import correction_acts, corrections, large_corrections
from tests.integration.web.support import batch_of, browser, queue_url, row_of

pytestmark = pytest.mark.django_db
PART = 3
ROWS = 8
TASK = "experiments.tasks.correct_rest"
FIELDS = [
    {"name": "category", "description": "", "type": "string", "required": True},
    {"name": "score", "description": "", "type": "number", "required": True},
]


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (corrections, correction_acts, large_corrections):
        monkeypatch.setattr(module, "PART_ROWS", PART)


@pytest.fixture
def batch() -> CsvBatch:
    made = batch_of("ann", status="completed")
    made.set_response_fields(FIELDS)
    made.save()
    for index in range(ROWS):
        row_of(made, index, "succeeded", result_payload={"category": "a", "score": index, "more": [index]})
    Queue.objects.filter(pk=made.pk).update(total=ROWS, succeeded=ROWS, queued=0, running=0, failed=0)
    return made


def answers(batch: CsvBatch) -> list[Any]:
    return list(batch.rows.in_order().values_list("corrected_payload", flat=True))


def begin(batch: CsvBatch, **values: Any) -> corrections.Corrected:
    return corrections.correct_many(queue=batch, values=values, wanted={})


def finish(batch: CsvBatch) -> CorrectionAct:
    large_corrections.correct_rest(batch.pk)
    batch.refresh_from_db()
    assert batch.correcting is None
    return batch.correction_acts.latest("id")


def test_the_request_changes_nothing_and_says_how_many_there_are(batch: CsvBatch) -> None:
    done = begin(batch, score=Decimal("1.10"))
    assert (done.rows, done.later) == (0, ROWS)
    assert [task.task["args"][0] for task in OrmQ.objects.all() if task.task["func"] == TASK] == [str(batch.pk)]
    assert answers(batch) == [None] * ROWS


def test_the_worker_sets_it_in_all_and_it_is_undone(batch: CsvBatch) -> None:
    begin(batch, score=Decimal("1.10"))
    act = finish(batch)
    assert (act.rows, act.skipped, batch.corrected) == (ROWS, 0, ROWS)
    assert answers(batch)[7] == {"category": "a", "score": Decimal("1.10"), "more": [7]}
    assert correction_acts.undo(queue=batch, act_id=act.pk).rows == ROWS
    assert answers(batch) == [None] * ROWS


def test_where_one_row_at_the_end_would_break_the_schema_none_is_changed(batch: CsvBatch) -> None:
    batch.rows.filter(row_index=ROWS - 1).update(status="failed", result_payload={"category": "a"})
    Queue.objects.filter(pk=batch.pk).update(succeeded=ROWS - 1, failed=1)
    begin(batch, category="b")
    act = finish(batch)
    assert act.problem.startswith('Nothing was changed: rows would break the schema. Row 7: "score" is missing')
    assert answers(batch) == [None] * ROWS


def test_a_row_that_breaks_it_after_it_was_checked_is_skipped(batch: CsvBatch) -> None:
    begin(batch, category="b")
    for _ in range(3):
        large_corrections._part(batch.pk)
    batch.refresh_from_db()
    assert batch.correcting["is_checked"]
    batch.rows.filter(row_index=4).update(status="failed", result_payload={})
    Queue.objects.filter(pk=batch.pk).update(succeeded=ROWS - 1, failed=1)
    act = finish(batch)
    assert (act.rows, act.skipped) == (ROWS - 1, 1)
    assert answers(batch)[4] is None


def test_what_the_first_rows_refuse_is_said_at_once(batch: CsvBatch) -> None:
    batch.rows.filter(row_index=0).update(status="failed", result_payload={})
    with pytest.raises(InvalidInput, match="Row 0"):
        begin(batch, category="b")
    assert not batch.correction_acts.exists()


def test_two_at_a_time_are_refused_and_an_undo_ends_one_under_way(batch: CsvBatch) -> None:
    done = begin(batch, category="b")
    for _ in range(4):
        large_corrections._part(batch.pk)
    assert [row is None for row in answers(batch)] == [False] * PART + [True] * (ROWS - PART)
    with pytest.raises(Conflict, match="Another field is being set"):
        begin(batch, category="c")
    assert correction_acts.undo(queue=batch, act_id=done.act).rows == PART
    finish(batch)
    assert answers(batch) == [None] * ROWS


def test_it_is_sent_again_where_nobody_went_on(batch: CsvBatch) -> None:
    begin(batch, category="b")
    OrmQ.objects.all().delete()
    large_corrections.resume()
    assert not OrmQ.objects.exists()
    Queue.objects.filter(pk=batch.pk).update(correcting_at=timezone.now() - timedelta(hours=1))
    large_corrections.resume()
    assert [task.task["func"] for task in OrmQ.objects.all()] == [TASK]


def test_the_page_says_how_far_it_is_and_how_it_ended(batch: CsvBatch) -> None:
    client = browser("ann")
    client.get(queue_url(batch, "correct/"))
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "name": "category", "value": "b"}
    client.post(queue_url(batch, "correct/"), {**form, "confirmed": "1"})

    def page() -> str:
        return " ".join(client.get(queue_url(batch)).content.decode().split())

    html = page()
    assert f"Setting category = b in {ROWS} rows. It’s checked in all of them before any is changed." in html
    assert f"Setting category: checked 0 of {ROWS} rows, nothing changed yet" in html
    assert "Stop and undo" in html
    for _ in range(4):
        large_corrections._part(batch.pk)
    assert f"Setting category: {PART} of {ROWS} rows done" in page()
    finish(batch)
    assert f"Set category in {ROWS} rows</span>" in page()
