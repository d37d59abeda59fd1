"""Settings that would cost rows are refused by name, with what to set."""

from typing import Any

import pytest
from django.core.checks import run_checks


def refused(settings: Any, **values: Any) -> dict[str, str]:
    """`{id: message}` of what the checks say to these settings."""
    for name, value in values.items():
        setattr(settings, name, value)
    return {str(found.id): found.msg for found in run_checks() if str(found.id).startswith("experiments.")}


def cluster(settings: Any, **values: Any) -> dict[str, str]:
    return refused(settings, Q_CLUSTER={**settings.Q_CLUSTER, **values})


def test_the_settings_as_they_come_are_taken(settings: Any) -> None:
    assert refused(settings) == {}


@pytest.mark.parametrize("name", ["queue_limit", "bulk", "max_attempts"])
def test_a_lane_must_not_be_fetched_ahead_or_given_up(settings: Any, name: str) -> None:
    assert cluster(settings, **{name: 2}) == {"experiments.E001": f"Q_CLUSTER['{name}'] is 2."}


def test_failed_tasks_must_be_acknowledged(settings: Any) -> None:
    assert set(cluster(settings, ack_failures=False)) == {"experiments.E002"}


@pytest.mark.parametrize("values", [{"timeout": 1}, {"retry": 2}])
def test_a_task_must_not_be_delivered_again_while_it_runs(settings: Any, values: dict[str, int]) -> None:
    assert set(cluster(settings, **values)) == {"experiments.E003"}


def test_a_lease_must_be_renewed_well_before_it_ends(settings: Any) -> None:
    assert set(refused(settings, LEASE_RENEW_S=settings.LEASE_S)) == {"experiments.E004"}


def test_the_pages_need_threads_beside_the_runs(settings: Any) -> None:
    assert set(refused(settings, WEB_THREADS=8)) == {"experiments.E005"}


@pytest.mark.parametrize(("workers", "ids"), [(0, {"experiments.E006"}), (248, set()), (249, {"experiments.E006"})])
def test_each_process_of_a_worker_needs_a_slot(settings: Any, workers: int, ids: set[str]) -> None:
    assert set(cluster(settings, workers=workers)) == ids
