"""A row has these keys and no others; alone it brings the log of its attempts."""

from django.utils import timezone

from csv_batches.models import CsvBatchRow
from experiments.models import Attempt
from tests.integration.api.support import ATTEMPT_KEYS, NOWHERE, ROW_KEYS, UTC_TIME, Draft, errors, finish


def test_a_waiting_row(draft: Draft) -> None:
    row = draft.api.rows(draft.id)[0]
    assert set(row) == ROW_KEYS
    assert row["row_payload"] == {"id": "1", "text": "first"}
    assert (row["row_index"], row["status"], row["attempts"]) == (0, "queued", 0)
    for key in ("result_payload", "corrected_payload", "run_trace_id", "error_code", "started_at", "elapsed_ms"):
        assert row[key] is None, key
    assert UTC_TIME.fullmatch(row["queued_at"])
    assert UTC_TIME.fullmatch(row["available_at"])


def test_a_row_with_an_answer_and_one_without(draft: Draft) -> None:
    finish(draft.id, {0: {"topic": "x", "score": 1}}, {1: "timeout"})
    good, bad = draft.api.rows(draft.id)
    assert (good["result_payload"], good["run_trace_id"]) == ({"topic": "x", "score": 1}, "t0")
    assert (good["error_code"], good["elapsed_ms"]) == (None, 12)
    assert (bad["error_code"], bad["error_message"]) == ("timeout", "timeout happened")
    assert UTC_TIME.fullmatch(good["completed_at"])


def test_a_row_alone_brings_its_attempts_in_order(draft: Draft) -> None:
    item = CsvBatchRow.objects.get(queue_id=draft.id, row_index=1)
    now = timezone.now()
    for number, outcome in enumerate(["server_error", "succeeded"], 1):
        Attempt.objects.create(
            item=item, generation=1, attempt=number, started_at=now, http_status=500, outcome=outcome, detail="why"
        )
    row = draft.api.get(f"{draft.path}/rows/1")
    assert set(row) == ROW_KEYS | {"attempt_log"}
    assert [set(entry) for entry in row["attempt_log"]] == [ATTEMPT_KEYS] * 2
    assert [(e["attempt"], e["outcome"]) for e in row["attempt_log"]] == [(1, "server_error"), (2, "succeeded")]
    assert UTC_TIME.fullmatch(row["attempt_log"][0]["ended_at"])


def test_a_row_that_was_never_called_has_an_empty_log(draft: Draft) -> None:
    assert draft.api.get(f"{draft.path}/rows/0")["attempt_log"] == []


def test_a_row_that_is_not_there_is_a_404(draft: Draft) -> None:
    for row in ("2", "99999999999999999999", "-1", "x", ""):
        body = draft.api.get(f"{draft.path}/rows/{row}", 404)
        assert errors(body, kind="client_error") == [("not_found", None)]
    draft.api.get(f"/csv_batches/{NOWHERE}/rows/0", 404)
