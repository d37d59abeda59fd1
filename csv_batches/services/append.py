"""Rows added to a batch that was started: from a file with the same columns, or one by one through the API.

They wait behind the others, and nothing is called before a person runs them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from csv_batches.models import CsvBatch
from csv_batches.services import drafts, skipping, store_rows, uploaded_files
from experiments.core.choices import AuditAction, ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, TooLarge
from experiments.core.formatting import quoted, size_in_words
from experiments.ingest import SPLIT, is_larger
from experiments.ingest.table import Table
from experiments.models import Queue, QueueItem
from experiments.selectors.queues import refuse_without_source
from experiments.services import audit, bulk_insert
from experiments.services.locking import queue_lock

STOPPED = (QueueStatus.COMPLETED, QueueStatus.CANCELLED, QueueStatus.PAUSED)
NAMED = 5
"""Columns that a refusal names."""


def append_rows(*, batch_id: UUID, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Adds `[{row_payload: {column: text}}]`; how many, and how many there are then."""
    if len(rows) > drafts.MAX_ROWS_PER_CALL:
        detail = f"{len(rows):,} rows; at most {drafts.MAX_ROWS_PER_CALL:,} in one call."
        raise TooLarge(detail, code=ErrorCode.TOO_MANY_ROWS, attr="rows")
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        batch = locked_while_stopped(batch_id)
        cells = drafts.cells_by_index(
            batch.column_names, [{"row_index": at, "row_payload": row["row_payload"]} for at, row in enumerate(rows)]
        )
        return store_rows_behind(batch, cells.values())


def append_file(*, batch_id: UUID, file: UploadedFile) -> tuple[int, int]:
    """The same with the rows of a file, which is read as the batch's was. `InvalidInput` where its columns differ."""
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        batch = locked_while_stopped(batch_id)
        return store_rows_behind(batch, rows_of_file(batch, file))


def rows_of_file(batch: CsvBatch, file: UploadedFile) -> Iterator[list[str]]:
    """Its cells in the order of the batch's columns. Small files only: somebody waits."""
    path, name = Path(file.temporary_file_path()), (file.name or "upload.csv")[-255:]  # type: ignore[attr-defined]
    most = settings.UPLOAD_BACKGROUND_BYTES
    if is_larger(path, filename=name, size=most):
        detail = f"{name} has more than {size_in_words(most)}, the most that can be added at a time. {SPLIT}"
        raise TooLarge(detail, code=ErrorCode.TOO_LARGE, attr="file")
    table = store_rows.open_file(path, name=name, options=store_rows.options_of(batch.read_options))
    order = _order_of_columns(batch, table)
    return ([cells[at] for at in order] for cells in settings.DISK_SPACE.watched(table.rows()))


def locked_while_stopped(batch_id: UUID) -> CsvBatch:
    settings.DISK_SPACE.refuse_when_short()
    batch = queue_lock(CsvBatch, batch_id)
    refuse_without_source(batch, "added to")
    if batch.status not in STOPPED or batch.retrying is not None:
        raise Conflict(
            "Rows are added to a batch that is completed, canceled or paused. Pause it first.",
            code=ErrorCode.WRONG_STATUS,
        )
    return batch


def _order_of_columns(batch: CsvBatch, table: Table) -> list[int]:
    """Where each of the batch's columns is in the file; they may stand in another order."""
    found = {column.name: position for position, column in enumerate(table.columns)}
    missing = [name for name in batch.column_names if name not in found]
    more = [name for name in found if name not in set(batch.column_names)]
    if missing or more:
        said = [f"{word} {_named(names)}" for word, names in (("it lacks", missing), ("it also has", more)) if names]
        sentence = f"The columns of this file are not those of the batch: {', and '.join(said)}."
        raise InvalidInput(sentence, code=ErrorCode.INVALID_COLUMNS, attr="file")
    return [found[name] for name in batch.column_names]


def _named(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names[:NAMED])) + (" …" if len(names) > NAMED else "")


def store_rows_behind(batch: CsvBatch, rows: Iterable[Sequence[str]]) -> tuple[int, int]:
    last = QueueItem.objects.of_queue(batch).aggregate(last=Max("row_index"))["last"]
    added = bulk_insert.copy_in(queue=batch, rows=_numbered(rows, -1 if last is None else last, batch.total))
    if not added:
        raise InvalidInput("There is no row to add.", code=ErrorCode.NO_ROWS, attr="rows")
    total = batch.total + added
    Queue.objects.filter(pk=batch.pk).update(total=total, queued=batch.queued + added)
    batch.total, batch.queued = total, batch.queued + added
    skipping.skip_empty_rows(batch, start=0 if last is None else last + 1)
    forget_file(batch)
    audit.record_queue(batch.pk, AuditAction.APPEND, rows=added)
    return added, total


def forget_file(batch: CsvBatch) -> None:
    """The kept file is not what the rows are any more: a duplicate would read it again. Samples are counted anew."""
    CsvBatch.objects.filter(pk=batch.pk).update(source="", column_facts=[])
    uploaded_files.delete_when_unused(batch.source.name, batch.source.storage)


def _numbered(rows: Iterable[Sequence[str]], last: int, total: int) -> Iterator[tuple[int, Sequence[str]]]:
    most = settings.UPLOAD_MAX_ROWS
    for number, cells in enumerate(rows, start=1):
        if total + number > most:
            detail = f"The batch would have more than {most:,} rows. Make another batch of the rest."
            raise TooLarge(detail, code=ErrorCode.TOO_MANY_ROWS, attr="rows")
        yield last + number, cells
