"""A newer file for a batch that was started: rows are known again by a key column, and those that changed run again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from csv_batches.models import CsvBatch
from csv_batches.services import append, skipping
from experiments.core.choices import FINAL, AuditAction, ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput
from experiments.core.formatting import quoted
from experiments.services import audit, queue_retry


@dataclass(frozen=True)
class Applied:
    """Rows whose cells changed, rows that are new, and how many there are now. Those that the file lacks stay."""

    changed: int
    added: int
    total: int


def apply(*, batch_id: UUID, file: UploadedFile, key: str) -> Applied:
    """Gives rows with the same value of the column `key` the cells of the file, and queues those that changed.

    Corrections stay. Nothing is changed where a value is there twice. `Conflict` where the batch runs or is canceled.
    """
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        batch = append.locked_while_stopped(batch_id)
        if batch.status == QueueStatus.CANCELLED or batch.running:
            raise Conflict(
                "Some rows will run again. Resume the batch or let it finish first.", code=ErrorCode.WRONG_STATUS
            )
        if key not in batch.column_names:
            raise InvalidInput(f"The batch has no column {quoted(key)}.", code=ErrorCode.UNKNOWN_COLUMN, attr="key")
        position = batch.column_names.index(key)
        _stage(append.rows_of_file(batch, file), position)
        _refuse_twice(_TWICE_IN_FILE, [], "The file")
        _refuse_twice(_TWICE_IN_BATCH, [position, batch.pk], "The batch")
        changed, new = _update_cells(batch, position), _new_rows(batch, position)
        total = append.store_rows_behind(batch, new)[1] if new else batch.total
        if changed:
            skipping.call_skipped_rows(batch, changed)
            append.forget_file(batch)
            audit.record_queue(batch.pk, AuditAction.APPEND, changed=len(changed), key=key)
            again = list(batch.rows.filter(row_index__in=changed, status__in=FINAL).values_list("row_index", flat=True))
            if again:
                queue_retry.retry(queue_id=batch.pk, row_indexes=again, force=True)
            batch.refresh_from_db()
            skipping.skip_empty_rows(batch, start=min(changed))
    return Applied(len(changed), len(new), total)


_STAGE = "CREATE TEMPORARY TABLE staged_rows (number int, key text, payload jsonb) ON COMMIT DROP"
_TWICE_IN_FILE = "SELECT key FROM staged_rows GROUP BY key HAVING count(*) > 1 LIMIT 1"
_TWICE_IN_BATCH = """
SELECT i.payload ->> %s::int FROM experiments_queueitem i WHERE i.queue_id = %s GROUP BY 1 HAVING count(*) > 1 LIMIT 1
"""
_UPDATE = """
UPDATE experiments_queueitem i SET payload = s.payload FROM staged_rows s
WHERE i.queue_id = %s AND i.payload ->> %s::int = s.key AND i.payload <> s.payload RETURNING i.row_index
"""
_NEW = """
SELECT s.number FROM staged_rows s WHERE NOT EXISTS (
    SELECT FROM experiments_queueitem i WHERE i.queue_id = %s AND i.payload ->> %s::int = s.key)
"""


def _stage(rows: Iterable[Sequence[str]], position: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_rows")
        cursor.execute(_STAGE)
        with cursor.copy("COPY staged_rows (number, key, payload) FROM STDIN") as copy:
            for number, cells in enumerate(rows):
                copy.write_row((number, cells[position], Jsonb(list(cells))))
        cursor.execute("ANALYZE staged_rows")


def _refuse_twice(statement: str, params: Sequence[Any], where: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchone()
    if found is not None:
        sentence = f"{where} has {quoted(found[0])} in more than one row. Choose a column whose values differ."
        raise InvalidInput(sentence, code=ErrorCode.DUPLICATE_KEY, attr="key")


def _update_cells(batch: CsvBatch, position: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [batch.pk, position])
        return [row_index for (row_index,) in cursor.fetchall()]


def _new_rows(batch: CsvBatch, position: int) -> list[list[str]]:
    """In the order of the file."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [batch.pk, position])
        numbers = [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT payload::text FROM staged_rows WHERE number = ANY(%s) ORDER BY number", [numbers])
        return [json.loads(payload) for (payload,) in cursor.fetchall()]
