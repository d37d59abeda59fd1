"""Reads: a batch as the API and the pages show it."""

from typing import Any

from django.db.models import Max, QuerySet, Sum

from csv_batches.models import KIND, CsvBatch, Upload
from csv_batches.rules.choices import UploadState
from experiments.core.choices import QueueStatus
from experiments.response_schema.fields import shown_fields
from experiments.selectors import queues

FOR_THE_WIZARD_ONLY = ("draft_history", "column_facts")
"""Large columns, left out of all other reads."""


def batch_as_json(batch: CsvBatch) -> dict[str, Any]:
    return {
        **queues.queue_values(batch),
        "columns": batch.columns,
        "prompt_template": batch.prompt_template,
        "response_fields": shown_fields(batch.response_fields),
        "schema_json": batch.schema_json,
        "schema_mode": batch.schema_mode,
        "skip_empty": batch.skip_empty,
        "revision": batch.revision,
        "upload": upload_as_json(batch),
    }


def upload_as_json(batch: CsvBatch) -> dict[str, Any] | None:
    """The latest file: `{state, bytes, rows, errors, offers, options, rejects}`; None where none was sent.

    `options`, `offers` and `rejects` as an upload answers them; while a file is read there are none.
    """
    arriving = batch.arriving
    if arriving is not None:
        return {
            "state": arriving.state,
            "bytes": arriving.size,
            "rows": arriving.rows,
            "errors": arriving.errors,
            "offers": [offer for error in arriving.errors for offer in error.get("offers", [])],
            "options": None,
            "rejects": 0,
        }
    if not batch.source_name:
        return None
    return {
        "state": UploadState.DONE,
        "bytes": batch.source_size,
        "rows": batch.total,
        "errors": [],
        "offers": [],
        "options": batch.options_in_force,
        "rejects": batch.reject_count,
    }


def stored_file_as_json(batch: CsvBatch) -> dict[str, Any]:
    """What was found in the file that the rows came from."""
    return {
        "rows": batch.total,
        "columns": batch.column_names,
        "encoding": batch.encoding,
        "delimiter": batch.delimiter or None,
        "options": batch.options_in_force,
        "rejects": batch.reject_count,
        "warnings": batch.warnings,
    }


def batches_of(user: Any) -> QuerySet[CsvBatch]:
    """Those that `user` may see, without trials."""
    # Said although the model says it: lists are read in the order of an index that begins with the kind.
    batches = CsvBatch.objects.filter(kind=KIND).for_user(user).top_level()
    return batches.select_related("network", "created_by", "incoming").defer(*FOR_THE_WIZARD_ONLY)


def file_bytes_of(owner_id: int, beside: Any = None) -> int:
    """Bytes of the files that are kept for a user; one that duplicates share counts once.

    `beside`: a batch whose own file does not count.
    """
    kept = CsvBatch.objects.kept().filter(created_by=owner_id).exclude(source="").exclude(pk=beside)
    of_batches = kept.order_by().values("source").annotate(size=Max("source_size")).aggregate(sum=Sum("size"))["sum"]
    of_uploads = Upload.objects.filter(owner=owner_id).exclude(file="").aggregate(sum=Sum("size"))["sum"]
    return int(of_batches or 0) + int(of_uploads or 0)


def batches_of_same_file(batch: CsvBatch, user: Any) -> QuerySet[CsvBatch]:
    """Others that `user` may see and that were started with the same file; without one, with as many rows of the same
    columns."""
    others = batches_of(user).exclude(pk=batch.pk).exclude(status=QueueStatus.DRAFT).filter(source_removed_at=None)
    if batch.source_sha256:
        return others.filter(source_sha256=batch.source_sha256)
    names = [column["name"] for column in batch.columns]
    same = [one.pk for one in others.filter(source_sha256="", total=batch.total) if one.column_names == names]
    return others.filter(pk__in=same)
