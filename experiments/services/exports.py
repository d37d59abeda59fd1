"""A queue as a file: every original column and cell, then the answers, one line an item in their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.http import content_disposition_header

from experiments.core import actor
from experiments.core.choices import FINISHED, AuditAction, ErrorCode, ExportFormat, FieldType, RowStatus
from experiments.core.errors import Conflict, Gone
from experiments.export.formats import EXPORT_FORMATS
from experiments.export.response import Download
from experiments.export.rows import ExportLayout, ExportRow
from experiments.kinds import Extras, kind_of
from experiments.models import Queue
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors.export_lines import written_by_database
from experiments.selectors.export_statements import COLUMNS, OF_THE_RUN, can_be_said
from experiments.selectors.items import items_of_queue
from experiments.selectors.one_by_one import OneByOne
from experiments.selectors.queues import refuse_without_source
from experiments.selectors.snapshot import snapshot
from experiments.services import audit, export_places

# File names have at most 255 bytes on most systems; a letter may have four.
LONGEST_STEM = 60
# Names of devices on Windows, whatever their extension.
RESERVED_STEM = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class ExportOptions:
    format: ExportFormat = ExportFormat.CSV
    run_columns: bool = True
    partial: bool = False
    excel: bool = False
    status: str | None = None
    delimiter: str | None = None
    """One character; None: that of the file, and a comma for Excel."""


def download(queue: Queue, options: ExportOptions) -> Download:
    """`Conflict` before the first byte where the queue is not finished, `Busy` and `NoRoom` as `export_places` say."""
    check_finished(queue, options)
    place = export_places.take(actor.current().user_id)
    try:
        pieces = _until_made(export_chunks(queue, options), place)
        return Download(pieces, content_type(options), content_disposition(queue, options), place.release)
    except BaseException:
        place.release()
        raise


def _until_made(pieces: Iterator[bytes], place: export_places.Place) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        place.made()


def check_finished(queue: Queue, options: ExportOptions) -> None:
    if queue.status not in FINISHED and not options.partial:
        raise Conflict(
            f"The {kind_of(queue).nouns.one} is {queue.status}. "
            "Export it when it is completed, or ask for what is there with partial=1.",
            code=ErrorCode.NOT_FINISHED,
        )
    refuse_without_source(queue, "exported")


def export_chunks(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces of some thousand rows, as of one moment: that of its first byte.

    Raises `Conflict` where the queue is not finished. Any error after that is raised out of the generator: the transfer
    then breaks off and does not look complete.
    """
    check_finished(queue, options)
    audit.record_queue(
        queue.pk, AuditAction.EXPORT, format=options.format, status=options.status, partial=options.partial or None
    )
    return _chunks(queue, options)


def _chunks(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    # A server-side cursor lives in a transaction; the generator owns it, and ends it when the client goes away. What
    # the file begins with (columns, fields) and its rows belong together, whatever is written meanwhile.
    with snapshot():
        # It may have been deleted or started again since it was asked for.
        now: Queue | None = type(queue)._default_manager.filter(pk=queue.pk, deleted_at__isnull=True).first()
        if now is None:
            raise Gone(f"The {kind_of(queue).nouns.one} was deleted.", code=ErrorCode.NOT_FOUND)
        check_finished(now, options)
        queue_layout = kind_of(now).layout(now)
        export_layout = ExportLayout(
            headers=queue_layout.headers,
            names=queue_layout.columns,
            fields=queue_layout.field_names,
            extras=queue_layout.extras.names,
            run_columns=options.run_columns,
            excel=options.excel,
            line_end=queue_layout.line_end,
            delimiter=options.delimiter or ("," if options.excel else queue_layout.delimiter),
            whole=frozenset(
                field["name"] for field in queue_layout.response_fields if field["type"] == FieldType.INTEGER
            ),
        )
        items = _items(now, options)
        if can_be_said(export_layout, options.format):
            yield from written_by_database(export_layout, options.format, items)
        else:
            rows = rows_of(items, queue_layout.extras)
            yield from EXPORT_FORMATS[options.format].chunks(export_layout, rows)


def _items(queue: Queue, options: ExportOptions) -> QueueItemQuerySet:
    """Those of the file, in its order."""
    found = items_of_queue(queue)
    return (found.filter(status=options.status) if options.status else found).in_order()


def rows_of(items: QueueItemQuerySet, extras: Extras) -> Iterator[ExportRow]:
    """For the formats in Python."""
    for values in OneByOne(items.values_list(*COLUMNS, *extras.annotations)):
        cells, result, corrected, *rest = values
        run: dict[str, Any] = dict(zip(OF_THE_RUN, (None if value == "" else value for value in rest), strict=False))
        answer = corrected if corrected is not None else result if run["status"] == RowStatus.SUCCEEDED else None
        yield ExportRow(
            **run,
            cells=cells,
            payload=answer,
            corrected=corrected is not None,
            extras=extras.values(rest[len(OF_THE_RUN) :]),
        )


def content_type(options: ExportOptions) -> str:
    return EXPORT_FORMATS[options.format].content_type


def content_disposition(queue: Queue, options: ExportOptions) -> str:
    """A file name from the queue's name, without what means something in a path, a header or a file system."""
    stem = re.sub(r"[^\w .-]+", "_", queue.name)[:LONGEST_STEM].strip(" .")
    if not stem or RESERVED_STEM.fullmatch(stem):
        stem = f"{stem}_{kind_of(queue).nouns.one}".strip("_")
    return content_disposition_header(as_attachment=True, filename=f"{stem}.{options.format}") or "attachment"
