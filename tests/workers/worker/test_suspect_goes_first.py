"""After a pause by the system one row goes first: a suspect one where no other is left, and not beside another."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Lane, QueueItem
from experiments.worker.lookout import APART, view_queues
from tests.workers.worker.support import claim, keys_of, lane_at, waiting

pytestmark = pytest.mark.django_db


def with_suspects(suspects: int, others: int = 0, **values: Any) -> CsvBatch:
    """A batch whose first rows are suspect, and a process that calls them."""
    batch = waiting(suspects + others, concurrency=4, **values)
    QueueItem.objects.filter(queue_id=batch.pk, row_index__lt=suspects).update(lost=2)
    lane_at(batch, APART)
    Lane.objects.update(entered_at=timezone.now() - timedelta(seconds=5))
    return batch


def may_call(batch: CsvBatch) -> bool:
    return view_queues([batch.pk])[batch.pk].apart_may_call


def test_suspect_rows_are_called_beside_others() -> None:
    assert may_call(with_suspects(1, others=1))


def test_while_one_row_goes_first_that_is_another_where_there_is_one() -> None:
    batch = with_suspects(1, others=1, probing=True)
    assert not may_call(batch)
    claim(keys_of(batch), 1)
    assert not may_call(batch), "it is on its way"


def test_and_a_suspect_one_where_there_is_none() -> None:
    assert may_call(with_suspects(2, probing=True))


def test_rows_outside_of_the_range_are_not_waited_for() -> None:
    assert may_call(with_suspects(2, others=1, probing=True, range_from=0, range_to=2))
    assert not may_call(with_suspects(2, others=1, probing=True, range_from=0, range_to=3))
