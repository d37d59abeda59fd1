"""Batches, rows and runs in the states that pages show, without a worker."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from csv_batches.models import KIND, CsvBatch, CsvBatchRow
from experiments.models import Attempt, Network, Run

COLUMNS = [
    {"name": "id", "header": "id", "mode": "ignore", "key": ""},
    {"name": "subject", "header": "subject", "mode": "prompt", "key": ""},
    {"name": "body", "header": "body", "mode": "system_param", "key": "mail.body"},
]
FIELDS = [
    {"name": "category", "description": "", "type": "string", "required": True},
    {"name": "urgent", "description": "", "type": "boolean", "required": True},
]


def user(name: str, **values: Any) -> Any:
    return get_user_model().objects.get_or_create(username=name, defaults=values)[0]


WHOLE = re.compile(r"""(<(?:pre|textarea)\b.*?</(?:pre|textarea)>|"[^"<>]*")|\s+""", re.DOTALL)
"""What keeps its white space, or a run of it elsewhere."""


class Browser(Client):
    """Gets pages with one space for each run of white space, as a browser shows them: tests look for sentences."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            html = WHOLE.sub(lambda found: found[1] or " ", response.content.decode())
            response.content = html.replace(" >", ">")
        return response


def browser(name: str, **values: Any) -> Client:
    """Somebody who is logged in; forms need their CSRF token as in a browser."""
    client = Browser(enforce_csrf_checks=True)
    client.force_login(user(name, **values))
    return client


def post_form(client: Client, page: str, action: str, **data: str) -> Any:
    """Opens `page` and sends a form of it that goes to `action`, as a browser without JavaScript does."""
    html = client.get(page).content.decode()
    assert f'action="{action}' in html, f"{page} has no form for {action}"
    token = client.cookies["csrftoken"].value
    return client.post(action, {"csrfmiddlewaretoken": token, **data})


def htmx(client: Client, url: str, **more: Any) -> Any:
    return client.get(url, headers={"HX-Request": "true"}, **more)


def batch_of(
    owner: str, statuses: Sequence[str] = (), *, status: str = "running", name: str = "Mails", **values: Any
) -> CsvBatch:
    """A batch with one row for each of `statuses`."""
    network, _ = Network.objects.get_or_create(name="triage")
    counts = {name: list(statuses).count(name) for name in ("queued", "running", "succeeded", "failed", "skipped")}
    given: dict[str, Any] = {"columns": COLUMNS, "response_fields": FIELDS, "prompt_template": "Sort this."} | values
    given.setdefault("started_at", None if status == "draft" else timezone.now())
    batch: CsvBatch = CsvBatch.objects.create(
        kind=KIND,
        name=name,
        network=network,
        status=status,
        total=len(statuses),
        created_by=user(owner),
        **counts,
        **given,
    )
    for index, row_status in enumerate(statuses):
        row_of(batch, index, row_status)
    return batch


def row_of(batch: CsvBatch, index: int, status: str, **values: Any) -> CsvBatchRow:
    by_status: dict[str, dict[str, Any]] = {
        "succeeded": {"result_payload": {"category": f"answer {index}", "urgent": True}, "elapsed_ms": 5400},
        "failed": {"error_code": "timeout", "error_message": f"Row {index} took too long."},
        "running": {"started_at": timezone.now()},
        "queued": {},
        "skipped": {},
    }
    given = {"payload": [f"{index:05}", f"subject {index}", f"body {index}"]} | by_status[status] | values
    row: CsvBatchRow = CsvBatchRow.objects.create(queue_id=batch.pk, kind=KIND, row_index=index, status=status, **given)
    return row


def run_for(row: CsvBatchRow, trace_id: str = "trace-1", **values: Any) -> Run:
    """A stored run that answered `row`."""
    batch = CsvBatch.objects.get(pk=row.queue_id)
    assert batch.network_id is not None
    given: dict[str, Any] = {
        "request": {"user_message": "Sort this: hello", "system_params": {"mail": {"body": "hello"}}},
        "final": {"status": "ok", "response_payload": {"category": "billing"}},
        "execution_log": [{"type": "agent", "agent_key": "sorter", "decision": "RESPOND", "duration_ms": 900}],
    } | values
    run: Run = Run.objects.create(
        trace_id=trace_id, network_id=batch.network_id, owner_id=batch.created_by_id, item_id=row.pk, **given
    )
    CsvBatchRow.objects.filter(pk=row.pk).update(run_trace_id=trace_id)
    Attempt.objects.create(item_id=row.pk, generation=1, attempt=1, http_status=200, outcome="succeeded")
    return run


def queue_url(batch: CsvBatch, tail: str = "") -> str:
    return f"/csv-batch/{batch.pk}/{tail}"
