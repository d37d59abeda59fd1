"""F7: a crash before django-q2 acknowledges the task that woke the worker, which is then delivered again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def test_nothing_is_called_again(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    batch = api.ready(api.network(run_server), numbered(6))
    with never_acknowledged():
        worker = start_worker()
        api.run(batch)
        api.wait(batch, until=["completed"])
        worker.kill_group()
        assert OrmQ.objects.count() == 1, "never acknowledged"
    # As if the time after which an unacknowledged task is delivered again had passed.
    OrmQ.objects.update(lock=timezone.now() - timedelta(days=1))
    start_worker()
    eventually(lambda: not OrmQ.objects.exists(), what="the second delivery is over")
    assert_whole(api, run_server, batch, rows=6, repeated=0)


@contextmanager
def never_acknowledged() -> Iterator[None]:
    """Nobody can delete a task meanwhile, which is what an acknowledgement does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER keep BEFORE DELETE ON django_q_ormq FOR EACH ROW EXECUTE FUNCTION keep()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER keep ON django_q_ormq; DROP FUNCTION keep()")
