"""Reads: a batch as the API and the pages show it."""

from typing import Any

from django.db.models import QuerySet

from csv_batches.models import CsvBatch
from experiments.selectors import queues

SELDOM = ("draft_history", "column_facts")
"""Large, and read by the steps of the wizard only."""


def batch(batch: CsvBatch) -> dict[str, Any]:
    return {
        **queues.queue_values(batch),
        "columns": batch.columns,
        "prompt_template": batch.prompt_template,
        "response_fields": batch.response_fields,
        "schema_json": batch.schema_json,
        "schema_mode": batch.schema_mode,
        "upload": upload(batch),
    }


def upload(batch: CsvBatch) -> dict[str, Any] | None:
    """Where the latest file is: `{state, bytes, rows, errors}`; None where none was sent."""
    arriving = batch.arriving
    if arriving is not None:
        return {"state": arriving.state, "bytes": arriving.size, "rows": arriving.rows, "errors": arriving.errors}
    if not batch.source_name:
        return None
    return {"state": "done", "bytes": batch.source_size, "rows": batch.total, "errors": []}


def batches_of(user: Any) -> QuerySet[CsvBatch]:
    return CsvBatch.objects.for_user(user).listed().select_related("network", "created_by", "incoming").defer(*SELDOM)
