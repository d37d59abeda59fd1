"""A large deletion is done in parts, each a transaction: it holds nothing up, and goes on where it was ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from csv_batches.models import CsvBatch
from experiments.models import Attempt, Queue, QueueItem, Run
from experiments.services import queue_deletion
from tests.integration.web.support import batch_of, run_for
from tests.support.worker import side_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_worker")]


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_deletion, "PART_ROWS", 2)


@pytest.fixture
def after_each_part(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    def set_up(happens: Callable[[], Any]) -> None:
        destroy_part = queue_deletion._destroy_part

        def spied(*args: Any) -> int | None:
            last = destroy_part(*args)
            if last is not None:
                happens()
            return last

        monkeypatch.setattr(queue_deletion, "_destroy_part", spied)

    return set_up


def hidden(*statuses: str, **values: Any) -> CsvBatch:
    batch = batch_of("ann", statuses, status="completed", **values)
    for row in batch.rows.filter(status="succeeded"):
        run_for(row, trace_id=f"t{row.pk}")
    Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now())
    return batch


def test_others_see_it_shrink_and_then_nothing_is_left(after_each_part: Callable[[Callable[[], Any]], None]) -> None:
    kept = batch_of("ann", ["succeeded"] * 3, status="completed")
    batch, seen = hidden(*["succeeded"] * 5), list[int]()
    with side_connection() as other:
        other.autocommit = True
        rows = "SELECT count(*) FROM experiments_queueitem WHERE queue_id = %s"
        after_each_part(lambda: seen.append(other.execute(rows, [batch.pk]).fetchone()[0]))  # type: ignore[index]
        queue_deletion.destroy_when_left(batch.pk)
    assert seen == [3, 1, 0]
    assert [queue.pk for queue in Queue.objects.all()] == [kept.pk]
    assert (QueueItem.objects.count(), Run.objects.count(), Attempt.objects.count()) == (3, 0, 0)


def test_its_trials_go_in_parts_too(after_each_part: Callable[[Callable[[], Any]], None]) -> None:
    batch, seen = hidden("failed"), list[int]()
    batch_of("ann", ["queued"] * 3, parent=batch, trial=1)
    after_each_part(lambda: seen.append(QueueItem.objects.count()))
    queue_deletion.destroy_when_left(batch.pk)
    assert sorted(seen, reverse=True) == seen
    assert seen[-1] == 0
    assert len(seen) == 3
    assert not Queue.objects.exists()


class Ended(Exception):
    pass


def test_one_that_was_ended_in_the_middle_is_finished_by_the_next(
    after_each_part: Callable[[Callable[[], Any]], None],
) -> None:
    batch, left = hidden(*["succeeded"] * 5), [Ended()]

    def end_the_first() -> None:
        if left:
            raise left.pop()

    after_each_part(end_the_first)
    with pytest.raises(Ended):
        queue_deletion.destroy_when_left(batch.pk)
    assert QueueItem.objects.count() == 3
    assert not Queue.objects.kept().filter(pk=batch.pk).exists()
    queue_deletion.destroy_when_left(batch.pk)
    assert not QueueItem.objects.exists()
    assert not Queue.objects.exists()


def test_while_it_goes_on_nobody_else_is_sent_for_it(after_each_part: Callable[[Callable[[], Any]], None]) -> None:
    batch = hidden(*["succeeded"] * 5)
    Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now() - timedelta(hours=1))
    after_each_part(queue_deletion.destroy_overdue)
    queue_deletion.destroy_when_left(batch.pk)
    assert not OrmQ.objects.exists()
