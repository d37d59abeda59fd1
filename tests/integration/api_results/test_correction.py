"""A person's answer stands beside the one that came, and counts instead of it."""

from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from tests.integration.api.support import ROW_KEYS, Draft, errors, set_status
from tests.integration.api_results.conftest import ANSWERS
from tests.support.api import Api, from_csv

GOOD = {"category": "other", "urgent": False, "score": 50, "note": "by hand"}


def correct(batch: Draft, index: int, payload: Any, want: int = 200) -> Any:
    return batch.api.patch(f"{batch.path}/rows/{index}", {"corrected_payload": payload}, want)


def test_the_row_has_both_answers(done: Draft) -> None:
    row = correct(done, 0, GOOD)
    assert set(row) >= ROW_KEYS
    assert (row["row_index"], row["status"]) == (0, "succeeded")
    assert (row["result_payload"], row["corrected_payload"]) == (ANSWERS[0], GOOD)
    assert done.api.get(f"{done.path}/rows/0") == row


def test_null_takes_it_back(done: Draft) -> None:
    correct(done, 0, GOOD)
    assert correct(done, 0, None)["corrected_payload"] is None
    assert CsvBatchRow.objects.filter(queue_id=done.id, corrected_payload__isnull=False).count() == 0


def test_the_export_has_the_correction_of_a_failed_row_too(done: Draft) -> None:
    correct(done, 0, GOOD)
    correct(done, 4, GOOD)
    head, *lines = from_csv(done.api.export(done.id))
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [(row["category"], row["note"], row["corrected"]) for row in (rows[0], rows[4])] == [
        ("other", "by hand", "true"),
        ("other", "by hand", "true"),
    ]
    assert (rows[4]["status"], rows[1]["corrected"]) == ("failed", "false")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({**GOOD, "score": "fifty"}, "schema_mismatch"),
        ({**GOOD, "category": "unheard of"}, "schema_mismatch"),
        ({"category": "other"}, "schema_mismatch"),
        ({**GOOD, "note": "a\0b"}, "invalid_text"),
        ([], "not_a_dict"),
        ("text", "not_a_dict"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused(done: Draft, payload: Any, code: str) -> None:
    assert errors(correct(done, 0, payload, 400)) == [(code, "corrected_payload")]
    assert done.api.get(f"{done.path}/rows/0")["corrected_payload"] is None


def test_an_answer_must_be_given(done: Draft) -> None:
    body = done.api.patch(f"{done.path}/rows/0", {}, 400)
    assert errors(body) == [("required", "corrected_payload")]


def test_a_row_without_a_result_cannot_be_corrected(draft: Draft) -> None:
    assert errors(correct(draft, 0, GOOD, 409), kind="client_error") == [("wrong_status", None)]


@pytest.mark.parametrize("status", ["running", "paused", "cancelled"])
def test_a_final_row_can_be_whatever_the_batch_does(done: Draft, status: str) -> None:
    set_status(done.id, status)
    assert correct(done, 0, GOOD)["corrected_payload"] == GOOD


@pytest.mark.parametrize("index", [99, 10**30])
def test_a_row_that_is_not_there(done: Draft, index: int) -> None:
    assert errors(correct(done, index, GOOD, 404), kind="client_error") == [("not_found", None)]


def test_nobody_corrects_another_s(done: Draft, bob: Api) -> None:
    bob.patch(f"{done.path}/rows/0", {"corrected_payload": GOOD}, 404)
    assert done.api.get(f"{done.path}/rows/0")["corrected_payload"] is None
