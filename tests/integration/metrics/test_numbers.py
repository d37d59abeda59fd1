"""What `/metrics` says is what is in the tables."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from csv_batches.models import KIND
from experiments.core.cost import Tokens
from experiments.models import CallTotal, Lane, Network, NetworkShare, QueueItem, WorkerProcess
from experiments.worker.totals import Totals, totals
from tests.integration.metrics.support import scraped
from tests.integration.web.support import batch_of
from tests.workers.worker.support import again, claim, did, failed, keys_of, succeeded, waiting

pytestmark = pytest.mark.django_db


def test_queues_and_rows_by_status() -> None:
    batch_of("ann", ["succeeded", "succeeded", "failed", "queued"])
    batch_of("ben", ["succeeded"], status="paused")
    batch_of("ben", ["succeeded"], status="paused", deleted_at=timezone.now())
    assert scraped(status="running", kind=KIND)["workbench_queues"] == 1
    assert scraped(status="paused", kind=KIND)["workbench_queues"] == 1
    assert scraped(status="draft", kind=KIND)["workbench_queues"] == 0
    assert scraped(status="succeeded", kind=KIND)["workbench_rows"] == 3
    assert scraped(status="failed", kind=KIND)["workbench_rows"] == 1
    assert scraped(status="queued", kind="experiment")["workbench_rows"] == 0


def test_calls_that_a_worker_recorded() -> None:
    totals.forget()
    batch = waiting(4)
    keys = keys_of(batch)
    first, second, third, fourth = claim(keys, 4)
    paid = {"tokens": 30, "tokens_used": Tokens(input=20, output=8), "cost": Decimal("0.02")}
    did(keys, [succeeded(first, elapsed_ms=200, **paid), again(second, elapsed_ms=40_000)])
    totals.write()
    did(keys, [failed(third, "rejected", elapsed_ms=700, **paid), failed(fourth, "template_error")])
    totals.write()

    seen = scraped(network="triage")
    assert seen["workbench_calls_total"] == 3, "a row whose template breaks is not called"
    assert seen["workbench_call_duration_seconds_count"] == 3
    assert seen["workbench_call_duration_seconds_sum"] == pytest.approx(40.9)
    assert scraped(le="0.25")["workbench_call_duration_seconds_bucket"] == 1
    assert scraped(le="1.0")["workbench_call_duration_seconds_bucket"] == 2
    assert scraped(le="30.0")["workbench_call_duration_seconds_bucket"] == 2
    assert scraped(le="60.0")["workbench_call_duration_seconds_bucket"] == 3
    assert scraped(status="succeeded")["workbench_rows_recorded_total"] == 1
    assert scraped(status="failed", code="rejected")["workbench_rows_recorded_total"] == 1
    assert scraped(status="failed", code="template_error")["workbench_rows_recorded_total"] == 1
    assert scraped(code="server_error")["workbench_retries_total"] == 1
    assert [scraped(direction=way)["workbench_tokens_total"] for way in ("input", "output", "unknown")] == [40, 16, 4]
    assert scraped(currency="USD")["workbench_cost_total"] == pytest.approx(0.04)


def test_a_result_that_came_too_late_is_not_counted() -> None:
    totals.forget()
    batch = waiting(1)
    keys = keys_of(batch)
    (row,) = claim(keys, 1)
    did(keys, [succeeded(row)])
    did(keys, [succeeded(row)])
    totals.write()
    assert CallTotal.objects.get().recorded == 1


def test_two_processes_add_to_the_same_counts() -> None:
    batch = waiting(2)
    rows = claim(keys_of(batch), 2)
    assert batch.network_id is not None
    for row in rows:
        process = Totals()
        process.saw(KIND, batch.network_id, [succeeded(row, elapsed_ms=60)])
        process.write()
        process.write()
    total = CallTotal.objects.get()
    assert (total.recorded, total.calls, total.buckets[:3]) == (2, 2, [0, 2, 0])


def test_networks_on_hold_lanes_and_slots() -> None:
    batch = batch_of("ann", ["queued"], concurrency=100)
    lease = uuid4()
    Lane.objects.create(
        queue_id=batch.pk, number=0, network_id=batch.network_id, lease_id=lease, entered_at=timezone.now()
    )
    NetworkShare.objects.create(network_id=batch.network_id, lease_id=lease, slots=5)
    Network.objects.create(name="idle")
    Network.objects.create(name="held", held_until=timezone.now() + timedelta(seconds=60))
    Network.objects.create(name="was held", held_until=timezone.now() - timedelta(seconds=60))
    seen = scraped()
    assert seen["workbench_networks_on_hold"] == 1
    assert 50 < scraped(network="held")["workbench_network_hold_seconds"] <= 60
    assert scraped(network="triage")["workbench_network_slots"] == 5
    assert scraped(network="triage")["workbench_network_slots_allowed"] == 16
    assert scraped(network="idle") == {}
    assert (seen["workbench_lanes"], seen["workbench_lanes_allowed"]) == (1, 2)


@pytest.mark.parametrize(
    ("retried_s", "age_s"),
    [
        ({}, 600),
        ({0: 5}, 600),
        ({2: 5}, 600),
        ({0: 90, 1: 5, 2: 20}, 90),
    ],
    ids=["none was retried", "the first was", "the last was", "all were"],
)
def test_the_oldest_queued_row(retried_s: dict[int, int], age_s: int) -> None:
    now = timezone.now()
    batch = batch_of("ann", ["queued"] * 3, started_at=now - timedelta(seconds=600))
    batch_of("ann", ["queued"], status="paused", started_at=now - timedelta(days=1))
    for index, seconds in retried_s.items():
        rows = QueueItem.objects.filter(queue_id=batch.pk, row_index=index)
        rows.update(queued_at=now - timedelta(seconds=seconds))
    assert scraped(kind=KIND)["workbench_oldest_queued_row_seconds"] == pytest.approx(age_s, abs=4)
    assert scraped(kind="experiment")["workbench_oldest_queued_row_seconds"] == 0


def test_processes_that_are_alive() -> None:
    WorkerProcess.objects.all().delete()
    assert "workbench_worker_heartbeat_age_seconds" not in scraped()
    now, cluster = timezone.now(), uuid4()
    for pid, (role, seconds) in enumerate([("worker", 3), ("worker", 8), ("guardian", 3), ("worker", 300)]):
        beat_at = now - timedelta(seconds=seconds)
        WorkerProcess.objects.create(
            cluster=cluster, host="h", pid=pid, role=role, doing="idle", started_at=beat_at, beat_at=beat_at
        )
    assert scraped(role="worker")["workbench_worker_processes"] == 2
    assert scraped(role="guardian")["workbench_worker_processes"] == 1
    assert 2 < scraped()["workbench_worker_heartbeat_age_seconds"] < 10


def test_it_takes_six_statements_however_much_there_is() -> None:
    for name in ("a", "b", "c"):
        batch_of("ann", ["queued", "failed"], name=name)
    with CaptureQueriesContext(connection) as queries:
        scraped()
    assert len(queries) == 6
