"""Reads: the latest trial of a batch, and what its rows say about all of them."""

from typing import Any

from django.db.models import Exists, OuterRef

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.estimate import Estimate, estimate
from experiments.core.choices import RowStatus
from experiments.models import QueueItem, queue_settings
from experiments.selectors import items, queues

BATCH_SETTINGS = (
    "network",
    "columns",
    "prompt_template",
    "response_fields",
    "schema_json",
    "schema_guidance",
    "schema_example",
    "schema_mode",
    "skip_empty",
)
"""The batch's own settings that its trials and duplicates take over, besides the plain ones of every queue."""
TRIAL_SETTINGS = (*queue_settings.IN_TRIAL, *BATCH_SETTINGS)
"""The settings that a trial takes over from its batch."""
SETTINGS_OF_CALLS = ("network_id", "agent_key", "columns", "prompt_template")
"""Those that change the answers, besides the schema."""


def latest(batch: CsvBatch) -> CsvBatch | None:
    found: CsvBatch | None = (
        CsvBatch.objects.filter(parent_id=batch.pk).select_related("network").order_by("-trial").first()
    )
    return found


def trial_as_json(batch: CsvBatch) -> dict[str, Any]:
    """`{status, rows, estimate, pause_reason}` of the latest trial; `status` is None before the first."""
    trial = latest(batch)
    if trial is None:
        return {"status": None, "rows": [], "estimate": None, "pause_reason": None}
    rows = list(trial.rows.in_order())
    return {
        "status": trial.status,
        "rows": [items.item_as_row(row, trial.column_names, since=trial.waits_since) for row in rows],
        "estimate": estimate_of(batch, trial, rows),
        "pause_reason": queues.queue_pause_reason(trial),
    }


def estimate_of(batch: CsvBatch, trial: CsvBatch, rows: list[CsvBatchRow]) -> Estimate | None:
    """None until a row has succeeded: how fast calls fail says nothing about the batch."""
    if not trial.succeeded:
        return None
    final = [row for row in rows if row.status in (RowStatus.SUCCEEDED, RowStatus.FAILED)]
    elapsed_ms = [row.elapsed_ms for row in final if row.elapsed_ms is not None]
    costs = [row.cost for row in final if row.cost is not None]
    at_a_time = batch.concurrency
    if batch.network is not None:
        at_a_time = min(at_a_time, batch.network.max_concurrency)
    return estimate(elapsed_ms, tokens=trial.tokens, rows=batch.total, at_a_time=at_a_time, costs=costs)


def is_outdated(batch: CsvBatch, trial: CsvBatch) -> bool:
    """Whether the draft has changed since in a way that changes the calls."""
    schema = batch.schema_json
    if batch.schema_mode == SchemaMode.KEEP and batch.network is not None:
        schema = batch.network.additional_data.get("respond_payload_schema")
    if any(getattr(batch, name) != getattr(trial, name) for name in SETTINGS_OF_CALLS) or schema != trial.schema_json:
        return True
    same = QueueItem.objects.filter(queue_id=batch.pk, row_index=OuterRef("row_index"), payload=OuterRef("payload"))
    has_other_rows: bool = trial.rows.filter(~Exists(same)).exists()
    return has_other_rows
