"""Stores the rows of a file in a draft, all or none of them, in the caller's transaction."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.services import draft_history, uploaded_files
from csv_batches.services.rejects import RejectsFile
from experiments.ingest import Limits, ReadOptions, Table, open_table
from experiments.ingest.column_stats import ColumnStats
from experiments.services import bulk_insert

Rows = Iterable[list[str]]


@dataclass(frozen=True)
class StoredRows:
    """The table of a file, read to its end: the number of rows, those that were left out, and facts of the columns."""

    table: Table
    options: ReadOptions
    count: int
    rejects: RejectsFile
    column_stats: list[dict[str, Any]]


def open_file(path: Path, *, name: str, options: ReadOptions) -> Table:
    """The file's table, read as far as its first row. `RejectedFile` where that much is already wrong."""
    return open_table(path, filename=name, options=options, limits=limits())


def limits() -> Limits:
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cell_chars=settings.UPLOAD_MAX_CELL,
    )


@contextmanager
def rows_replaced(
    batch: CsvBatch, table: Table, options: ReadOptions, watched: Callable[[Rows], Rows] = iter
) -> Iterator[StoredRows]:
    """Stores the table's rows instead of the batch's; they pass through `watched`. Does not change the batch itself:
    that is for the block, whose failure also deletes the list of rows that were left out."""
    stats = ColumnStats(len(table.columns))
    with RejectsFile() as rejects:
        table.on_reject = rejects.add
        count = bulk_insert.replace_items(
            queue=batch, payloads=settings.DISK_SPACE.watched(watched(stats.watched(table.rows())))
        )
        rejects.close()
        yield StoredRows(table, options, count, rejects, stats.listed())


def describe_rows(batch: CsvBatch, stored: StoredRows) -> None:
    """Gives the batch the columns and counts of its stored rows. A column whose name stays keeps its mode and key.

    The caller saves the batch.
    """
    table = stored.table
    batch.columns = mapping.columns_of_table([(column.name, column.header) for column in table.columns], batch.columns)
    batch.column_facts = stored.column_stats
    draft_history.forget(batch)
    batch.total = batch.queued = stored.count
    batch.running = batch.succeeded = batch.failed = batch.skipped = 0
    batch.encoding = table.encoding
    batch.delimiter = table.delimiter or ""
    batch.line_end = table.line_end
    batch.read_options = asdict(stored.options)
    batch.options_in_force = table.options
    batch.warnings = [asdict(warning) for warning in table.warnings]
    replaced, batch.rejects.name = batch.rejects.name, stored.rejects.name
    batch.reject_count = stored.rejects.count
    uploaded_files.delete_when_unused(replaced, batch.rejects.storage)


def set_source(batch: CsvBatch, *, stored: str, name: str, size: int, sha256: str) -> None:
    """Makes the file that the storage knows as `stored` the batch's; the previous one goes on commit, unless
    a duplicate uses it.

    The caller saves the batch.
    """
    replaced, storage, previous_name = batch.source.name, batch.source.storage, batch.source_name
    batch.source.name = stored
    batch.source_name, batch.source_size, batch.source_sha256 = name, size, sha256
    if batch.dataset_name in ("", previous_name):
        # A name that a person chose stays.
        batch.dataset_name = name
    if replaced and replaced != stored:
        uploaded_files.delete_when_unused(replaced, storage)


def sha256_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def options_of(stored: dict[str, Any]) -> ReadOptions:
    """Options as `asdict` stored them; earlier versions stored only whether there is a header."""
    header = stored.get("header")
    if isinstance(header, bool):
        stored = stored | {"header": None if header else 0}
    return ReadOptions(**stored)
