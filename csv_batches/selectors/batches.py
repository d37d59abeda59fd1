"""Reads: a batch and its rows as the API and the pages show them."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.selectors import answer_filter
from experiments.models import Queue, QueueItem
from experiments.worker.record import RATE_DECAY_S

SELDOM = ("draft_history", "column_facts")
"""Large, and read by the steps of the wizard only."""
LEAST_RATE = 1e-6
ANY_VALUE = """
EXISTS (
    SELECT 1 FROM jsonb_path_query(experiments_queueitem.{column}, '$.**') AS value
    WHERE jsonb_typeof(value) NOT IN ('array', 'object') AND upper(value #>> '{{}}') LIKE upper(%s)
)
"""


def rows_per_second(queue: Queue, now: datetime) -> float:
    """Final rows per second over about the last minute; 0 while nothing runs.

    The queue keeps a count that decays by e in `RATE_DECAY_S`. Shortly after the start less than that time has been
    seen, which the denominator takes into account.
    """
    if queue.status != Queue.Status.RUNNING or queue.rate_at is None or queue.started_at is None:
        return 0.0
    seen_s = max((now - queue.started_at).total_seconds(), 0.1)
    quiet_s = max((now - queue.rate_at).total_seconds(), 0.0)
    decayed = queue.rate * exp(-min(quiet_s / RATE_DECAY_S, 50))
    return decayed / (RATE_DECAY_S * (1 - exp(-min(seen_s / RATE_DECAY_S, 50))))


def progress(queue: Queue, now: datetime | None = None) -> dict[str, Any]:
    rate = rows_per_second(queue, now or timezone.now())
    left = queue.queued + queue.running
    return {
        "total": queue.total,
        "queued": queue.queued,
        "running": queue.running,
        "succeeded": queue.succeeded,
        "failed": queue.failed,
        "rows_per_second": round(rate, 3),
        "eta_seconds": round(left / rate) if rate > LEAST_RATE and left else None,
        "tokens": queue.tokens,
    }


def pause_reason(queue: Queue) -> dict[str, Any] | None:
    if queue.status != Queue.Status.PAUSED:
        return None
    return {"code": queue.pause_code, "detail": queue.pause_detail, "until": queue.pause_until}


def batch(batch: CsvBatch) -> dict[str, Any]:
    network = batch.network
    return {
        "id": batch.pk,
        "kind": batch.kind,
        "name": batch.name,
        "network": {"id": network.pk, "name": network.name} if network else None,
        "agent_key": batch.agent_key or None,
        "status": batch.status,
        "columns": batch.columns,
        "prompt_template": batch.prompt_template,
        "response_fields": batch.response_fields,
        "schema_json": batch.schema_json,
        "schema_mode": batch.schema_mode,
        "debug": batch.debug,
        "concurrency": batch.concurrency,
        "max_attempts": batch.max_attempts,
        "pause_reason": pause_reason(batch),
        "upload": upload(batch),
        "created_by": batch.created_by.get_username(),
        "created_at": batch.created_at,
        "started_at": batch.started_at,
        "completed_at": batch.completed_at,
        "progress": progress(batch),
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


def row(item: QueueItem, names: Sequence[str]) -> dict[str, Any]:
    return {
        "id": item.pk,
        "row_index": item.row_index,
        "status": item.status,
        "row_payload": dict(zip(names, item.payload, strict=True)),
        "result_payload": item.result_payload,
        "corrected_payload": item.corrected_payload,
        "run_trace_id": item.run_trace_id,
        "error_code": item.error_code or None,
        "error_message": item.error_message or None,
        "attempts": item.attempts,
        "available_at": item.available_at,
        "queued_at": item.queued_at,
        "started_at": item.started_at,
        "completed_at": item.completed_at,
        "elapsed_ms": item.elapsed_ms,
    }


def attempt_log(item: QueueItem) -> list[dict[str, Any]]:
    fields = ("attempt", "generation", "started_at", "ended_at", "http_status", "outcome", "detail")
    return list(item.attempt_log.order_by("id").values(*fields))


def filtered_rows(batch: CsvBatch, wanted: Mapping[str, str]) -> QuerySet[CsvBatchRow]:
    """By `status`, `error_code`, a text that stands in a cell, an answer or an error message, and the answer itself."""
    rows = answer_filter.filtered(batch, batch.rows, wanted)
    if wanted.get("status"):
        rows = rows.filter(status=wanted["status"])
    if wanted.get("error_code"):
        rows = rows.filter(status="failed", error_code=wanted["error_code"])
    text = wanted.get("search")
    if text:
        rows = rows.filter(has_text("payload", text) | has_answer(text) | Q(error_message__icontains=text))
    return rows.in_order()


def has_answer(text: str) -> Q:
    """What counts as the answer: a person's correction, where there is one."""
    given = Q(corrected_payload__isnull=True) & has_text("result_payload", text)
    return given | has_text("corrected_payload", text)


def has_text(column: str, text: str) -> Q:
    """Whether a value somewhere inside a JSON column contains `text`, whatever the case; names of keys do not count.

    The column is looked through as a whole first, as JSON, where some characters are escaped: that is fast and lets few
    rows through to the exact look.
    """
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
    exact = RawSQL(ANY_VALUE.format(column=column), [pattern], output_field=BooleanField())  # noqa: S611  names are ours
    return Q(**{f"{column}__icontains": escaped}) & Q(exact)
