"""Leases, lanes and rows in the tables, as a worker would have them, without one."""

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.core.choices import RowStatus
from experiments.models import Claim, Lane, Queue, QueueItem, WorkerLease
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import Outcome
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult, run_round
from tests.integration.web.support import batch_of


def lease() -> UUID:
    """That of a process that renews it."""
    now = timezone.now()
    until = now + timedelta(minutes=1)
    return WorkerLease.objects.create(
        id=uuid4(), cluster=uuid4(), host="here", pid=os.getpid(), beat_at=now, until=until
    ).pk


def lane_at(queue: Queue, number: int = 0, *, lease_id: UUID | None = None, **values: Any) -> Lane:
    """A process's place at a queue."""
    given = {"network_id": queue.network_id, "lease_id": lease_id or lease(), "entered_at": timezone.now()} | values
    return Lane.objects.create(queue_id=queue.pk, number=number, **given)


def waiting(rows: int, **values: Any) -> CsvBatch:
    """A batch that runs, with so many rows that nobody has called."""
    return batch_of("ann", ["queued"] * rows, **values)


def keys_of(batch: CsvBatch, *, lease_id: UUID | None = None, suspects: bool = False) -> LaneKeys:
    assert batch.network_id is not None
    return LaneKeys(batch.pk, batch.network_id, batch.created_by_id, lease_id or lease(), suspects=suspects)


def did(keys: LaneKeys, outcomes: Sequence[Outcome] = (), **values: Any) -> RoundResult:
    """A round, of a queue that is there."""
    result = run_round(keys, RoundOrder(outcomes, **values))
    assert result is not None
    return result


def claim(keys: LaneKeys, want: int) -> list[ClaimedRow]:
    return did(keys, want=want).claimed


def succeeded(row: ClaimedRow, **values: Any) -> Outcome:
    given = {"payload": '{"category": "billing", "urgent": true}', "elapsed_ms": 12, "tokens": 15} | values
    return Outcome(row, RowStatus.SUCCEEDED, "succeeded", **given)


def failed(row: ClaimedRow, code: str = "rejected", **values: Any) -> Outcome:
    return Outcome(row, RowStatus.FAILED, code, error_code=code, message="It said no.", **values)


def again(row: ClaimedRow, code: str = "server_error", **values: Any) -> Outcome:
    """One that is to be called again."""
    return Outcome(row, RowStatus.QUEUED, code, message="It broke.", **values)


def counters(batch: CsvBatch) -> dict[str, int]:
    names = ("queued", "running", "succeeded", "failed", "calls", "tokens")
    return {name: count for name, count in Queue.objects.values(*names).get(pk=batch.pk).items() if count}


def item(batch: CsvBatch, index: int) -> QueueItem:
    return QueueItem.objects.get(queue_id=batch.pk, row_index=index)


def holder(item: QueueItem) -> UUID | None:
    """Under which lease it is claimed; None where nobody has it."""
    return Claim.objects.filter(item_id=item.pk).values_list("lease_id", flat=True).first()
