"""The review step as a browser without JavaScript fills it in."""

import json
from typing import Any

from django.test import Client

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.core import limits as queue_limits
from experiments.models import Network
from experiments.web.answers_form import SWITCHES
from tests.integration.web.support import batch_of, queue_url

STATUSES = ("queued",) * 4


def draft_of(owner: str, **values: Any) -> CsvBatch:
    """A draft that could start, of four rows."""
    batch = batch_of(owner, STATUSES, status="draft", **values)
    batch.set_response_fields(batch.response_fields)
    batch.save()
    return batch


def has_schema(batch: CsvBatch, schema: dict[str, Any] | None = None) -> Network:
    """The batch's network with another response schema than the batch's."""
    assert batch.network is not None
    other = {"type": "object", "properties": {"mood": {"type": "string"}}}
    batch.network.additional_data = {"respond_payload_schema": schema or other}
    batch.network.save()
    return batch.network


def review_url(batch: CsvBatch, tail: str = "") -> str:
    return queue_url(batch, f"review/{tail}")


def html_of(client: Client, batch: CsvBatch) -> str:
    return str(client.get(review_url(batch)).content.decode())


def given(batch: CsvBatch, **changes: Any) -> dict[str, Any]:
    """The form's values as the page shows them, with these changes."""
    shown = {
        "network": batch.network_id or "",
        "agent_key": batch.agent_key,
        "schema_mode": batch.schema_mode,
        "concurrency": batch.concurrency,
        "max_attempts": batch.max_attempts,
        "reuse": batch.reuse,
        **({"skip_empty": "on"} if batch.skip_empty else {}),
        **{name: getattr(batch, name) or "" for name in queue_limits.LIMIT_NAMES},
        "which": "all",
        "try_rows": 3,
        "try_start": 0,
    }
    names = ("network", "agent_key", "schema_mode", "concurrency", "max_attempts", "reuse")
    was = {name: shown[name] for name in names}
    limits = {name: getattr(batch, name) for name in queue_limits.LIMIT_NAMES}
    switches = {name: getattr(batch, name) for name in ("debug", "skip_empty", *SWITCHES)}
    return {**shown, "was": json.dumps({**was, **limits, **switches}, default=str), **changes}


def send(client: Client, batch: CsvBatch, tail: str = "", *, fragment: bool = False, **changes: Any) -> Any:
    client.get(review_url(batch))
    token = client.cookies["csrftoken"].value
    headers = {"HX-Request": "true"} if fragment else {}
    body = {"csrfmiddlewaretoken": token, **given(batch, **changes)}
    return client.post(review_url(batch, tail), body, headers=headers)


def trial_of(batch: CsvBatch) -> CsvBatch:
    trial: CsvBatch = CsvBatch.objects.get(parent_id=batch.pk)
    return trial


def finish_trial(batch: CsvBatch, **values: Any) -> CsvBatch:
    """As a worker leaves it: every row answered in two seconds."""
    trial = trial_of(batch)
    CsvBatchRow.objects.filter(queue_id=trial.pk).update(
        status="succeeded",
        elapsed_ms=2000,
        result_payload={"category": "billing", "urgent": True},
        run_trace_id="trace-of-trial",
        **values,
    )
    CsvBatch.objects.filter(pk=trial.pk).update(
        status="completed", queued=0, succeeded=trial.total, tokens=100 * trial.total
    )
    return trial
