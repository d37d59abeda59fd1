"""A new draft out of a batch: the same file, mapping, template and schema, with all rows or the failed ones."""

from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import connection, transaction

from csv_batches.models import CsvBatch
from csv_batches.selectors.trials import COPIED
from experiments.core import limits
from experiments.core.errors import InvalidInput
from experiments.models import Queue
from experiments.selectors.queues import refuse_without_source

FILE_FACTS = ("dataset_name", "source_name", "source_size", "source_sha256", "encoding", "delimiter", "line_end")
MORE = (*FILE_FACTS, "read_options", "warnings", "concurrency", *limits.LIMIT_NAMES)

_COPY_ROWS = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, error_code, error_message)
SELECT %(to)s, kind, row_number() OVER (ORDER BY row_index) - 1, payload, '', ''
FROM experiments_queueitem WHERE queue_id = %(from)s AND (status = 'failed' OR NOT %(failed_only)s)
"""


def duplicate(*, batch: CsvBatch, user: Any, failed_only: bool) -> CsvBatch:
    """The new draft. Rows are numbered anew from 0; `InvalidInput` where none failed and only those were asked for."""
    if failed_only and not batch.failed:
        raise InvalidInput("No row of this batch failed.", code="no_rows", attr="only")
    with transaction.atomic():
        values = {name: getattr(batch, name) for name in (*COPIED, *MORE)}
        copy = CsvBatch(**values, kind=batch.kind, name=copy_name(batch.name), created_by=user)
        copy.save()
        copy.total = copy.queued = _copy_rows(batch.pk, copy.pk, failed_only)
        # After the copy: what is removed from here on is in it.
        refuse_without_source(Queue.objects.get(pk=batch.pk), "duplicated")
        # With a part of the rows the file would bring back the others when it is read again.
        if not failed_only:
            copy.column_facts = batch.column_facts
            _copy_file(batch, copy)
        copy.save()
    return copy


def copy_name(name: str) -> str:
    return f"{name[:193]} (copy)"


def _copy_rows(source: UUID, target: UUID, failed_only: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COPY_ROWS, {"from": source, "to": target, "failed_only": failed_only})
        return cursor.rowcount


def _copy_file(batch: CsvBatch, copy: CsvBatch) -> None:
    """Files are kept for some days only: it may be gone while the rows are there."""
    if batch.source and batch.source.storage.exists(batch.source.name):
        with batch.source.open("rb") as source:
            copy.source.save(batch.source_name, File(source), save=False)
