"""Prompt, columns and schema of a batch change after its start, while nothing is called; each row says by which."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.models import Claim, WorkerLease
from tests.integration.api.support import Draft, assert_counters_are_right, errors, finish, set_status
from tests.support.api import SCORE, TOPIC, Api

ANSWER = {"topic": "x", "score": 1}
PROMPT = {"prompt_template": "Again: {{ row.text }}"}


@pytest.fixture
def done(draft: Draft) -> Draft:
    draft.api.run(draft.id)
    finish(draft.id, {0: ANSWER, 1: ANSWER})
    return draft


@pytest.fixture
def stopped(draft: Draft) -> Draft:
    """The first row is answered, the second waits."""
    draft.api.run(draft.id)
    finish(draft.id, {0: ANSWER})
    set_status(draft.id, "paused")
    return draft


def revise(batch: Draft, values: Mapping[str, Any], want: int = 200) -> Any:
    return batch.api.post(f"{batch.path}/revise", values, want)


def revisions_of_rows(batch: Draft) -> list[int | None]:
    return [row["revision"] for row in batch.api.get(f"{batch.path}/rows")["results"]]


def test_the_waiting_rows_run_with_the_new_prompt(stopped: Draft) -> None:
    state = revise(stopped, {**PROMPT, "rows": "remaining"})
    assert (state["revision"], state["status"], state["prompt_template"]) == (2, "running", PROMPT["prompt_template"])
    assert revisions_of_rows(stopped) == [1, None]
    earlier = CsvBatchRow.objects.get(queue_id=stopped.id, row_index=0).started_at
    finish(stopped.id, {0: ANSWER, 1: ANSWER})
    CsvBatchRow.objects.filter(queue_id=stopped.id, row_index=0).update(started_at=earlier)
    assert revisions_of_rows(stopped) == [1, 2]


def test_nothing_runs_that_was_not_asked_for(stopped: Draft) -> None:
    before = stopped.state()
    after = revise(stopped, PROMPT)
    assert (after["status"], after["progress"]) == ("paused", before["progress"])


@pytest.mark.parametrize(
    ("order", "waiting"),
    [({"rows": "failed"}, [1]), ({"rows": "all"}, [0, 1]), ({"row_indexes": [0]}, [0]), ({"rows": "none"}, [])],
)
def test_failed_rows_all_or_chosen_ones_run_again(draft: Draft, order: dict[str, Any], waiting: list[int]) -> None:
    draft.api.run(draft.id)
    finish(draft.id, {0: ANSWER}, {1: "run_error"})
    state = revise(draft, {**PROMPT, **order})
    rows = draft.api.get(f"{draft.path}/rows", status="queued")["results"]
    assert [row["row_index"] for row in rows] == waiting
    assert state["status"] == ("running" if waiting else "completed")
    assert_counters_are_right(draft.id)


def test_all_revisions_are_told(stopped: Draft) -> None:
    before = stopped.state()
    revise(stopped, PROMPT)
    revise(stopped, {"response_fields": [TOPIC], "schema_mode": "batch"})
    first, second, third = stopped.api.get(f"{stopped.path}/revisions")
    assert (first["prompt_template"], second["prompt_template"]) == (
        before["prompt_template"],
        PROMPT["prompt_template"],
    )
    assert [len(one["response_fields"]) for one in (first, second, third)] == [2, 2, 1]
    assert [one["revision"] for one in (first, second, third)] == [1, 2, 3]
    assert (first["changed_by"], third["changed_by"], third["until"]) == ("ann", None, None)
    assert first["until"] < second["until"]


def test_a_batch_that_was_never_changed_has_one_and_no_column_for_it(done: Draft) -> None:
    (only,) = done.api.get(f"{done.path}/revisions")
    assert (only["revision"], only["until"]) == (1, None)
    assert "revision" not in done.api.get(f"{done.path}/rows")["results"][0]


def test_exports_say_of_which_revision_a_row_is(stopped: Draft) -> None:
    revise(stopped, PROMPT)
    header, first, second = stopped.api.export(stopped.id, partial="1").decode().split()
    assert header.split(",")[4] == "revision"
    assert (first.split(",")[4], second.split(",")[4]) == ("1", "")


def test_the_history_names_what_changed(stopped: Draft) -> None:
    revise(stopped, PROMPT)
    entry = stopped.api.get(f"{stopped.path}/history")["results"][0]
    assert (entry["action"], entry["detail"]) == ("change", {"settings": ["prompt_template"], "revision": 2})


def test_a_row_that_was_called_in_vain_is_called_with_another_key(stopped: Draft) -> None:
    rows = CsvBatchRow.objects.filter(queue_id=stopped.id, row_index=1)
    rows.update(attempts=1, unknown_end="timeout")
    revise(stopped, PROMPT)
    assert list(rows.values_list("generation", "attempts", "unknown_end")) == [(2, 0, "")]


def test_answers_of_another_type_are_shown_and_exported_all_the_same(stopped: Draft) -> None:
    revise(stopped, {"response_fields": [{**TOPIC, "type": "integer"}], "schema_mode": "batch"})
    assert stopped.api.get(f"{stopped.path}/rows", sort="field.topic")["results"][0]["result_payload"] == ANSWER
    assert b"x" in stopped.api.export(stopped.id, partial="1")


# -- refused


@pytest.mark.parametrize("status", ["running", "draft"])
def test_not_while_it_runs_and_not_before_its_start(draft: Draft, status: str) -> None:
    if status != "draft":
        draft.api.run(draft.id)
    assert errors(revise(draft, PROMPT, 409), kind="client_error") == [("wrong_status", None)]
    assert draft.state()["revision"] == 1


def test_not_while_a_row_is_called(stopped: Draft) -> None:
    row = CsvBatchRow.objects.get(queue_id=stopped.id, row_index=1)
    now = timezone.now()
    lease = WorkerLease.objects.create(pk=uuid4(), cluster=uuid4(), host="h", pid=1, beat_at=now, until=now)
    Claim.objects.create(item_id=row.pk, queue_id=stopped.id, lease=lease)
    assert errors(revise(stopped, PROMPT, 409), kind="client_error") == [("wrong_status", None)]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"prompt_template": "{{ row.nothing }}"}, ("unknown_token", "prompt_template")),
        ({"response_fields": []}, ("required", "response_fields")),
        ({"columns": [{"name": "nowhere", "mode": "prompt"}]}, ("unknown_column", "columns")),
        ({}, ("invalid", None)),
    ],
)
def test_what_a_start_would_refuse_is_refused(
    stopped: Draft, values: dict[str, Any], error: tuple[str, str | None]
) -> None:
    before = stopped.state()
    assert errors(revise(stopped, values, 400)) == [error]
    assert stopped.state() == before


def test_the_schema_of_the_network_is_not_replaced_unseen(stopped: Draft, api: Api) -> None:
    refused = revise(stopped, {"response_fields": [SCORE]}, 409)
    assert errors(refused, kind="client_error") == [("schema_change", None)]
    revise(stopped, {"response_fields": [SCORE], "confirm_schema_change": True})
    batch = CsvBatch.objects.select_related("network").get(pk=stopped.id)
    assert batch.network is not None
    assert batch.network.additional_data["respond_payload_schema"] == batch.schema_json
