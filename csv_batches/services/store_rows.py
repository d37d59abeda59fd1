"""From a file to the rows of a draft, all or none of them, in the caller's transaction."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.rules.column_stats import ColumnStats
from csv_batches.services import drafts, history
from experiments.ingest import Limits, ReadOptions, Table, open_table
from experiments.services import bulk_insert

Rows = Iterable[list[str]]


@dataclass(frozen=True)
class Loaded:
    """What became of a file: its table, read to the end, how many rows were stored and what is in the columns."""

    table: Table
    options: ReadOptions
    rows: int
    facts: list[dict[str, Any]]


def opened(path: Path, *, name: str, options: ReadOptions) -> Table:
    """The file's table, looked at as far as its first row. `RejectedFile` where that is enough to refuse it."""
    return open_table(path, filename=name, options=options, limits=limits())


def limits() -> Limits:
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cell_chars=settings.UPLOAD_MAX_CELL,
    )


def load(batch: CsvBatch, table: Table, options: ReadOptions, watched: Callable[[Rows], Rows] = iter) -> Loaded:
    """Stores the rows in place of what the batch had; `watched` sees them pass. The batch itself is not changed."""
    facts = ColumnStats(len(table.columns))
    count = bulk_insert.replace_items(queue=batch, payloads=watched(facts.watched(table.rows())))
    return Loaded(table, options, count, facts.listed())


def take_over(batch: CsvBatch, loaded: Loaded) -> None:
    """The batch is that of the loaded rows from now on; columns keep what they are for by name. The caller saves it."""
    table = loaded.table
    batch.columns = mapping.columns_of_table([(column.name, column.header) for column in table.columns], batch.columns)
    batch.column_facts = loaded.facts
    history.forget(batch)
    drafts.set_total(batch, loaded.rows)
    batch.encoding = table.encoding
    batch.delimiter = table.delimiter or ""
    batch.line_end = table.line_end
    batch.read_options = asdict(loaded.options)
    batch.warnings = [asdict(warning) for warning in table.warnings]


def adopt(batch: CsvBatch, *, stored: str, name: str, size: int, sha256: str) -> None:
    """The file under the storage's name `stored` is the batch's now; the one before goes when this is committed."""
    replaced, storage, before = batch.source.name, batch.source.storage, batch.source_name
    batch.source.name = stored
    batch.source_name, batch.source_size, batch.source_sha256 = name, size, sha256
    if batch.dataset_name in ("", before):
        # One that a person chose stays.
        batch.dataset_name = name
    if replaced and replaced != stored:
        transaction.on_commit(lambda: storage.delete(replaced))


def digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def options_of(stored: dict[str, Any]) -> ReadOptions:
    """Options as `asdict` stored them."""
    return ReadOptions(**stored)
