"""F18: all packages of django-q2 are deleted; its signing key is rotated."""

from django_q.models import OrmQ

from experiments.models import Lane
from tests.faults.support import RECOVERY_S, StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def test_the_sweeper_sends_deleted_tasks_again(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    batch = api.ready(api.network(run_server), numbered(20))
    api.run(batch)
    assert OrmQ.objects.all().delete()[0] == 1
    start_worker()
    eventually(lambda: run_server.stats()["calls"], timeout_s=RECOVERY_S, what="the sweeper sends the task again")
    assert_whole(api, run_server, batch, rows=20, repeated=0)


def test_tasks_deleted_while_a_lane_waits_for_its_turn_come_back(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    run_server.hold("^row 2$")
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    run_server.wait(held=1)
    api.post(f"/csv_batches/{batch}/pause", want=202)
    run_server.release()
    eventually(lambda: not Lane.objects.filter(queue_id=batch).exists(), what="the lane ends")
    OrmQ.objects.all().delete()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    OrmQ.objects.all().delete()
    assert_whole(api, run_server, batch, rows=6, repeated=0)


def test_tasks_that_the_new_key_does_not_read_are_sent_again(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    batch = api.ready(api.network(run_server), numbered(20))
    api.run(batch)
    start_worker(SECRET_KEY="rotated-" + "x" * 50)
    eventually(lambda: run_server.stats()["calls"], timeout_s=RECOVERY_S, what="the sweeper sends the task anew")
    assert_whole(api, run_server, batch, rows=20, repeated=0)
