"""A process of a worker that lives and does nothing any more (SIGSTOP) is noticed, ended and replaced."""

from collections.abc import Callable

import psutil
import pytest

from experiments.models import WorkerProcess
from tests.faults.support import StartWorker, assert_whole, is_alive
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

LEASE_S = 3
STUCK_S = 4 * LEASE_S


def of_role(role: str) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in WorkerProcess.objects.filter(role=role).values_list("pid", flat=True)]


@pytest.mark.parametrize("roles", [("pusher", "worker"), ("sentinel",)], ids="+".join)
def test_it_is_replaced_and_rows_are_called(
    api: Api, run_server: RunServer, start_worker: StartWorker, roles: tuple[str, ...]
) -> None:
    worker = start_worker(LEASE_S=str(LEASE_S))
    eventually(lambda: len(of_role("worker")) == 3, what="heartbeats")
    stopped = [process for role in roles for process in of_role(role)]
    for process in stopped:
        process.suspend()
    batch = api.ready(api.network(run_server), numbered(20))
    api.run(batch)
    eventually(no_longer(stopped), timeout_s=3 * STUCK_S, what="what was stopped is ended")
    assert_whole(api, run_server, batch, rows=20, repeated=0)
    assert worker.process.poll() is None


def no_longer(processes: list[psutil.Process]) -> Callable[[], bool]:
    return lambda: not any(is_alive(process) for process in processes)


def test_heartbeats_are_gone_after_an_orderly_end_and_left_by_a_killed_worker(
    api: Api, start_worker: StartWorker
) -> None:
    first, second = start_worker(), start_worker()
    eventually(lambda: len(of_role("guardian")) == 2, what="both are heard of")
    assert first.terminate() == 0
    assert not rows_of(first)
    second.kill_group()
    assert rows_of(second)


def rows_of(worker: Worker) -> bool:
    return WorkerProcess.objects.filter(pid=worker.pid, role="guardian").exists()
