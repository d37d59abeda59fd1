"""F9: django-q2 delivers a task that wakes more than once."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import OrmQ

from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def copies_of_the_task(times: int) -> list[OrmQ]:
    task = OrmQ.objects.get()
    past = timezone.now() - timedelta(days=1)
    return [OrmQ(key=task.key, payload=task.payload, lock=past) for _ in range(times)]


def test_delivered_three_times_at_once_a_sequential_batch_stays_sequential(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    batch = api.ready(api.network(run_server), numbered(40))
    api.run(batch)
    OrmQ.objects.bulk_create(copies_of_the_task(2))
    run_server.script(latency_ms=20)
    start_worker()
    assert_whole(api, run_server, batch, rows=40, repeated=0)
    calls = run_server.ledger(bodies=False)
    assert [call["user_message"] for call in calls] == [f"row {index}" for index in range(40)]
    assert run_server.stats()["max_in_flight"] == 1


def test_delivered_again_while_it_runs_the_copy_leaves(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    run_server.hold("^row 3$")
    batch = api.ready(api.network(run_server), numbered(8))
    api.run(batch)
    copies = copies_of_the_task(2)
    start_worker()
    run_server.wait(held=1)
    OrmQ.objects.bulk_create(copies)
    eventually(lambda: not OrmQ.objects.exists(), what="all were taken, and are over")
    assert run_server.stats()["in_flight"] == 1
    run_server.release()
    assert_whole(api, run_server, batch, rows=8, repeated=0)
    assert run_server.stats()["max_in_flight"] == 1
