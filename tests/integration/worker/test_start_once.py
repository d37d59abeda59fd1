"""However often it is asked for, a batch starts once, and a lane that is delivered twice runs once."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from experiments import tasks
from experiments.models import Lane
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually


def test_of_twenty_starts_at_once_one_wins(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(30), concurrency=4)

    def start(_: int) -> int:
        try:
            return int(
                api.client.post(
                    f"/api/csv_batches/{batch}/run", {"confirm_schema_change": True}, format="json"
                ).status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(start, range(20)))
    assert answers == [202] + [409] * 19
    assert api.wait(batch)["progress"]["succeeded"] == 30
    assert run_server.stats()["calls"] == 30


def test_a_second_delivery_of_a_lane_leaves(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("")
    batch = api.ready(api.network(run_server), numbered(5))
    api.run(batch)
    run_server.wait(held=1)
    lane = Lane.objects.get(queue_id=batch)
    tasks.run_lane(batch, lane.number, lane.generation)  # returns at once, though the row's call still hangs
    assert run_server.stats()["calls"] == 1
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 5


def test_tasks_that_were_lost_are_sent_again(api: Api, run_server: RunServer, worker: Worker) -> None:
    from django_q.models import OrmQ

    run_server.hold("^row 2$")
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    run_server.wait(held=1)
    api.post(f"/csv_batches/{batch}/pause", want=202)
    run_server.release()
    eventually(lambda: Lane.objects.get(queue_id=batch).state == "ended", what="the lane ends")
    OrmQ.objects.all().delete()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    OrmQ.objects.all().delete()
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 6
