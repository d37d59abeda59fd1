"""Duplicates of a batch: a new draft with the same file, mapping, template and schema, with all rows or failed ones."""

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from csv_batches.models import CsvBatch
from csv_batches.selectors.trials import BATCH_SETTINGS
from csv_batches.services import uploaded_files
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.models import Queue, queue_settings
from experiments.selectors.queues import refuse_without_source
from experiments.services import quotas

FILE_SETTINGS = ("dataset_name", "source_name", "source_size", "source_sha256", "encoding", "delimiter", "line_end")
READING = ("read_options", "options_in_force", "warnings")
DUPLICATED_SETTINGS = (*queue_settings.IN_DUPLICATE, *BATCH_SETTINGS, *FILE_SETTINGS, *READING)

_COPY_ROWS = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, error_code, error_message)
SELECT %(to)s, kind, row_number() OVER (ORDER BY row_index) - 1, payload, '', ''
FROM experiments_queueitem WHERE queue_id = %(from)s AND (status = 'failed' OR NOT %(failed_only)s)
"""


def duplicate_for_new_file(*, batch: CsvBatch, user: Any) -> CsvBatch:
    """A new draft without rows: mapping, prompt, schema and settings, for a file that has columns of the same names."""
    with transaction.atomic():
        quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
        values = {name: getattr(batch, name) for name in (*queue_settings.IN_DUPLICATE, *BATCH_SETTINGS)}
        draft = CsvBatch(**values, kind=batch.kind, name=f"{batch.name[:193]} (copy)", created_by=user)
        draft.read_options = batch.read_options
        draft.save()
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return draft


def duplicate(*, batch: CsvBatch, user: Any, failed_only: bool) -> CsvBatch:
    """The new draft, its rows numbered from 0. `InvalidInput` where only failed rows are wanted and there are none."""
    if failed_only and not batch.failed:
        raise InvalidInput("No row of this batch failed.", code=ErrorCode.NO_ROWS, attr="only")
    quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
    settings.DISK_SPACE.refuse_rows(batch.source_size or 0)
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        values = {name: getattr(batch, name) for name in DUPLICATED_SETTINGS}
        draft = CsvBatch(**values, kind=batch.kind, name=f"{batch.name[:193]} (copy)", created_by=user)
        draft.save()
        with connection.cursor() as cursor:
            cursor.execute(_COPY_ROWS, {"from": batch.pk, "to": draft.pk, "failed_only": failed_only})
            draft.total = draft.queued = cursor.rowcount
        # Checked after the rows were copied: rows that are removed from now on are in the duplicate.
        refuse_without_source(Queue.objects.get(pk=batch.pk), "duplicated")
        # With only some of the rows, reading the file again would bring back the others.
        if not failed_only:
            draft.column_facts = batch.column_facts
            uploaded_files.share(batch, draft)
        draft.save()
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return draft
