"""Fields are set in the answers of many rows at once, all or none, and the counters follow; an undo puts it back."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.models import CorrectionEntry, QueueItem
from experiments.services import correction_acts, corrections, large_corrections
from tests.integration.api.support import Draft, assert_counters_are_right, errors, set_status
from tests.integration.api_results.conftest import ANSWERS
from tests.support.api import Api, from_csv

GOOD = {"category": "other", "urgent": False, "score": 50, "note": "by hand"}


def correct(batch: Draft, want: int = 200, **order: Any) -> Any:
    return batch.api.post(f"{batch.path}/rows/correct", order, want)


def undo(batch: Draft, want: int = 200, **order: Any) -> Any:
    return batch.api.post(f"{batch.path}/rows/correct/undo", order, want)


def corrections_of(batch: Draft) -> dict[int, Any]:
    rows = CsvBatchRow.objects.filter(queue_id=batch.id, corrected_payload__isnull=False)
    return dict(rows.values_list("row_index", "corrected_payload"))


def progress(batch: Draft) -> tuple[int, int, int]:
    assert_counters_are_right(batch.id)
    counts = batch.state()["progress"]
    return counts["corrected"], counts["failed"], counts["failed_open"]


def test_a_field_of_named_rows_is_set_and_all_else_stays(done: Draft) -> None:
    answer = {**ANSWERS[0], "tags": ["a"], "vendor": {"ids": [1]}}
    CsvBatchRow.objects.filter(queue_id=done.id, row_index=0).update(result_payload=answer)
    assert correct(done, row_indexes=[3, 0], set={"score": 7})["corrected"] == 2
    assert corrections_of(done) == {0: {**answer, "score": 7}, 3: {**ANSWERS[3], "score": 7}}
    assert done.api.get(f"{done.path}/rows/0")["result_payload"] == answer
    assert progress(done) == (2, 2, 2)


@pytest.mark.parametrize(
    ("filter_", "rows"),
    [
        ({"status": "succeeded"}, [0, 1, 2, 3]),
        ({"field": "category", "value": "praise"}, [2, 3]),
        ({"field": "score", "least": 19, "below": 30}, [1, 2]),
        ({"status": "succeeded", "corrected": True}, [3]),
        ({"status": "succeeded", "corrected": False}, [0, 1, 2]),
        ({"search": "nowhere"}, []),
    ],
)
def test_a_field_of_filtered_rows(done: Draft, filter_: dict[str, Any], rows: list[int]) -> None:
    correct(done, row_indexes=[3], set={"note": "before"})
    assert correct(done, filter=filter_, set={"note": "set"})["corrected"] == len(rows)
    assert [index for index, answer in corrections_of(done).items() if answer["note"] == "set"] == rows
    assert_counters_are_right(done.id)


def test_rows_that_would_break_the_schema_are_named_and_none_is_changed(done: Draft) -> None:
    body = correct(done, 400, filter={}, set={"category": "billing"})
    assert errors(body) == [("schema_mismatch", "set")]
    assert body["row_indexes"] == [4, 5]
    assert "Row 4: " in body["errors"][0]["detail"]
    assert corrections_of(done) == {}
    assert progress(done) == (0, 2, 2)


@pytest.mark.parametrize(
    ("order", "code", "attr"),
    [
        ({"row_indexes": [0], "set": {"score": "high"}}, "schema_mismatch", "set"),
        ({"row_indexes": [0], "set": {"score": None}}, "schema_mismatch", "set"),
        ({"row_indexes": [0], "set": {"unheard": 1}}, "unknown", "set.unheard"),
        ({"row_indexes": [0], "set": {"note": "a\0"}}, "invalid_text", "set"),
        ({"row_indexes": [0, 99], "set": {"score": 1}}, "does_not_exist", "row_indexes"),
        ({"row_indexes": [0], "set": {}}, "empty", "set"),
        ({"row_indexes": [0], "filter": {}, "set": {"score": 1}}, "invalid", "row_indexes"),
        ({"set": {"score": 1}}, "invalid", "row_indexes"),
        ({"filter": {"statu": "failed"}, "set": {"score": 1}}, "unknown", "filter.statu"),
    ],
)
def test_what_is_refused_changes_nothing(done: Draft, order: dict[str, Any], code: str, attr: str) -> None:
    assert errors(correct(done, 400, **order)) == [(code, attr)]
    assert corrections_of(done) == {}


def test_a_named_row_without_a_result_is_a_conflict_and_a_filter_leaves_it_out(done: Draft) -> None:
    done.api.post(f"{done.path}/retry", {"row_indexes": [4]}, 202)
    assert errors(correct(done, 409, row_indexes=[0, 4], set={"score": 1}), kind="client_error") == [
        ("wrong_status", None)
    ]
    assert correct(done, filter={"search": "0"}, set={"score": 1})["corrected"] >= 1
    assert 4 not in corrections_of(done)


def test_an_undo_puts_back_what_was_there_of_one_row_or_many(done: Draft) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    first = correct(done, row_indexes=[0, 1, 4], set={"score": 1})
    assert progress(done) == (3, 2, 1)
    assert undo(done, correction=first["correction"]) == {"undone": 3, "kept": 0}
    assert corrections_of(done) == {4: GOOD}
    assert progress(done) == (1, 2, 1)
    assert undo(done) == {"undone": 1, "kept": 0}
    assert progress(done) == (0, 2, 2)
    assert errors(undo(done, 409), kind="client_error") == [("nothing_to_undo", None)]
    assert not CorrectionEntry.objects.exists()


def test_what_was_corrected_again_since_is_kept_and_its_undo_leads_back_behind_both(done: Draft) -> None:
    first = correct(done, row_indexes=[0, 1], set={"score": 1})
    second = correct(done, row_indexes=[1], set={"note": "later"})
    assert undo(done, correction=first["correction"]) == {"undone": 1, "kept": 1}
    assert corrections_of(done) == {1: {**ANSWERS[1], "score": 1, "note": "later"}}
    assert undo(done, correction=second["correction"])["undone"] == 1
    assert corrections_of(done) == {}
    assert progress(done) == (0, 2, 2)


def test_an_undo_without_a_name_is_of_the_last_of_whoever_asks(done: Draft, bob: Api) -> None:
    CsvBatch.objects.filter(pk=done.id).update(created_by=get_user_model().objects.get(username="bob"))
    bobs = Draft(bob, done.id)
    correct(bobs, row_indexes=[0], set={"score": 1})
    correct(done, row_indexes=[1], set={"score": 1})
    undo(bobs)
    assert list(corrections_of(done)) == [1]
    assert errors(undo(bobs, 409), kind="client_error") == [("nothing_to_undo", None)]


def test_very_many_are_written_part_by_part(done: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (corrections, correction_acts):
        monkeypatch.setattr(module, "PART_ROWS", 2)
    done.api.patch(f"{done.path}/rows/5", {"corrected_payload": GOOD})
    answer = correct(done, row_indexes=[0, 1, 2, 3, 5], set={"score": 3})
    assert (answer["corrected"], answer["skipped"]) == (5, 0)
    assert progress(done) == (5, 2, 1)
    assert undo(done) == {"undone": 5, "kept": 0}
    assert progress(done) == (1, 2, 1)


def test_those_of_a_filter_are_left_to_a_worker_and_listed(done: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (corrections, correction_acts, large_corrections):
        monkeypatch.setattr(module, "PART_ROWS", 2)
    answer = correct(done, 202, filter={"status": "succeeded"}, set={"score": 3})
    assert (answer["corrected"], answer["later"]) == (0, 4)
    under_way = {"correction": answer["correction"], "total": 4, "checked": 0, "is_checked": False}
    assert done.state()["progress"]["correcting"] == under_way
    large_corrections.correct_rest(done.id)
    assert done.state()["progress"]["correcting"] is None
    [act] = done.api.get(f"{done.path}/rows/correct")
    assert (act["rows"], act["fields"], act["under_way"], act["problem"]) == (4, ["score"], False, "")
    assert progress(done) == (4, 2, 2)


def test_a_row_that_is_retried_keeps_its_correction_and_its_counter(done: Draft) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    done.api.post(f"{done.path}/retry", {"row_indexes": [4]}, 202)
    assert progress(done) == (1, 1, 1)
    assert undo(done)["undone"] == 1
    assert progress(done) == (0, 1, 1)


def test_all_failed_leaves_out_what_a_person_corrected(done: Draft) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    assert done.api.post(f"{done.path}/retry", {"error_code": "timeout"}, 202) == {"requeued": 0}
    assert done.api.post(f"{done.path}/retry", {}, 202) == {"requeued": 1}
    assert QueueItem.objects.get(queue_id=done.id, row_index=4).status == "failed"
    assert progress(done) == (1, 1, 0)


@pytest.mark.parametrize("order", [{"row_indexes": [4]}, {"force": True}])
def test_but_by_name_or_by_force_it_is_retried(done: Draft, order: dict[str, Any]) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    done.api.post(f"{done.path}/retry", order, 202)
    assert QueueItem.objects.get(queue_id=done.id, row_index=4).status == "queued"
    assert_counters_are_right(done.id)


def test_a_retry_takes_a_filter(done: Draft) -> None:
    assert done.api.post(f"{done.path}/retry", {"filter": {"search": "timeout happened"}}, 202) == {"requeued": 1}
    assert QueueItem.objects.get(queue_id=done.id, row_index=4).status == "queued"
    forced = {"filter": {"field": "category", "value": "praise"}, "force": True}
    assert done.api.post(f"{done.path}/retry", forced, 202) == {"requeued": 2}


@pytest.mark.parametrize(
    ("query", "rows"),
    [({"corrected": "1"}, [1, 4]), ({"corrected": "0"}, [0, 2, 3, 5]), ({"corrected": "1", "status": "failed"}, [4])],
)
def test_rows_are_listed_by_whether_they_were_corrected(done: Draft, query: dict[str, str], rows: list[int]) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    correct(done, row_indexes=[1], set={"score": 1})
    assert [row["row_index"] for row in done.api.rows(done.id, **query)] == rows


def test_the_export_has_them_and_the_status_stays(done: Draft) -> None:
    done.api.patch(f"{done.path}/rows/4", {"corrected_payload": GOOD})
    correct(done, row_indexes=[1, 4], set={"score": 8})
    head, *lines = from_csv(done.api.export(done.id))
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [(row["status"], row["score"], row["corrected"]) for row in (rows[1], rows[4], rows[5])] == [
        ("succeeded", "8", "true"),
        ("failed", "8", "true"),
        ("failed", "", "false"),
    ]


@pytest.mark.parametrize("status", ["running", "paused", "cancelled"])
def test_it_does_not_matter_what_the_batch_does(done: Draft, status: str) -> None:
    set_status(done.id, status)
    assert correct(done, row_indexes=[0], set={"score": 1})["corrected"] == 1


def test_nobody_corrects_another_s(done: Draft, bob: Api) -> None:
    for path in ("rows/correct", "rows/correct/undo"):
        bob.post(f"{done.path}/{path}", {"row_indexes": [0], "set": {"score": 1}}, 404)
    assert corrections_of(done) == {}
