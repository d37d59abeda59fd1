"""Trials: real calls for a few rows, on a hidden child of the draft. Their answers are not results of the batch."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules.choices import SchemaMode
from csv_batches.selectors.trials import TRIAL_SETTINGS
from csv_batches.services import drafts, launch
from experiments.core.choices import AuditAction, ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Problems
from experiments.services import audit, bulk_insert, queue_deletion, queues
from experiments.services.locking import queue_lock

MOST_ROWS = 20


def start(
    *, batch_id: UUID, rows: int, first: int = 0, indexes: Sequence[int] = (), needs_schema: bool = True
) -> CsvBatch:
    """Runs up to `rows` rows, from `first` or those of `indexes`, with the draft's present settings.

    Earlier trials are deleted. `Problems` has one error for each missing step, as at the start of the batch; without
    `needs_schema` response fields may be missing: any answer is one then.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidInput(f"Between 1 and {MOST_ROWS} rows can be tried.", code=ErrorCode.INVALID, attr="rows")
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        batch = queue_lock(CsvBatch, batch_id)
        if batch.status != QueueStatus.DRAFT:
            raise Conflict("The batch was started: look at its rows instead.", code=ErrorCode.ALREADY_STARTED)
        drafts.refuse_while_reading(batch)
        problems = launch.missing(batch) if needs_schema else launch.missing_for_trial(batch)
        if problems:
            raise Problems(problems)
        wanted = {"row_index__in": indexes} if indexes else {"row_index__gte": first}
        chosen = list(batch.rows.filter(**wanted).in_order().values_list("row_index", "payload")[:rows])
        if not chosen:
            detail = f"There is no row {first} or after it."
            raise InvalidInput(detail, code=ErrorCode.DOES_NOT_EXIST, attr="start")
        # Numbers go on from the trials that are deleted now: their idempotency keys must not be used again.
        last = batch.trials.aggregate(last=Max("trial"))["last"] or 0
        for earlier in batch.trials.kept():
            queue_deletion.delete(queue=earlier)
        trial = _create_trial(batch, number=last + 1, total=len(chosen))
        bulk_insert.copy_in(queue=trial, rows=chosen)
        queues.start(queue_id=trial.pk)
        audit.record_queue(batch_id, AuditAction.TRY, rows=len(chosen), first=chosen[0][0])
    return trial


def _create_trial(batch: CsvBatch, *, number: int, total: int) -> CsvBatch:
    trial = CsvBatch(
        **{name: getattr(batch, name) for name in TRIAL_SETTINGS},
        kind=KIND,
        parent_id=batch.pk,
        trial=number,
        name=batch.name,
        created_by_id=batch.created_by_id,
    )
    if trial.schema_mode == SchemaMode.KEEP:
        launch.copy_schema(trial)
    trial.concurrency = max(1, min(total, batch.concurrency))
    trial.total = trial.queued = total
    trial.save()
    return trial
