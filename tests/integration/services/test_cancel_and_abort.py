"""Who cancels may have calls in flight ended; who resumes has them made again."""

import pytest

from csv_batches.models import CsvBatch
from experiments.core.errors import Conflict
from experiments.models import Queue
from experiments.services import queues
from tests.integration.web.support import batch_of

pytestmark = pytest.mark.django_db

IN_FLIGHT = ["running", "queued", "succeeded"]


def state(batch: CsvBatch) -> tuple[str, bool, int]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.status, queue.abort_calls, queue.orders


@pytest.mark.parametrize("status", ["running", "paused"])
@pytest.mark.parametrize("abort", [True, False])
def test_calls_in_flight_are_ended_where_that_is_asked_for(status: str, abort: bool) -> None:
    batch = batch_of("ann", IN_FLIGHT, status=status)
    queues.cancel(queue_id=batch.pk, abort=abort)
    assert state(batch) == ("cancelled", abort, 1)


def test_also_those_of_one_that_was_cancelled_before() -> None:
    batch = batch_of("ann", IN_FLIGHT)
    queues.cancel(queue_id=batch.pk)
    queues.cancel(queue_id=batch.pk, abort=True)
    assert state(batch) == ("cancelled", True, 2)


def test_one_that_was_cancelled_cannot_be_cancelled_again_and_without_calls_there_is_nothing_to_end() -> None:
    batch = batch_of("ann", IN_FLIGHT, status="cancelled")
    with pytest.raises(Conflict):
        queues.cancel(queue_id=batch.pk)
    at_rest = batch_of("ann", ["queued"], status="cancelled")
    with pytest.raises(Conflict):
        queues.cancel(queue_id=at_rest.pk, abort=True)
    assert state(batch) == state(at_rest) == ("cancelled", False, 0)


@pytest.mark.parametrize("status", ["draft", "completed"])
def test_so_it_is_with_one_that_does_not_run(status: str) -> None:
    batch = batch_of("ann", ["succeeded"], status=status)
    with pytest.raises(Conflict):
        queues.cancel(queue_id=batch.pk, abort=True)
    assert state(batch) == (status, False, 0)


def test_after_a_resume_none_is_ended_any_more() -> None:
    batch = batch_of("ann", IN_FLIGHT)
    queues.cancel(queue_id=batch.pk, abort=True)
    queues.resume(queue_id=batch.pk)
    assert state(batch)[:2] == ("running", False)


def test_a_plain_cancel_after_that_ends_none_either() -> None:
    batch = batch_of("ann", IN_FLIGHT)
    queues.cancel(queue_id=batch.pk, abort=True)
    queues.resume(queue_id=batch.pk)
    queues.cancel(queue_id=batch.pk)
    assert state(batch)[:2] == ("cancelled", False)
