"""A queue as a file: every original column and cell, then the answers, one line an item in their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils.http import content_disposition_header

from experiments import desks, writer
from experiments.errors import Conflict
from experiments.models import Queue
from experiments.selectors import items
from experiments.services.queues import refuse_without_source

FINISHED = (Queue.Status.COMPLETED, Queue.Status.CANCELLED)
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


def check_finished(queue: Queue, options: ExportOptions) -> None:
    if queue.status not in FINISHED and not options.partial:
        raise Conflict(
            f"The {desks.of(queue).words.one} is {queue.status}. "
            "Export it when it is completed, or ask for what is there with partial=1.",
            code="not_finished",
        )
    refuse_without_source(queue, "exported")


def stream(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces of some thousand rows, as of one moment.

    An error while reading is raised out of the generator: the transfer then breaks off and does not look complete.
    """
    check_finished(queue, options)
    return _stream(queue, options)


def _stream(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    desk = desks.of(queue)
    shape = writer.Shape(
        headers=tuple(desk.headers(queue)),
        names=tuple(desk.columns(queue)),
        fields=tuple(field["name"] for field in desk.response_fields(queue)),
        extras=desk.extras(queue).names,
        metadata=options.metadata,
        excel=options.excel,
        line_end=desk.line_end(queue),
    )
    write = writer.csv_chunks if options.format == "csv" else writer.jsonl_chunks
    # A server-side cursor lives in a transaction; the generator owns it, and ends it when the client goes away.
    with transaction.atomic():
        yield from write(shape, _rows(queue, options))


def _rows(queue: Queue, options: ExportOptions) -> Iterator[writer.ExportRow]:
    extras = desks.of(queue).extras(queue)
    found: Any = items.of_queue(queue)
    if options.status:
        found = found.filter(status=options.status)
    # One statement on a server-side cursor sees the table as it was when it began.
    for number, values in enumerate(
        found.in_order().values_list(*FIELDS, *extras.annotations).iterator(chunk_size=CHUNK)
    ):
        if number == 0:
            # Looked at once more now that the snapshot is taken: what is removed from here on is in it.
            refuse_without_source(Queue.objects.get(pk=queue.pk), "exported")
        index, cells, status, result, corrected, trace_id, elapsed_ms, attempts, code, message, *more = values
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
            extras=extras.values(more),
        )


def content_type(options: ExportOptions) -> str:
    return "text/csv; charset=utf-8" if options.format == "csv" else "application/jsonl"


def content_disposition(queue: Queue, options: ExportOptions) -> str:
    """A file name from the queue's name, without anything that a path or a header gives a meaning."""
    stem = re.sub(r"[^\w .-]+", "_", queue.name).strip(" .") or desks.of(queue).words.one
    return content_disposition_header(as_attachment=True, filename=f"{stem}.{options.format}") or "attachment"
