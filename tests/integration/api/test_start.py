"""A draft that has everything starts once, with all rows or with some."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.integration.api.support import UTC_TIME, Draft, errors, set_status
from tests.support.api import Api


def test_it_runs(draft: Draft) -> None:
    batch = draft.api.post(f"{draft.path}/run", want=202)
    assert batch["status"] == "running"
    assert UTC_TIME.fullmatch(batch["started_at"])


def test_a_body_is_not_needed(draft: Draft) -> None:
    assert draft.api.client.post(f"/api{draft.path}/run").status_code == 202


@pytest.mark.parametrize("status", ["running", "paused", "completed", "cancelled"])
def test_only_once(draft: Draft, status: str) -> None:
    draft.api.run(draft.id)
    if status == "completed":
        CsvBatch.objects.filter(pk=draft.id).update(total=0, queued=0)
    set_status(draft.id, status)
    body = draft.api.run(draft.id, 409)
    assert errors(body, kind="client_error") == [("already_started", None)]
    assert draft.state()["status"] == status


@pytest.mark.parametrize(
    ("order", "limits"),
    [
        ({}, (None, None)),
        ({"first": 1}, (0, 1)),
        ({"from": 1, "to": 1}, (1, 2)),
        ({"from": 1}, (1, None)),
        ({"to": 0}, (None, 1)),
        ({"to": 2**31 - 2}, (None, 2**31 - 1)),
        ({"first": None, "from": None, "to": None}, (None, None)),
    ],
)
def test_which_rows(draft: Draft, order: dict[str, Any], limits: tuple[int | None, int | None]) -> None:
    draft.api.run(draft.id, **order)
    batch = CsvBatch.objects.get(pk=draft.id)
    assert (batch.range_from, batch.range_to) == limits


@pytest.mark.parametrize(
    ("order", "attr"),
    [
        ({"first": 0}, "first"),
        ({"first": "some"}, "first"),
        ({"from": -1}, "from"),
        ({"to": 2**31 - 1}, "to"),
        ({"from": 2, "to": 1}, "to"),
        ({"first": 1, "from": 0}, "first"),
        ({"confirm_schema_change": "maybe"}, "confirm_schema_change"),
        ({"seen": 1.5, "confirm_schema_change": []}, "confirm_schema_change"),
    ],
)
def test_an_order_that_cannot_be(draft: Draft, order: dict[str, Any], attr: str) -> None:
    assert [where for _, where in errors(draft.api.post(f"{draft.path}/run", order, 400))] == [attr]
    assert draft.state()["status"] == "draft"


def test_an_order_without_any_row(draft: Draft) -> None:
    assert errors(draft.api.run(draft.id, 400, **{"from": 2, "to": 5})) == [("no_rows", "from")]
    assert draft.state()["status"] == "draft"
    draft.api.run(draft.id, **{"from": 1, "to": 5})


def test_rows_may_have_gaps_before_the_range(api: Api) -> None:
    batch = api.ready(api.network(None), [["1", "x"]])
    api.post(f"/csv_batches/{batch}/rows", {"rows": [{"row_index": 100, "row_payload": {"text": "y"}}]})
    api.run(batch, 400, **{"from": 1, "to": 99})
    api.run(batch, **{"from": 1, "to": 100})
