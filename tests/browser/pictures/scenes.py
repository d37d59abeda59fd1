"""What a picture is taken of: batches of tickets in each state, and the address of each page with them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from csv_batches.models import KIND, CsvBatch, CsvBatchRow
from csv_batches.rules.choices import SchemaMode
from csv_batches.services import drafts, revise, trials
from experiments.core.choices import PauseReason, QueueStatus, RowError, RowStatus
from experiments.models import Attempt, Network, WorkerProcess
from tests.browser.experiment_kind.support import draft as draft_experiment
from tests.browser.experiment_kind.support import finished
from tests.browser.pictures import tickets
from tests.browser.support.states import STEPS
from tests.integration.web.support import batch_of, queue_url, run_for
from tests.support.api import Api, to_csv

ROWS = 400
FAILED = (11, 12, 13, 57, 58, 201)
STEPS_OF_WIZARD = ("map", "prompt", "schema", "review")


def pages() -> dict[str, str]:
    """The address of each page, by the name of its picture. Makes all that they show."""
    api = Api.as_user("ann", is_staff=True)
    api.network(None, name="support desk")
    done, runs, stands, draft = completed(), running(), paused(), loaded(api)
    run_for(done.rows.get(row_index=0), "trace-1", execution_log=STEPS, **_sent(0))
    again = repeated(done)
    scored, planned = finished("Prompt of November"), draft_experiment()
    row, both = queue_url(done, "row/0/"), f"a={done.pk}&b={again.pk}"
    return {
        "list": "/csv-batch/",
        "queue": queue_url(done),
        "queue-running": queue_url(runs),
        "queue-paused": queue_url(stands),
        "queue-failed": queue_url(done, "?status=failed"),
        "queue-row": row,
        "queue-row-message": f"{row}?tab=message",
        "queue-row-trace": f"{row}?tab=trace",
        "queue-row-original": f"{row}?tab=row",
        "queue-row-failed": queue_url(done, "row/11/"),
        "compare": f"/csv-batch/differences/?{both}",
        "compare-row": f"/csv-batch/differences/row/7/?{both}",
        "wizard-new": "/csv-batch/new/",
        "wizard-upload": queue_url(draft, "upload/"),
        **{f"wizard-{step}": queue_url(draft, f"{step}/") for step in STEPS_OF_WIZARD},
        "wizard-change": queue_url(change_of(done), "review/"),
        "networks": "/networks/",
        "network": f"/networks/{done.network_id}/",
        "network-edit": f"/networks/{done.network_id}/edit/",
        "runs": "/runs/",
        "run": "/runs/trace-1/",
        "experiments": "/experiments/",
        "experiment-upload": "/experiments/new/",
        **{
            f"experiment-{step}": f"/experiments/{planned.pk}/set-up/{step}/"
            for step in ("file", "map", "prompt", "fields")
        },
        "experiment-review": f"/experiments/{planned.pk}/set-up/",
        "experiment": f"/experiments/{scored.pk}/",
        "experiment-row": f"/experiments/{scored.pk}/row/0/",
        "tokens": "/tokens/",
        "not-found": "/nothing/here/",
    }


def completed() -> CsvBatch:
    statuses = [RowStatus.FAILED if index in FAILED else RowStatus.SUCCEEDED for index in range(ROWS)]
    return _batch(statuses, name="Support tickets, November", status=QueueStatus.COMPLETED, **_ended())


def _ended() -> dict[str, Any]:
    return {"completed_at": timezone.now() - timedelta(minutes=5), "ran_before_s": 241, **_used(ROWS)}


def _used(rows: int) -> dict[str, Any]:
    return {"tokens": 252 * rows, "cost": Decimal("0.0013") * rows, "pinned_version": 12}


def repeated(done: CsvBatch) -> CsvBatch:
    """The same rows under another prompt, which made some answers others."""
    again = _batch(
        [RowStatus.SUCCEEDED] * ROWS, name=f"{done.name}, shorter prompt", status=QueueStatus.COMPLETED, **_ended()
    )
    for row in again.rows.filter(row_index__in=range(0, ROWS, 7)):
        row.result_payload = {**row.result_payload, "category": "sales", "urgency": 2}
        row.save()
    return again


def change_of(done: CsvBatch) -> CsvBatch:
    """A draft of another prompt for it."""
    draft = revise.draft_of_change(batch=done, user=done.created_by)
    prompt = done.prompt_template.replace("Classify", "Sort") + "\nAnswer in English."
    return drafts.update(batch_id=draft.pk, values={"prompt_template": prompt})


def running() -> CsvBatch:
    usual = {11: RowStatus.FAILED, 14: RowStatus.SKIPPED, 15: RowStatus.SKIPPED}
    statuses = [usual.get(index, RowStatus.SUCCEEDED) for index in range(120)]
    statuses += [RowStatus.RUNNING] * 8 + [RowStatus.QUEUED] * 272
    now = timezone.now()
    WorkerProcess.objects.create(
        cluster=uuid4(),
        host="h",
        pid=7,
        role="guardian",
        doing="idle",
        started_at=now,
        beat_at=now + timedelta(hours=1),
    )
    batch = _batch(statuses, name="Support tickets, December", status=QueueStatus.RUNNING, concurrency=8, **_used(118))
    since = now - timedelta(minutes=1)
    CsvBatch.objects.filter(pk=batch.pk).update(running_since=since, rate_at=now, rate=90)
    return CsvBatch.objects.get(pk=batch.pk)


def paused() -> CsvBatch:
    statuses = [RowStatus.SUCCEEDED] * 40 + [RowStatus.FAILED] * 5 + [RowStatus.QUEUED] * 355
    detail = "Its last 20 calls failed. No row is lost: the 20 rows are queued again. Check that it runs, then resume."
    pause = {"pause_code": PauseReason.UNREACHABLE, "pause_error_code": RowError.CONNECTION, "pause_count": 20}
    batch = _batch(
        statuses, name="Support tickets, October", status=QueueStatus.PAUSED, pause_detail=detail, **pause, **_used(40)
    )
    now = timezone.now()
    for number, row in enumerate(batch.rows.filter(row_index__gte=45)[:20]):
        is_refused = number < 18
        Attempt.objects.create(
            item_id=row.pk,
            generation=1,
            attempt=1,
            started_at=now - timedelta(seconds=70 - number),
            ended_at=now - timedelta(seconds=69 - number),
            http_status=None if is_refused else 503,
            outcome=RowError.CONNECTION if is_refused else RowError.SERVER_ERROR,
            detail="Nothing answers at agents.example:8080." if is_refused else "upstream connect error",
        )
    return batch


def loaded(api: Api) -> CsvBatch:
    """A draft with its file, its columns mapped, its prompt and its fields."""
    batch = api.draft("support desk")
    api.upload(batch, to_csv([tickets.HEAD, *tickets.cells(ROWS)]), name="tickets.csv")
    named = {column["header"]: column["name"] for column in api.batch(batch)["columns"]}
    columns = [
        {"name": named[header], "mode": mode, **({"key": key} if key else {})}
        for header, (mode, key) in tickets.MODES.items()
    ]
    api.patch(f"/csv_batches/{batch}", {"columns": columns, "name": "Support tickets, January"})
    settings = {"prompt_template": tickets.TEMPLATE, "response_fields": tickets.FIELDS}
    api.patch(f"/csv_batches/{batch}", {**settings, "schema_mode": SchemaMode.BATCH.value})
    tried(CsvBatch.objects.get(pk=batch))
    return CsvBatch.objects.get(pk=batch)


def tried(draft: CsvBatch) -> None:
    """Five rows of it have an answer."""
    trials.start(batch_id=draft.pk, rows=5)
    trial = CsvBatch.objects.get(parent_id=draft.pk)
    for row in CsvBatchRow.objects.filter(queue_id=trial.pk):
        changes = {**_outcome(row.row_index, RowStatus.SUCCEEDED), "run_trace_id": "trace-1"}
        CsvBatchRow.objects.filter(pk=row.pk).update(status=RowStatus.SUCCEEDED, **changes)
    CsvBatch.objects.filter(pk=trial.pk).update(
        status=QueueStatus.COMPLETED, queued=0, succeeded=5, tokens=1260, cost=Decimal("0.0063")
    )


def _batch(statuses: list[RowStatus], **values: Any) -> CsvBatch:
    fields, columns = tickets.FIELDS, tickets.COLUMNS
    batch = batch_of("ann", [], columns=columns, response_fields=fields, prompt_template=tickets.TEMPLATE, **values)
    network = Network.objects.get(name="support desk")
    began = timezone.now() - timedelta(minutes=9)
    counts = {str(status): statuses.count(status) for status in RowStatus}
    CsvBatch.objects.filter(pk=batch.pk).update(
        **counts, network=network, total=len(statuses), source_name="tickets.csv", started_at=began
    )
    CsvBatchRow.objects.bulk_create(
        CsvBatchRow(
            queue_id=batch.pk, kind=KIND, row_index=index, status=status, payload=payload, **_outcome(index, status)
        )
        for index, (status, payload) in enumerate(zip(statuses, tickets.cells(len(statuses)), strict=True))
    )
    return CsvBatch.objects.get(pk=batch.pk)


def _outcome(index: int, status: RowStatus) -> dict[str, Any]:
    match status:
        case RowStatus.SUCCEEDED:
            return {"result_payload": tickets.answer(index), "elapsed_ms": 900 + 37 * (index % 50), "attempts": 1}
        case RowStatus.FAILED:
            return {"error_code": RowError.TIMEOUT, "error_message": "No answer within 60 s.", "attempts": 3}
        case RowStatus.RUNNING:
            return {"started_at": timezone.now() - timedelta(seconds=4), "attempts": 1}
    return {}


def _sent(index: int) -> dict[str, Any]:
    row = tickets.cells(index + 1)[index]
    return {
        "request": {"user_message": tickets.message(row), "system_params": {"customer": {"name": row[4]}}},
        "final": {"status": "ok", "response_payload": tickets.answer(index)},
        "usage": {"prompt_tokens": 198, "response_tokens": 54, "total_tokens": 252},
        "duration_ms": 1065,
    }
