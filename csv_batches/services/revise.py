"""Prompt, columns or schema of a batch that was started, changed while nothing is called.

Answers stay, and belong to the revision that they were made with. What is called from then on is of the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.functions import Now

from csv_batches.models import CsvBatch, EarlierRevision
from csv_batches.rules.choices import RowsToRun, SchemaMode
from csv_batches.selectors import empty_rows
from csv_batches.selectors.revisions import KEPT, REVISED, changed_settings, earlier_of
from csv_batches.services import drafts, duplicates, launch, skipping
from csv_batches.services.append import STOPPED
from csv_batches.services.launch import Order
from experiments.core.choices import AuditAction, ErrorCode, QueueStatus, RowStatus
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import Claim, QueueItem
from experiments.selectors.queues import refuse_without_source
from experiments.services import audit, queue_deletion, queue_retry, queues, quotas
from experiments.services.locking import queue_lock

SAMPLE = 100
"""Rows from the beginning, and so many that failed, with which a change can be tried."""


@dataclass(frozen=True)
class Change:
    """`values` of `REVISED`; those that are left out stay. `rows` says which run then, `row_indexes` names some more.

    `begun_with`: the revision that its author saw; None: any. `order`: a change of the network's schema, as at a start.
    """

    values: Mapping[str, Any]
    rows: RowsToRun = RowsToRun.NONE
    row_indexes: Sequence[int] | None = None
    begun_with: int | None = None
    order: Order = field(default_factory=Order)


def revise(*, batch_id: UUID, user: Any, change: Change) -> CsvBatch:
    """Makes the next revision, and runs the rows that are asked for; all of it or nothing.

    `Conflict` while the batch runs or a row is being called, where somebody else has changed it since, and as at a
    start. `InvalidInput` where nothing would change, `Problems` where something would be missing.
    """
    queues.have_workers_look(batch_id)
    lock = partial(_locked_and_changed, batch_id, change)
    with transaction.atomic():
        is_of_schema = _changes_schema(lock(), change)
        transaction.set_rollback(True)
    before = CsvBatch.objects.select_related("network").get(pk=batch_id)
    remote = launch.prepare_remote(before, user, change.order, lock) if is_of_schema else None
    with transaction.atomic():
        batch = lock()
        before = CsvBatch.objects.get(pk=batch_id)
        if is_of_schema:
            launch.take_schema(batch, user, change.order, remote)
            if remote and remote.pushed is not None:
                batch.pinned_version = remote.version
        _keep(before, user)
        batch.revision += 1
        batch.save()
        audit.record_queue(
            batch.pk, AuditAction.CHANGE, settings=changed_settings(before, batch), revision=batch.revision
        )
        _ask_anew(batch)
        if empty_rows.params_of(before) != empty_rows.params_of(batch):
            skipping.call_skipped_rows(batch)
            skipping.skip_empty_rows(batch)
        _run(batch, change)
    batch.refresh_from_db()
    return batch


def _locked_and_changed(batch_id: UUID, change: Change) -> CsvBatch:
    """The batch, locked until the transaction ends, with the new values and nothing missing. Not saved."""
    batch = queue_lock(CsvBatch, batch_id)
    refuse_unless_stopped(batch)
    if change.begun_with not in (None, batch.revision):
        last = earlier_of(batch).last()
        who = last.changed_by.get_username() if last and last.changed_by else "Another user"
        raise Conflict(
            f"{who} changed this batch while you worked at your change: it is at revision {batch.revision}. "
            "Delete your draft, then begin again.",
            code=ErrorCode.CHANGED,
        )
    before = {name: getattr(batch, name) for name in REVISED}
    drafts.set_values(batch, {name: value for name, value in change.values.items() if name in REVISED})
    if before == {name: getattr(batch, name) for name in REVISED}:
        raise InvalidInput("Nothing would change: all of this is as the batch has it.", code=ErrorCode.INVALID)
    launch.refuse_incomplete(batch)
    return batch


def refuse_unless_stopped(batch: CsvBatch) -> None:
    """`Conflict` where a row is called or may be."""
    refuse_without_source(batch, "changed")
    if batch.status not in STOPPED or batch.retrying is not None or batch.correcting is not None:
        raise Conflict(
            "Prompt, columns and schema change while nothing runs. Pause the batch first.", code=ErrorCode.WRONG_STATUS
        )
    if batch.running or Claim.objects.filter(queue_id=batch.pk).exists():
        raise Conflict(
            "Some rows of this batch are still being called. Wait until they are answered.", code=ErrorCode.WRONG_STATUS
        )


def _changes_schema(batch: CsvBatch, change: Change) -> bool:
    """Whether answers are to be checked by another schema than so far."""
    stored = CsvBatch.objects.get(pk=batch.pk)
    return batch.schema_mode != stored.schema_mode or (
        batch.schema_mode != SchemaMode.KEEP and launch.proposed_schema(batch) != launch.proposed_schema(stored)
    )


def _keep(batch: CsvBatch, user: Any) -> None:
    """What the batch was until now. Whatever is called is called after this transaction."""
    values = {name: getattr(batch, name) for name in KEPT}
    # Of the database's clock, as the beginning of a call, and not of the beginning of the transaction.
    until = Func(function="clock_timestamp", output_field=DateTimeField())
    EarlierRevision.objects.create(batch=batch, number=batch.revision, changed_by=user, until=until, **values)


def _ask_anew(batch: CsvBatch) -> None:
    """Waiting rows whose call has ended without an answer: the network may have one to the earlier message, and would
    give it to whoever asks with the same key."""
    called = Q(attempts__gt=0) | Q(lost__gt=0) | Q(waits_for__isnull=False)
    QueueItem.objects.of_queue(batch).filter(called, status=RowStatus.QUEUED).update(
        **queue_retry.NEW_WORK, generation=F("generation") + 1, available_at=None, queued_at=Now()
    )


def _run(batch: CsvBatch, change: Change) -> None:
    """The rows that the change is made for. The batch is locked."""
    names_rows = bool(change.row_indexes)
    if change.rows == RowsToRun.NONE and not names_rows:
        return
    if batch.status in (QueueStatus.PAUSED, QueueStatus.CANCELLED) or batch.queued:
        queues.resume(queue_id=batch.pk)
    if change.rows != RowsToRun.NONE and change.rows != RowsToRun.REMAINING:
        queue_retry.retry(queue_id=batch.pk, force=change.rows == RowsToRun.ALL)
    if names_rows:
        queue_retry.retry(queue_id=batch.pk, row_indexes=change.row_indexes, force=True)


# -- a change that is made in the wizard


_COPY_ROWS = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, error_code, error_message)
(SELECT %(to)s, kind, row_index, payload, '', '' FROM experiments_queueitem WHERE queue_id = %(from)s
 ORDER BY row_index LIMIT %(most)s)
UNION
(SELECT %(to)s, kind, row_index, payload, '', '' FROM experiments_queueitem
 WHERE queue_id = %(from)s AND status = 'failed' ORDER BY row_index LIMIT %(most)s)
"""


def draft_of_change(*, batch: CsvBatch, user: Any) -> CsvBatch:
    """The user's draft of a change of this batch: the one that they have begun, or a new one with some of its rows."""
    if batch.status == QueueStatus.DRAFT:
        raise Conflict("This batch was not started yet: change the draft itself.", code=ErrorCode.WRONG_STATUS)
    refuse_without_source(batch, "changed")
    with transaction.atomic():
        queue_lock(CsvBatch, batch.pk)
        begun = CsvBatch.objects.kept().filter(revises=batch.pk, created_by=user).first()
        if begun is not None:
            return begun
        quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
        values = {name: getattr(batch, name) for name in duplicates.DUPLICATED_SETTINGS}
        draft = CsvBatch(**values, kind=batch.kind, name=f"Change of {batch.name}"[:200], created_by=user)
        draft.revises_id, draft.revises_revision, draft.column_facts = batch.pk, batch.revision, batch.column_facts
        draft.save()
        with connection.cursor() as cursor:
            cursor.execute(_COPY_ROWS, {"from": batch.pk, "to": draft.pk, "most": SAMPLE})
            draft.total = draft.queued = cursor.rowcount
        draft.save()
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return draft


def apply_draft(*, draft: CsvBatch, user: Any, rows: RowsToRun, order: Order) -> CsvBatch:
    """Gives the batch what the draft has, and deletes the draft; nothing of it where the batch refuses the change."""
    assert draft.revises_id is not None
    change = Change(
        values={name: getattr(draft, name) for name in REVISED},
        rows=rows,
        begun_with=draft.revises_revision,
        order=order,
    )
    batch = revise(batch_id=draft.revises_id, user=user, change=change)
    queue_deletion.delete(queue=draft)
    return batch
