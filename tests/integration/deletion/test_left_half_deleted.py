"""A deletion that no worker finished is left to a worker again, and holds up neither the sweeper nor anybody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from experiments.models import Queue, QueueItem
from experiments.services import queue_deletion
from experiments.worker import sweeper
from tests.support.api import Api, numbered
from tests.support.worker import Worker, eventually, side_connection


def deleted(api: Api, *, minutes_ago: int) -> str:
    batch = api.ready(api.network(None), numbered(3))
    Queue.objects.filter(pk=batch).update(deleted_at=timezone.now() - timedelta(minutes=minutes_ago))
    return batch


@contextmanager
def being_deleted(batch: str) -> Iterator[None]:
    with side_connection() as other:
        other.execute("DELETE FROM experiments_queue WHERE id = %s", [batch])
        yield
        other.rollback()


def test_a_worker_deletes_it(api: Api, worker: Worker) -> None:
    batch = deleted(api, minutes_ago=60)
    queue_deletion.destroy_overdue()
    eventually(lambda: not Queue.objects.filter(pk=batch).exists(), what="it is gone")
    assert not QueueItem.objects.filter(queue_id=batch).exists()


@pytest.mark.usefixtures("no_worker")  # one at rest would take the task, and delete while the tables are emptied
def test_the_sweeper_only_sends_for_one_and_not_twice_for_the_same(api: Api) -> None:
    batch = deleted(api, minutes_ago=60)
    sweeper.tidy()
    sweeper.tidy()
    assert OrmQ.objects.count() == 1
    assert QueueItem.objects.filter(queue_id=batch).count() == 3


@pytest.mark.parametrize("minutes_ago", [0, 9])
def test_one_that_a_worker_may_begin_yet_is_left_alone(api: Api, minutes_ago: int) -> None:
    deleted(api, minutes_ago=minutes_ago)
    queue_deletion.destroy_overdue()
    assert not OrmQ.objects.exists()


def test_one_that_is_being_deleted_is_not_waited_for(api: Api) -> None:
    batch = deleted(api, minutes_ago=60)
    with being_deleted(batch), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        queue_deletion.destroy_overdue()
    assert not OrmQ.objects.exists()
