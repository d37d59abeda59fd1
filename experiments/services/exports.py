"""A queue as a file: every original column and cell, then the answers, one line an item in their order."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.http import content_disposition_header

from experiments.core import actor
from experiments.core.choices import FINISHED, AuditAction, ErrorCode, ExportFormat, FieldType, Nested, RowStatus
from experiments.core.errors import Conflict, Gone, InvalidInput
from experiments.export.columns import columns_of
from experiments.export.formats import EXPORT_FORMATS
from experiments.export.response import Download
from experiments.export.rows import ExportLayout, ExportRow
from experiments.kinds import Extras, QueueLayout, kind_of
from experiments.models import Queue
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors.export_lines import written_by_database
from experiments.selectors.export_statements import COLUMNS, OF_THE_RUN, can_be_said
from experiments.selectors.field_filter import check_fields
from experiments.selectors.items import LARGEST_INDEX, items_filtered
from experiments.selectors.one_by_one import OneByOne
from experiments.selectors.queues import refuse_without_source
from experiments.selectors.row_order import order_named
from experiments.selectors.snapshot import snapshot
from experiments.selectors.sorted_rows import in_order, sort_on_disk
from experiments.services import audit, export_places

LONGEST_STEM, MOST_STEM_BYTES = 60, 180
"""File names have at most 255 bytes on most systems; a letter may have four."""
# Names of devices on Windows, whatever their extension.
RESERVED_STEM = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
ROW_RANGE = re.compile(r"\s*([0-9]{1,10})\s*(?:-\s*([0-9]{1,10})\s*)?")
MOST_RANGES = 1_000


@dataclass(frozen=True)
class ExportOptions:
    """`filters` and `sort` are those of a list of rows, `row_indexes` as `3,7-9`, `columns` the names of those wanted.

    `delimiter` is one character; None: that of the file, and a comma for Excel. The others are those of `ExportLayout`.
    """

    format: ExportFormat = ExportFormat.CSV
    run_columns: bool = True
    partial: bool = False
    excel: bool = False
    delimiter: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = ""
    row_indexes: str = ""
    columns: str | tuple[str, ...] = ""
    null: str | None = None
    join: str | None = None
    nested: Nested = Nested.JSON
    explode: str = ""


def download(queue: Queue, options: ExportOptions) -> Download:
    """`Conflict` before the first byte where the queue is not finished, `Busy` and `NoRoom` as `export_places` say."""
    check(queue, options)
    place = export_places.take(actor.current().user_id)
    try:
        pieces = _until_made(export_chunks(queue, options), place)
        if EXPORT_FORMATS[options.format].is_made_first:
            pieces = chain([next(pieces)], pieces)
        return Download(pieces, content_type(options), content_disposition(queue, options), place.release)
    except BaseException:
        place.release()
        raise


def _until_made(pieces: Iterator[bytes], place: export_places.Place) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        place.made()


def check(queue: Queue, options: ExportOptions) -> None:
    """Whether there is such a file: `Conflict` and `InvalidInput` come before its first byte."""
    check_finished(queue, options)
    if options.nested != Nested.JSON and not EXPORT_FORMATS[options.format].is_table:
        raise InvalidInput(
            "JSONL keeps objects and lists as they are: nested is for tables.", code=ErrorCode.INVALID, attr="nested"
        )
    columns_of(_layout(kind_of(queue).layout(queue), options))
    check_fields(queue, options.filters)
    if options.sort:
        order_named(queue, options.sort)
    ranges_of(options.row_indexes)


def check_finished(queue: Queue, options: ExportOptions) -> None:
    if queue.status not in FINISHED and not options.partial:
        raise Conflict(
            f"The {kind_of(queue).nouns.one} is {queue.status}. "
            "Export it when it is completed, or export it so far with partial=1.",
            code=ErrorCode.NOT_FINISHED,
        )
    refuse_without_source(queue, "exported")


def export_chunks(queue: Queue, options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces of some thousand rows, as of one moment: that of its first byte.

    Raises `Conflict` where the queue is not finished. Any error after that is raised out of the generator: the transfer
    then breaks off and does not look complete.
    """
    check(queue, options)
    audit.record_queue(
        queue.pk,
        AuditAction.EXPORT,
        format=options.format,
        status=options.filters.get("status"),
        partial=options.partial or None,
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
        export_layout = _layout(queue_layout, options)
        items = _items(now, options)
        if options.sort:
            sort_on_disk()
        if can_be_said(export_layout, options.format):
            yield from written_by_database(export_layout, options.format, items)
        else:
            rows = rows_of(items, queue_layout.extras)
            yield from EXPORT_FORMATS[options.format].chunks(export_layout, rows)


def _layout(of: QueueLayout, options: ExportOptions) -> ExportLayout:
    return ExportLayout(
        headers=of.headers,
        names=of.columns,
        fields=of.field_names,
        extras=of.extras.names,
        run_columns=options.run_columns,
        excel=options.excel,
        line_end=of.line_end,
        delimiter=options.delimiter or ("," if options.excel else of.delimiter),
        whole=frozenset(one["name"] for one in of.response_fields if one["type"] == FieldType.INTEGER),
        response_fields=of.response_fields,
        shown=names_of(options.columns),
        null=options.null,
        join=options.join,
        nested=options.nested,
        explode=options.explode,
    )


def names_of(text: str | tuple[str, ...]) -> tuple[str, ...] | None:
    """The names of a list with commas; one that has a comma itself is in quotes. None: none is named."""
    if not isinstance(text, str):
        return tuple(dict.fromkeys(text)) or None
    if not text.strip():
        return None
    (names,) = csv.reader([text.replace("\r", " ").replace("\n", " ")], skipinitialspace=True)
    return tuple(dict.fromkeys(names))


def ranges_of(text: str) -> list[tuple[int, int]]:
    """`3,7-9` as `[(3, 3), (7, 9)]`."""
    if not text.strip():
        return []
    parts = [ROW_RANGE.fullmatch(part) for part in text.split(",")]
    ranges = [(int(part[1]), int(part[2] or part[1])) for part in parts if part]
    if len(ranges) < len(parts) or any(first > last or last > LARGEST_INDEX for first, last in ranges):
        raise InvalidInput(
            "Give rows by their numbers, such as 3,7-9: row_indexes has something else.",
            code=ErrorCode.INVALID,
            attr="row_indexes",
        )
    if len(ranges) > MOST_RANGES:
        raise InvalidInput(
            f"row_indexes has {len(ranges):,} parts; {MOST_RANGES:,} are allowed. Join rows that follow each other.",
            code=ErrorCode.TOO_MANY,
            attr="row_indexes",
        )
    return ranges


def _items(queue: Queue, options: ExportOptions) -> QueueItemQuerySet:
    """Those of the file, in its order."""
    found = items_filtered(queue, options.filters)
    ranges = ranges_of(options.row_indexes)
    if ranges:
        single = Q(row_index__in=[first for first, last in ranges if first == last])
        found = found.filter(reduce(or_, (Q(row_index__range=one) for one in ranges if one[0] < one[1]), single))
    return in_order(found, order_named(queue, options.sort)) if options.sort else found


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
    """The name of the file: the queue's name, without what means something in a path, a header or a file system, the
    kind of the queue and of the export, and the moment, by the clock of the site."""
    words = [stem_of(queue.name), kind_of(queue).nouns.one]
    if options.filters or options.row_indexes:
        words.append("selected")
    if options.partial and queue.status not in FINISHED:
        words.append("so far")
    if options.excel and options.format == ExportFormat.CSV:
        words.append("for Excel")
    words.append(f"{timezone.localtime():%Y-%m-%d %H.%M.%S}")
    name = f"{' '.join(filter(None, words))}.{options.format}"
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def stem_of(name: str) -> str:
    """The name of a queue as a part of a file's name."""
    stem = re.sub(r"[^\w .-]+", "_", name)[:LONGEST_STEM].encode()[:MOST_STEM_BYTES].decode(errors="ignore").strip(" .")
    return f"_{stem}" if RESERVED_STEM.fullmatch(stem) else stem
