"""What tests of the API have in common: the shapes, and batches in states that no worker brought them to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from tests.support.api import Api


def words(text: str) -> set[str]:
    return set(text.split())


NETWORK_KEYS = words(
    """
    id name description run_url config_url remote_name transient_400 version max_steps timeout_s max_concurrency
    requests_per_minute tokens_per_minute hold
    users_may_update_schema additional_data agents endpoint price_input price_output currency
    """
)
AGENT_KEYS = words("key display_name prompt is_default allow_respond routes model price_input price_output")
BATCH_KEYS = words(
    """
    id kind name network agent_key status columns prompt_template response_fields schema_json schema_mode debug
    concurrency max_attempts tolerant repair skip_empty max_failures max_calls max_tokens max_minutes max_cost reuse
    revision pinned_version pause_reason
    upload
    created_by role created_at started_at completed_at source_removed_at progress
    """
)
PROGRESS_KEYS = words(
    """
    total queued running succeeded failed skipped failed_open corrected retrying correcting rows_per_second eta_seconds
    tokens input_tokens output_tokens cost reused calls refused_calls running_seconds
    """
)
ROW_KEYS = words(
    """
    id row_index status row_payload result_payload corrected_payload changes run_trace_id error_code error_message
    attempts available_at queued_at started_at completed_at elapsed_ms input_tokens output_tokens cost version
    reused_from
    """
)
ATTEMPT_KEYS = words("attempt generation started_at ended_at http_status outcome detail unread")
RUN_KEYS = words(
    """
    trace_id network agent_key status queue row_index item_id request final execution_log debug usage
    duration_ms input_tokens output_tokens cost version created_at
    """
)
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
JSON = "application/json"
NOWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Draft:
    """A batch, with the one who made it."""

    api: Api
    id: str

    @property
    def path(self) -> str:
        return f"/csv_batches/{self.id}"

    def state(self) -> dict[str, Any]:
        return self.api.batch(self.id)


def errors(body: Any, *, kind: str = "validation_error") -> list[tuple[str, str | None]]:
    """(code, attr) of each error, after a look at the shape of it all."""
    assert body["type"] == kind
    assert body["errors"]
    for error in body["errors"]:
        assert set(error) == {"code", "detail", "attr"}
        assert isinstance(error["detail"], str)
        assert error["detail"]
    return [(error["code"], error["attr"]) for error in body["errors"]]


def send(api: Api, method: str, path: str, body: Any, want: int, *, content_type: str = JSON) -> Any:
    """A body that no serializer would write."""
    response = api.client.generic(method, f"/api{path}", body, content_type=content_type)
    assert response.status_code == want, response.content[:800]
    assert response["Content-Type"] == JSON
    return response.json()


def assert_counters_are_right(batch: str) -> None:
    """The counters of a queue say what its rows say."""
    queue, rows = CsvBatch.objects.get(pk=batch), CsvBatchRow.objects.filter(queue_id=batch)
    corrected = rows.filter(corrected_payload__isnull=False)
    kept = {status: getattr(queue, status) for status in ("queued", "running", "succeeded", "failed", "skipped")}
    assert kept == {status: rows.filter(status=status).count() for status in kept}
    assert queue.total == rows.count()
    assert (queue.corrected, queue.failed_corrected) == (corrected.count(), corrected.filter(status="failed").count())


def set_status(batch: str, status: str) -> None:
    CsvBatch.objects.filter(pk=batch).update(status=status)


def finish(batch: str, answers: Mapping[int, dict[str, Any]], failures: Mapping[int, str] | None = None) -> None:
    """The batch as a worker leaves it: `answers` by row, the error codes of `failures`; completed if nothing waits."""
    failures = failures or {}
    now = timezone.now()
    common = {"attempts": 1, "started_at": now, "completed_at": now, "elapsed_ms": 12}
    rows = CsvBatchRow.objects.filter(queue_id=batch)
    for index, payload in answers.items():
        rows.filter(row_index=index).update(
            status="succeeded", result_payload=payload, run_trace_id=f"t{index}", **common
        )
    for index, code in failures.items():
        rows.filter(row_index=index).update(
            status="failed", error_code=code, error_message=f"{code} happened", **common
        )
    waiting = rows.filter(status="queued").count()
    CsvBatch.objects.filter(pk=batch).update(
        status="running" if waiting else "completed",
        succeeded=len(answers),
        failed=len(failures),
        queued=waiting,
        started_at=now,
        completed_at=None if waiting else now,
    )
