"""What some rows say about all of them."""

import pytest

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.rules.estimate import Estimate, estimate, percentile
from tests.integration.api.support import Draft, finish


def test_time_is_rows_over_concurrency_and_tokens_are_a_mean() -> None:
    assert estimate([1000, 2000, 3000], tokens=300, rows=5000, at_a_time=10) == Estimate(1000.0, 1450.0, 500_000)


def test_more_at_a_time_than_rows_is_no_faster_than_one_row() -> None:
    assert estimate([1000], tokens=0, rows=2, at_a_time=100) == Estimate(1.0, 1.0, None)


def test_nothing_is_said_without_a_row() -> None:
    assert estimate([], tokens=0, rows=10, at_a_time=1) is None


@pytest.mark.parametrize(("share", "value"), [(50, 15.0), (95, 19.5)])
def test_percentiles_lie_between_the_values(share: int, value: float) -> None:
    assert percentile([20, 10], share) == value
    assert percentile([7], share) == 7


def test_a_finished_trial_has_an_estimate_of_the_whole_batch(draft: Draft) -> None:
    draft.api.patch(draft.path, {"concurrency": 2})
    draft.api.post(f"{draft.path}/try", {}, 202)
    trial = str(CsvBatch.objects.get(parent__id=draft.id).pk)
    finish(trial, {0: {"score": 1}, 1: {"score": 2}, 2: {"score": 3}})
    CsvBatchRow.objects.filter(queue_id=trial).update(elapsed_ms=1000)
    CsvBatch.objects.filter(pk=trial).update(tokens=45)
    found = draft.api.get(f"{draft.path}/try")
    assert found["status"] == "completed"
    costs = dict.fromkeys(("row_cost_p50", "row_cost_p95", "cost_p50", "cost_p95"))
    assert found["estimate"] == {"p50_s": 3.0, "p95_s": 3.0, "tokens": 90, **costs}
    for index, cost in enumerate(("0.1", "0.2", "0.4")):
        CsvBatchRow.objects.filter(queue_id=trial, row_index=index).update(cost=cost)
    estimate = draft.api.get(f"{draft.path}/try")["estimate"]
    assert (estimate["row_cost_p50"], estimate["row_cost_p95"]) == (0.2, 0.38)
    assert (estimate["cost_p50"], estimate["cost_p95"]) == (1.2, 2.28)


def test_rows_that_all_failed_say_nothing(draft: Draft) -> None:
    draft.api.post(f"{draft.path}/try", {}, 202)
    trial = str(CsvBatch.objects.get(parent__id=draft.id).pk)
    finish(trial, {}, {0: "timeout", 1: "timeout", 2: "timeout"})
    assert draft.api.get(f"{draft.path}/try")["estimate"] is None
