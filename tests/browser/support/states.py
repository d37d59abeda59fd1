"""Batches in every state that a page can show, with short texts and with very long ones."""

from typing import Any

from csv_batches.models import CsvBatch
from experiments.models import Delivery, Subscription
from tests.integration.notices import support as notices
from tests.integration.web.support import COLUMNS, FIELDS, batch_of, queue_url, row_of, run_for

STEPS = [
    {"type": "system", "step": 0, "text": "loaded"},
    {
        "type": "agent",
        "step": 1,
        "agent_key": "sorter",
        "agent_display_name": "Sorter",
        "decision": "USE_TOOL",
        "decision_full": {"action": "USE_TOOL", "action_reasoning": "The order is named.", "action_details": {"id": 7}},
        "prompt": "You sort mails.\nAnswer with JSON.",
        "raw_response": '{"action": "USE_TOOL"}',
        "llm_usage": {"prompt_tokens": 198, "response_tokens": 54, "total_tokens": 252},
        "duration_ms": 420,
    },
    {
        "type": "tool",
        "step": 2,
        "tool_key": "orders",
        "status": "ok",
        "request_payload": {"id": 7},
        "response_payload": {"state": "sent", "lines": [1, 2, 3]},
        "duration_ms": 35,
    },
    {"type": "agent", "step": 3, "agent_key": "sorter", "decision": "RESPOND", "duration_ms": 610},
    {"type": "somebody_elses", "step": 4, "whatever": {"a": [1]}},
]
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen" * 12
LINES = "\n".join(f"Line {number} of a long mail, with words that wrap." for number in range(80))


def running() -> CsvBatch:
    return batch_of("ann", ["succeeded"] * 6 + ["failed", "failed"] + ["running"] * 2 + ["queued"] * 6)


def paused() -> CsvBatch:
    detail = "The network answered 401 five times in a row. Check its token, then resume."
    return batch_of(
        "ann",
        ["succeeded", "queued"],
        status="paused",
        name="Paused",
        pause_code="unauthorized",
        pause_detail=detail,
    )


def completed() -> CsvBatch:
    """With a trace of every sort of step at row 0, a failed row 1, a corrected row 2."""
    batch = batch_of("ann", ["succeeded", "failed", "succeeded", *["succeeded"] * 60], status="completed", name="Done")
    usage = {"prompt_tokens": 198, "response_tokens": 54, "total_tokens": 252}
    debug = [{"agent": "sorter", "prompt": "You sort mails.", "raw": "{}"}]
    run_for(batch.rows.get(row_index=0), "trace-1", execution_log=STEPS, usage=usage, debug=debug, duration_ms=1065)
    batch.rows.filter(row_index=2).update(corrected_payload={"category": "praise", "urgent": False})
    CsvBatch.objects.filter(pk=batch.pk).update(corrected=1)
    return batch


def long_texts() -> CsvBatch:
    """Names, cells, answers and errors without end."""
    columns = [{**COLUMNS[1], "name": LONG, "header": LONG}, {**COLUMNS[2], "name": f"{LONG} 2", "key": LONG[:90]}]
    fields = [{**FIELDS[0], "name": LONG[:60]}, {**FIELDS[1], "name": "urgent"}]
    batch = batch_of("ann", status="completed", name=LONG[:200], columns=columns, response_fields=fields)
    row_of(batch, 0, "succeeded", payload=[LONG, LINES], result_payload={LONG[:60]: LINES, "urgent": True})
    row_of(batch, 1, "failed", payload=[LINES, LONG], error_message=f"{LONG} {LINES}", error_code="rejected")
    log = [{"type": LONG[:40], "agent_key": LONG, "prompt": LINES, "raw_response": LONG, "duration_ms": 10**9}]
    run_for(batch.rows.get(row_index=0), "x" * 100, execution_log=log, request={"user_message": LONG + LINES})
    CsvBatch.objects.filter(pk=batch.pk).update(total=2, succeeded=1, failed=1, source_name=f"{LONG[:90]}.csv")
    return batch


def webhook_with_a_log() -> Subscription:
    """With an event in every state, and an address without end."""
    webhook = notices.webhook("ann", f"http://127.0.0.1:9/{LONG}", stopped_why="It answered 410.", is_active=False)
    queue = batch_of("ann", ["succeeded"], status="completed", name=LONG[:200])
    errors = {"waiting": LONG[:400], "delivered": "", "given_up": "The receiver answered 503."}
    Delivery.objects.bulk_create(
        Delivery(
            subscription=webhook,
            message_id=f"msg_{state}",
            event="completed",
            body="{}",
            queue_id=queue.pk,
            state=state,
            error=error,
            attempts=3,
        )
        for state, error in errors.items()
    )
    return webhook


def pages() -> dict[str, str]:
    """What can be looked at, by name: the address of each page in each state. Makes all the batches."""
    runs, stands, done, long = running(), paused(), completed(), long_texts()
    draft = batch_of("ann", status="draft", name="Draft", columns=[], response_fields=[])
    CsvBatch.objects.filter(pk=draft.pk).update(network=None)
    loaded = batch_of("ann", ["queued"] * 3, status="draft", name="With rows")
    cancelled = batch_of("ann", ["succeeded", "queued"], status="cancelled", name="Cancelled")
    webhook_page = f"/notifications/{webhook_with_a_log().pk}/"
    return {
        "notifications": "/notifications/",
        "a webhook": webhook_page,
        "the list": "/csv-batch/",
        "the end of the list": "/csv-batch/?older=2020-01-01T00:00:00Z",
        "a running batch": queue_url(runs),
        "a paused batch": queue_url(stands),
        "a completed batch": queue_url(done),
        "its second page": queue_url(done, "?after=49"),
        "its failed rows": queue_url(done, "?status=failed"),
        "a search without a hit": queue_url(done, "?search=nowhere"),
        "a succeeded row": queue_url(done, "row/0/"),
        "a failed row": queue_url(done, "row/1/"),
        "a corrected row": queue_url(done, "row/2/"),
        "a running row": queue_url(runs, "row/8/"),
        "a queued row": queue_url(runs, "row/10/"),
        "a run": "/runs/trace-1/",
        "long texts": queue_url(long),
        "a row of long texts": queue_url(long, "row/0/"),
        "a failed row of long texts": queue_url(long, "row/1/"),
        "a run of long texts": f"/runs/{'x' * 100}/",
        "a draft without rows": queue_url(draft),
        "a draft with rows": queue_url(loaded),
        "starting over": queue_url(loaded, "reset/"),
        "a cancelled batch": queue_url(cancelled),
    }


def many(count: int, **values: Any) -> CsvBatch:
    """A completed batch of more rows than a page has."""
    return batch_of("ann", ["succeeded"] * count, **{"status": "completed", "name": "Many", **values})
