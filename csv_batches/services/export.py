"""The batch as a file: every original column and cell, then the answers, one line a row in row order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils.http import content_disposition_header

from csv_batches import writer
from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.errors import Conflict

FINISHED = (CsvBatch.Status.COMPLETED, CsvBatch.Status.CANCELLED)
CHUNK = 2000
FIELDS = (
    "row_index",
    "payload",
    "status",
    "result_payload",
    "corrected_payload",
    "run_trace_id",
    "elapsed_ms",
    "attempts",
    "error_code",
    "error_message",
)


@dataclass(frozen=True)
class ExportOptions:
    format: Literal["csv", "jsonl"] = "csv"
    metadata: bool = True
    partial: bool = False
    excel: bool = False
    status: str | None = None


def check_finished(batch: CsvBatch, options: ExportOptions) -> None:
    if batch.status not in FINISHED and not options.partial:
        raise Conflict(
            f"The batch is {batch.status}. Export it when it is completed, or ask for what is there with partial=1.",
            code="not_finished",
        )


def stream(batch: CsvBatch, options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces of some thousand rows, as of one moment.

    An error while reading is raised out of the generator: the transfer then breaks off and does not look complete.
    """
    check_finished(batch, options)
    return _stream(batch, options)


def _stream(batch: CsvBatch, options: ExportOptions) -> Iterator[bytes]:
    shape = writer.Shape(
        headers=tuple(batch.header_texts),
        names=tuple(batch.column_names),
        fields=tuple(field["name"] for field in batch.response_fields),
        metadata=options.metadata,
        excel=options.excel,
        line_end=batch.line_end,
    )
    write = writer.csv_chunks if options.format == "csv" else writer.jsonl_chunks
    # A server-side cursor lives in a transaction; the generator owns it, and ends it when the client goes away.
    with transaction.atomic():
        yield from write(shape, _rows(batch, options))


def _rows(batch: CsvBatch, options: ExportOptions) -> Iterator[writer.ExportRow]:
    rows: Any = CsvBatchRow.objects.filter(queue_id=batch.pk)
    if options.status:
        rows = rows.filter(status=options.status)
    # One statement on a server-side cursor sees the table as it was when it began.
    for values in rows.in_order().values_list(*FIELDS).iterator(chunk_size=CHUNK):
        index, cells, status, result, corrected, trace_id, elapsed_ms, attempts, code, message = values
        answer = corrected if corrected is not None else result if status == "succeeded" else None
        yield writer.ExportRow(
            cells=cells,
            payload=answer,
            run_trace_id=trace_id,
            status=status,
            elapsed_ms=elapsed_ms,
            attempts=attempts,
            error_code=code or None,
            error_message=message or None,
            row_index=index,
            corrected=corrected is not None,
        )


def content_type(options: ExportOptions) -> str:
    return "text/csv; charset=utf-8" if options.format == "csv" else "application/jsonl"


def content_disposition(batch: CsvBatch, options: ExportOptions) -> str:
    """A file name from the batch's name, without anything that a path or a header gives a meaning."""
    stem = re.sub(r"[^\w .-]+", "_", batch.name).strip(" .") or "batch"
    return content_disposition_header(as_attachment=True, filename=f"{stem}.{options.format}") or "attachment"
