"""A person's order is answered when every process that calls rows of the queue follows it, and not much later."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Lane, Queue
from experiments.services import queues
from experiments.worker.lookout import tell_seen, view_queues
from tests.workers.worker.support import lane_at, lease, waiting

pytestmark = pytest.mark.django_db

Callbacks = Callable[..., AbstractContextManager[list[Any]]]
PATIENCE_S = 0.5
ORDERS: dict[str, Callable[[UUID], None]] = {
    "pause": lambda queue_id: queues.pause(queue_id=queue_id, by="ann"),
    "cancel": lambda queue_id: queues.cancel(queue_id=queue_id),
    "limits": lambda queue_id: queues.set_limits(queue_id=queue_id, limits={"max_calls": 7}),
    "concurrency": lambda queue_id: queues.set_concurrency(queue_id=queue_id, concurrency=2),
}
EACH = pytest.mark.parametrize("order", list(ORDERS))


class Clock:
    """Whoever waits by it is done at once; `now` says how many seconds it has been waited for. `meanwhile` happens."""

    def __init__(self) -> None:
        self.now = 0.0
        self.meanwhile: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(queues, "OBEYED_S", PATIENCE_S)
    monkeypatch.setattr(queues, "time", clock)
    return clock


@pytest.fixture
def answered_after(django_capture_on_commit_callbacks: Callbacks, clock: Clock) -> Callable[[CsvBatch, str], float]:
    """Gives the order; seconds that are waited until it is answered, which is after its transaction."""

    def give(batch: CsvBatch, order: str) -> float:
        begun = clock.now
        with django_capture_on_commit_callbacks(execute=True):
            ORDERS[order](batch.pk)
        return clock.now - begun

    return give


AnsweredAfter = Callable[[CsvBatch, str], float]


@EACH
def test_without_a_process_that_calls_its_rows_it_is_answered_at_once(
    answered_after: AnsweredAfter, order: str
) -> None:
    batch, other = waiting(3), waiting(3, name="Other")
    lane_at(other)
    assert answered_after(batch, order) == 0
    assert Queue.objects.get(pk=batch.pk).orders == 1


@EACH
def test_one_that_never_looks_is_not_waited_for_without_end(answered_after: AnsweredAfter, order: str) -> None:
    batch = waiting(3)
    lane_at(batch)
    assert PATIENCE_S <= answered_after(batch, order) < PATIENCE_S + 0.2


@EACH
def test_one_that_follows_it_already_is_not_waited_for(answered_after: AnsweredAfter, order: str) -> None:
    batch = waiting(3)
    lane_at(batch, seen_orders=1)
    assert answered_after(batch, order) == 0


def test_every_lane_is_waited_for(answered_after: AnsweredAfter) -> None:
    batch = waiting(3)
    lane_at(batch, seen_orders=1)
    lane_at(batch, 1)
    assert answered_after(batch, "pause") >= PATIENCE_S


def test_it_is_answered_as_soon_as_the_last_has_seen_it(answered_after: AnsweredAfter, clock: Clock) -> None:
    batch = waiting(3)
    lanes = [lane_at(batch), lane_at(batch, 1)]
    seen: list[int] = []

    def look() -> None:
        """What a process does meanwhile, lane by lane."""
        one = lanes.pop(0)
        orders = view_queues([batch.pk])[batch.pk].orders
        tell_seen(one.lease_id, [(batch.pk, one.number, orders)])
        seen.append(one.number)

    clock.meanwhile = look
    assert answered_after(batch, "pause") < PATIENCE_S
    assert seen == [0, 1]


def test_one_that_leaves_the_queue_is_not_waited_for(answered_after: AnsweredAfter, clock: Clock) -> None:
    batch = waiting(3)
    lane_at(batch)
    clock.meanwhile = Lane.objects.all().delete
    assert answered_after(batch, "cancel") < PATIENCE_S


def test_a_process_tells_for_its_own_lanes_and_never_less_than_before() -> None:
    batch = waiting(3)
    mine = lane_at(batch, seen_orders=2)
    tell_seen(lease(), [(batch.pk, 0, 5)])
    tell_seen(mine.lease_id, [(batch.pk, 0, 1)])
    mine.refresh_from_db()
    assert mine.seen_orders == 2
    tell_seen(mine.lease_id, [(batch.pk, 0, 3)])
    mine.refresh_from_db()
    assert mine.seen_orders == 3


def test_a_second_order_is_waited_for_though_the_first_was_seen(answered_after: AnsweredAfter) -> None:
    batch = waiting(3)
    lane_at(batch, seen_orders=1)
    assert answered_after(batch, "limits") == 0
    assert answered_after(batch, "pause") >= PATIENCE_S
