"""A retry puts rows back as new work: failed ones, all or some, and with `force` those that succeeded too."""

from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from tests.integration.api.support import Draft, errors, finish, set_status
from tests.support.api import Api, numbered


@pytest.fixture
def done(api: Api) -> Draft:
    """Rows 0 and 1 succeeded, 2 and 3 timed out, 4 was rejected."""
    batch = Draft(api, api.ready(api.network(None), numbered(5)))
    api.run(batch.id)
    finish(batch.id, {0: {"topic": "x"}, 1: {"topic": "y"}}, {2: "timeout", 3: "timeout", 4: "rejected"})
    return batch


def waiting(batch: Draft) -> list[int]:
    return [row["row_index"] for row in batch.api.rows(batch.id, status="queued")]


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ({}, [2, 3, 4]),
        ({"row_indexes": None, "error_code": None}, [2, 3, 4]),
        ({"error_code": "timeout"}, [2, 3]),
        ({"row_indexes": [4, 2, 2]}, [2, 4]),
        ({"row_indexes": [2, 4], "error_code": "rejected"}, [4]),
        ({"row_indexes": [0], "force": True}, [0]),
        ({"force": True}, [0, 1, 2, 3, 4]),
    ],
)
def test_which_rows(done: Draft, order: dict[str, Any], rows: list[int]) -> None:
    answer = done.api.post(f"{done.path}/retry", order, 202)
    assert answer == {"requeued": len(rows)}
    assert waiting(done) == rows
    state = done.state()
    assert state["status"] == "running"
    assert state["completed_at"] is None
    assert state["progress"]["queued"] == len(rows)


@pytest.mark.parametrize(
    "order", [{"row_indexes": [0]}, {"row_indexes": []}, {"error_code": "crashed"}, {"row_indexes": [99]}]
)
def test_none_of_that_sort(done: Draft, order: dict[str, Any]) -> None:
    assert done.api.post(f"{done.path}/retry", order, 202) == {"requeued": 0}
    assert waiting(done) == []
    assert done.state()["status"] == "completed"


def test_a_row_starts_anew_with_another_generation(done: Draft) -> None:
    done.api.post(f"{done.path}/retry", {"row_indexes": [4]}, 202)
    row = done.api.get(f"{done.path}/rows/4")
    assert (row["status"], row["attempts"], row["error_code"], row["run_trace_id"]) == ("queued", 0, None, None)
    assert CsvBatchRow.objects.get(queue_id=done.id, row_index=4).generation == 2


def test_a_paused_batch_stays_paused(done: Draft) -> None:
    set_status(done.id, "paused")
    assert done.api.post(f"{done.path}/retry", {}, 202) == {"requeued": 3}
    assert done.state()["status"] == "paused"


@pytest.mark.parametrize("status", ["cancelled", "draft"])
def test_not_while_cancelled_or_a_draft(done: Draft, status: str) -> None:
    set_status(done.id, status)
    body = done.api.post(f"{done.path}/retry", {}, 409)
    assert errors(body, kind="client_error") == [("wrong_status", None)]
    assert waiting(done) == []


@pytest.mark.parametrize("order", [{"row_indexes": [2]}, {"force": True}])
def test_what_a_person_wrote_down_for_a_row_stays(done: Draft, order: dict[str, Any]) -> None:
    CsvBatchRow.objects.filter(queue_id=done.id, row_index=2).update(corrected_payload={"topic": "z"})
    done.api.post(f"{done.path}/retry", order, 202)
    row = done.api.get(f"{done.path}/rows/2")
    assert (row["status"], row["result_payload"], row["corrected_payload"]) == ("queued", None, {"topic": "z"})


@pytest.mark.parametrize(
    ("order", "attr"),
    [
        ({"row_indexes": "all"}, "row_indexes"),
        ({"row_indexes": [1, -1]}, "row_indexes.1"),
        ({"row_indexes": [2**31]}, "row_indexes.0"),
        ({"row_indexes": ["x"]}, "row_indexes.0"),
        ({"error_code": ["timeout"]}, "error_code"),
        ({"error_code": "nonsense"}, "error_code"),
        ({"force": "perhaps"}, "force"),
    ],
)
def test_an_order_that_cannot_be(done: Draft, order: dict[str, Any], attr: str) -> None:
    assert [where for _, where in errors(done.api.post(f"{done.path}/retry", order, 400))] == [attr]
    assert waiting(done) == []
