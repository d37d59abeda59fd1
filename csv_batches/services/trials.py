"""Trying a few rows: real runs by the worker, on a hidden child of the draft, that are no results."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from csv_batches.models import KIND, CsvBatch
from csv_batches.selectors.trials import COPIED
from csv_batches.services import drafts, launch
from experiments.core.choices import QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Problems
from experiments.services import bulk_insert, queues
from experiments.services.locking import queue_lock

MOST_ROWS = 20


def start(*, batch_id: UUID, rows: int, first: int) -> CsvBatch:
    """Runs up to `rows` rows from `first` on with the draft's settings as they are now; earlier trials go.

    `Problems` has one error a missing step, as for the start.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidInput(f"Between 1 and {MOST_ROWS} rows can be tried.", code="invalid", attr="rows")
    with transaction.atomic():
        batch = queue_lock(CsvBatch, batch_id)
        if batch.status != QueueStatus.DRAFT:
            raise Conflict("The batch was started: look at its rows instead.", code="already_started")
        drafts.refuse_while_reading(batch)
        problems = launch.missing(batch)
        if problems:
            raise Problems(problems)
        following = batch.rows.filter(row_index__gte=first).in_order().values_list("row_index", "payload")
        chosen = list(following[:rows])
        if not chosen:
            raise InvalidInput(f"There is no row {first} or after it.", code="does_not_exist", attr="start")
        number = _number_of_next(batch)
        batch.trials.all().delete()
        trial = _copy(batch, number, len(chosen))
        bulk_insert.copy_in(queue=trial, rows=chosen)
        queues.start(queue_id=trial.pk)
    return trial


def _number_of_next(batch: CsvBatch) -> int:
    """Goes on from the trial that is deleted now: its idempotency keys must not come again."""
    last: int | None = batch.trials.aggregate(last=Max("trial"))["last"]
    return (last or 0) + 1


def _copy(batch: CsvBatch, number: int, total: int) -> CsvBatch:
    values: dict[str, Any] = {name: getattr(batch, name) for name in COPIED}
    trial = CsvBatch(
        **values, kind=KIND, parent_id=batch.pk, trial=number, name=batch.name, created_by_id=batch.created_by_id
    )
    if trial.schema_mode == CsvBatch.SchemaMode.KEEP:
        launch.copy_schema(trial)
    trial.concurrency = max(1, min(total, batch.concurrency))
    trial.total = trial.queued = total
    trial.save()
    return trial
