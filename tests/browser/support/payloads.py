"""Texts that would do something in a page that takes them for more than texts, in every place that data can fill."""

from urllib.parse import urlencode

from csv_batches.models import CsvBatch
from experiments.models import Network, Run
from tests.integration.web.support import batch_of, queue_url, row_of, run_for

PAYLOADS = (
    "</script></textarea></title>\"'><img src=/evil.png onerror=alert(1)><script>alert(2)</script>",
    '"><svg onload=alert(3)><iframe src="https://evil.invalid/"></iframe>',
    '<div hx-get="/evil" hx-trigger="load" hx-on:load="alert(4)"></div><link rel=stylesheet href=/evil.css>',
    "{{ 7|add:7 }}{% debug %}${alert(5)}<style>*{background:url(/evil.gif)}</style>",
    "javascript:alert(6)//' autofocus onfocus=alert(7) x='",
)


def everywhere(payload: str) -> dict[str, str]:
    """Batches, a draft and runs with `payload` in every text; the addresses of the pages that show them."""
    batch = _batch(payload, "paused")
    _answered(batch, payload)
    failed = row_of(batch, 1, "failed", payload=[payload], error_code=payload[:32], error_message=payload)
    run_for(failed, f"{payload} 2", status="error", final={"status": payload, "error": payload}, debug=payload)
    CsvBatch.objects.filter(pk=batch.pk).update(total=2, succeeded=1, failed=1)
    draft = _batch(payload, "draft")
    row_of(draft, 0, "queued", payload=[payload])
    CsvBatch.objects.filter(pk=draft.pk).update(total=1, queued=1)
    Network.objects.update(name=payload[:100], description=payload)
    return {
        "list": "/csv-batch/",
        "queue": queue_url(batch),
        "row": queue_url(batch, "row/0/"),
        "failed row": queue_url(batch, "row/1/"),
        "draft": queue_url(draft),
        "draft's row": queue_url(draft, "row/0/"),
        "results": queue_url(batch, "results/"),
        **{step: queue_url(draft, f"{step}/") for step in ("upload", "map", "prompt", "schema", "review", "reset")},
        "open field": queue_url(draft, f"schema/?{urlencode({'edit': payload})}"),
    }


def _batch(payload: str, status: str) -> CsvBatch:
    columns = [{"name": payload, "header": payload, "mode": "prompt", "key": ""}]
    fields = [{"name": payload, "description": payload, "type": "string", "required": True, "choices": [payload]}]
    batch = batch_of("ann", name=payload, status=status, columns=columns, response_fields=fields)
    CsvBatch.objects.filter(pk=batch.pk).update(
        pause_code=payload[:32],
        pause_detail=payload,
        agent_key=payload[:100],
        source_name=payload,
        dataset_name=payload,
        # A template that cannot be read is never stored in a draft.
        prompt_template=payload.replace("{", "("),
        warnings=[{"line": 1, "code": payload, "detail": payload}],
    )
    return batch


def _answered(batch: CsvBatch, payload: str) -> None:
    row = row_of(batch, 0, "succeeded", payload=[payload], result_payload={payload: payload})
    batch.rows.filter(pk=row.pk).update(corrected_payload={payload: {payload: [payload]}})
    log = [
        {"type": payload, "agent_key": payload, "step": payload, "prompt": payload, payload: payload},
        payload,
        {"type": "agent", "agent_display_name": payload, "decision": payload, "raw_response": payload},
        {"type": "tool", "tool_key": payload, "status": payload, "response_payload": {payload: payload}},
    ]
    run_for(
        row,
        payload,
        execution_log=log,
        request={"user_message": payload, "system_params": {payload: payload}},
        final={"response_payload": {payload: payload}, "error": payload},
        usage={payload: payload},
        debug=[{"agent": payload, payload: payload}],
    )
    Run.objects.filter(item_id=row.pk).update(status=payload[:32], agent_key=payload[:100])
