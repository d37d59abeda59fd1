"""F7: a crash after the commit and before django-q2 acknowledges the lane's task, which is then delivered again."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import OrmQ

from experiments.models import Lane
from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually, side_connection


def test_nothing_is_called_again(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.hold("^row 5$")
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    run_server.wait(held=1)
    with side_connection() as session:
        # While the task's row is held nobody can delete it, which is what an acknowledgement does.
        session.execute("SELECT 1 FROM django_q_ormq FOR UPDATE")
        run_server.release()
        api.wait(batch, until=["completed"])
        eventually(lambda: Lane.objects.get(queue_id=batch).state == "ended", what="the lane ends")
        worker.kill_group()
    assert OrmQ.objects.count() == 1, "never acknowledged"
    # As if the time after which an unacknowledged task is delivered again had passed.
    OrmQ.objects.update(lock=timezone.now() - timedelta(days=1))
    start_worker()
    eventually(lambda: not OrmQ.objects.exists(), what="the second delivery is over")
    assert_whole(api, run_server, batch, rows=6, repeated=0)
