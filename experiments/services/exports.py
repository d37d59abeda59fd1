"""A queue as a file: every original column and cell, then the answers, one line an item in their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.http import content_disposition_header

from experiments.core.choices import ExportFormat, QueueStatus
from experiments.core.errors import Conflict, Gone
from experiments.export.csv_lines import csv_chunks
from experiments.export.jsonl_lines import jsonl_chunks
from experiments.export.response import Download
from experiments.export.rows import ExportRow, Shape
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.selectors import items
from experiments.selectors.queues import refuse_without_source

FINISHED = (QueueStatus.COMPLETED, QueueStatus.CANCELLED)
CHUNK = 2000
# File systems take 255 bytes; a letter may have four.
LONGEST_STEM = 60
# Windows takes these for devices, whatever ending they have.
RESERVED_STEM = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
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
    format: ExportFormat = ExportFormat.CSV
    metadata: bool = True
    partial: bool = False
    excel: bool = False
    status: str | None = None


def download(queue: Queue, options: ExportOptions) -> Download:
    """`Conflict` before the first byte where the queue is not finished."""
    return Download(stream(queue, options), content_type(options), content_disposition(queue, options))


def check_finished(queue: Queue, options: ExportOptions) -> None:
    if queue.status not in FINISHED and not options.partial:
        raise Conflict(
            f"The {kind_of(queue).nouns.one} is {queue.status}. "
            "Export it when it is completed, or ask for what is there with partial=1.",
            code="not_finished",
        )
    refuse_without_source(queue, "exported")


def stream(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces of some thousand rows, as of one moment: that of its first byte.

    Raises `Conflict` where the queue is not finished. Any error after that is raised out of the generator: the transfer
    then breaks off and does not look complete.
    """
    check_finished(queue, options)
    return _stream(queue, options)


def _stream(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    # A server-side cursor lives in a transaction; the generator owns it, and ends it when the client goes away.
    own = not connection.in_atomic_block
    with transaction.atomic():
        if own:  # within a caller's transaction it is for the caller to say how much it sees
            _see_one_moment()
        yield from _pieces(_as_it_is(queue, options), options)


def _see_one_moment() -> None:
    """What the file begins with (columns, fields) and its rows belong together, whatever happens meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _as_it_is(queue: Queue, options: ExportOptions) -> Queue:
    """The queue once more: it may have been deleted or started again since it was asked for."""
    found: Queue | None = type(queue)._default_manager.filter(pk=queue.pk, deleted_at__isnull=True).first()
    if found is None:
        raise Gone(f"The {kind_of(queue).nouns.one} was deleted.", code="not_found")
    check_finished(found, options)
    return found


def _pieces(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    kind = kind_of(queue)
    shape = Shape(
        headers=tuple(kind.headers(queue)),
        names=tuple(kind.columns(queue)),
        fields=tuple(field["name"] for field in kind.response_fields(queue)),
        extras=kind.extras(queue).names,
        metadata=options.metadata,
        excel=options.excel,
        line_end=kind.line_end(queue),
    )
    write = csv_chunks if options.format == "csv" else jsonl_chunks
    yield from write(shape, _rows(queue, options))


def _rows(queue: Queue, options: ExportOptions) -> Iterator[ExportRow]:
    extras = kind_of(queue).extras(queue)
    found: Any = items.of_queue(queue)
    if options.status:
        found = found.filter(status=options.status)
    for values in found.in_order().values_list(*FIELDS, *extras.annotations).iterator(chunk_size=CHUNK):
        index, cells, status, result, corrected, trace_id, elapsed_ms, attempts, code, message, *more = values
        answer = corrected if corrected is not None else result if status == "succeeded" else None
        yield ExportRow(
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
            extras=extras.values(more),
        )


def content_type(options: ExportOptions) -> str:
    return "text/csv; charset=utf-8" if options.format == "csv" else "application/jsonl"


def content_disposition(queue: Queue, options: ExportOptions) -> str:
    """A file name from the queue's name, without anything that a path, a header or a system gives a meaning."""
    stem = re.sub(r"[^\w .-]+", "_", queue.name)[:LONGEST_STEM].strip(" .")
    if not stem or RESERVED_STEM.fullmatch(stem):
        stem = f"{stem}_{kind_of(queue).nouns.one}".strip("_")
    return content_disposition_header(as_attachment=True, filename=f"{stem}.{options.format}") or "attachment"
