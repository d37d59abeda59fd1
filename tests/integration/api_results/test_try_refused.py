"""What cannot be tried, without a worker."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.integration.api.support import Draft, errors, finish
from tests.support.api import Api

NOTHING: dict[str, Any] = {"status": None, "rows": [], "estimate": None, "pause_reason": None}


def test_before_the_first_trial_there_is_nothing(draft: Draft) -> None:
    assert draft.api.get(f"{draft.path}/try") == NOTHING


def test_a_trial_waits_for_the_worker(draft: Draft) -> None:
    trial = draft.api.post(f"{draft.path}/try", {}, 202)
    assert (trial["status"], trial["estimate"]) == ("running", None)
    assert [(row["row_index"], row["status"]) for row in trial["rows"]] == [(0, "queued"), (1, "queued"), (2, "queued")]
    assert draft.api.get(f"{draft.path}/try") == trial


@pytest.mark.parametrize(
    ("body", "rows"), [({"rows": 1}, [0]), ({"start": 4}, [4, 5]), ({"rows": 2, "start": 1}, [1, 2])]
)
def test_which_rows(draft: Draft, body: dict[str, int], rows: list[int]) -> None:
    trial = draft.api.post(f"{draft.path}/try", body, 202)
    assert [row["row_index"] for row in trial["rows"]] == rows


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"rows": 0}, ("min_value", "rows")),
        ({"rows": 21}, ("max_value", "rows")),
        ({"start": -1}, ("min_value", "start")),
        ({"start": 6}, ("does_not_exist", "start")),
        ({"rows": "three"}, ("invalid", "rows")),
    ],
)
def test_rows_that_cannot_be(draft: Draft, body: dict[str, Any], error: tuple[str, str]) -> None:
    assert errors(draft.api.post(f"{draft.path}/try", body, 400)) == [error]
    assert draft.api.get(f"{draft.path}/try") == NOTHING


def test_what_could_not_start_cannot_be_tried_either(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "", "response_fields": []})
    body = draft.api.post(f"{draft.path}/try", {}, 400)
    assert errors(body) == [("required", "prompt_template"), ("required", "response_fields")]


def test_a_batch_that_was_started_has_rows_of_its_own(done: Draft) -> None:
    body = done.api.post(f"{done.path}/try", {}, 409)
    assert errors(body, kind="client_error") == [("already_started", None)]


def test_nobody_tries_another_s(draft: Draft, bob: Api) -> None:
    bob.post(f"{draft.path}/try", {}, 404)
    bob.get(f"{draft.path}/try", 404)
    assert not CsvBatch.objects.filter(parent__id=draft.id).exists()


def test_a_trial_can_be_seen_nowhere_else(draft: Draft) -> None:
    draft.api.post(f"{draft.path}/try", {}, 202)
    trial = str(CsvBatch.objects.get(parent__id=draft.id).pk)
    finish(trial, {0: {"category": "billing"}, 1: {"category": "billing"}, 2: {"category": "billing"}})
    assert [batch["id"] for batch in draft.api.get("/csv_batches")["results"]] == [draft.id]
    draft.api.get(f"/csv_batches/{trial}", 404)
    state = draft.state()
    assert (state["status"], state["progress"]["total"], state["progress"]["succeeded"]) == ("draft", 6, 0)
    assert {row["status"] for row in draft.api.rows(draft.id)} == {"queued"}
    assert draft.api.get(f"{draft.path}/results")["fields"][0]["answered"] == 0
    assert b"billing" not in draft.api.export(draft.id, partial="1")


def test_another_trial_takes_its_place_with_another_number(draft: Draft) -> None:
    draft.api.post(f"{draft.path}/try", {}, 202)
    draft.api.post(f"{draft.path}/try", {"rows": 1}, 202)
    assert list(CsvBatch.objects.filter(parent__id=draft.id).values_list("trial", "total")) == [(2, 1)]


def test_a_trial_goes_with_its_batch(draft: Draft) -> None:
    draft.api.post(f"{draft.path}/try", {}, 202)
    draft.api.delete(draft.path)
    assert CsvBatch.objects.count() == 0
