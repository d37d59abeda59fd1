"""django-q2: `experiments/worker/cluster.py` subclasses its sentinel and runs its three kinds of process.

`experiments/worker/ipc.py` has the stand-ins for its queues, events and timers.
"""

import inspect
import os
import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django_q import cluster as library
from django_q import conf
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.worker import worker

from experiments.worker.ipc import Flag, Mailbox, Timer
from tests.unit.libraries.support import parameters

LEANS = "experiments/worker/cluster.py leans on it"


class Recording(library.Sentinel):  # type: ignore[misc]
    """Notes what it would start, and starts nothing."""

    def __init__(self) -> None:
        super().__init__(Flag(), Flag(), uuid4(), broker=SimpleNamespace(list_key="tests"), start=False)
        self.started: list[tuple[Any, ...]] = []

    def spawn_process(self, target: Any, *args: Any) -> SimpleNamespace:
        self.started.append((target, *args))
        process = ended_process()
        if target is worker:
            self.pool.append(process)
        return process


def ended_process(*, timer: float = -1) -> SimpleNamespace:
    process = SimpleNamespace(name="one", pid=os.getpid(), timer=Timer(timer), terminated=False)
    process.is_alive = lambda: False
    process.terminate = lambda: setattr(process, "terminated", True)
    return process


@pytest.fixture
def sentinel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """It catches the signals of its process, and writes its status into the cache."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(library, "Stat", lambda _: SimpleNamespace(save=lambda: None))
    monkeypatch.setattr(library.db.connections, "close_all", lambda: None)
    yield Recording()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_sentinel_is_made_with_its_events_and_does_not_start_by_itself() -> None:
    wanted = ["self", "stop_event", "start_event", "cluster_id", "broker", "timeout", "start"]
    assert parameters(library.Sentinel.__init__) == wanted, LEANS


def test_a_sentinel_takes_other_queues_and_events_before_its_start(sentinel: Recording) -> None:
    for name in ("task_queue", "result_queue", "event_out", "pool", "timeout", "broker"):
        assert name in vars(sentinel), f"Sentinel.{name}: {LEANS}"


def test_every_process_is_started_by_spawn_process(sentinel: Recording) -> None:
    sentinel.spawn_cluster()
    targets = [target for target, *_ in sentinel.started]
    assert targets == [worker] * sentinel.pool_size + [monitor, pusher], LEANS
    assert sentinel.started[-2:] == [
        (monitor, sentinel.result_queue, sentinel.broker),
        (pusher, sentinel.task_queue, sentinel.event_out, sentinel.broker),
    ]


def test_a_worker_is_started_with_its_timer_third(sentinel: Recording) -> None:
    sentinel.spawn_worker()
    ((_, tasks, results, timer, timeout),) = sentinel.started
    assert (tasks, results, timeout) == (sentinel.task_queue, sentinel.result_queue, sentinel.timeout), LEANS
    assert timer.value == -1
    assert parameters(worker) == ["task_queue", "result_queue", "timer", "timeout"], LEANS


def test_a_worker_that_overran_its_time_is_terminated_and_replaced(sentinel: Recording) -> None:
    sentinel.monitor = sentinel.pusher = ended_process()
    late = ended_process(timer=0)
    sentinel.pool.append(late)
    sentinel.reincarnate(late)
    assert late.terminated, f"{LEANS}: `terminate` is replaced by `kill`"
    assert [target for target, *_ in sentinel.started] == [worker]


def test_a_round_of_the_guard_needs_no_more_than_our_events_and_timers_have(sentinel: Recording) -> None:
    sentinel.monitor = sentinel.pusher = SimpleNamespace(is_alive=lambda: True)
    busy = ended_process(timer=10)
    busy.is_alive = lambda: True
    sentinel.pool.append(busy)
    sentinel.stop_event.set()
    sentinel.stop = lambda: None
    sentinel.guard()
    assert sentinel.start_event.is_set(), LEANS
    assert busy.timer.value == 10 - conf.Conf.GUARD_CYCLE, "experiments/worker/ipc.py: Timer is counted down"


def test_a_stop_needs_no_more_than_our_mailboxes_and_flags_have(sentinel: Recording) -> None:
    sentinel.task_queue, sentinel.result_queue, sentinel.event_out = Mailbox(handed_over=True), Mailbox(), Flag()
    sentinel.monitor = sentinel.pusher = ended_process()
    sentinel.pool = [ended_process()]
    sentinel.start_event.set()
    sentinel.stop_event.set()
    sentinel.stop()
    assert sentinel.event_out.is_set(), "experiments/worker/ipc.py: Flag ends the pusher"
    assert [sentinel.task_queue.get(), sentinel.result_queue.get()] == ["STOP", "STOP"]


def test_a_worker_says_what_it_begins_and_ends() -> None:
    said: list[tuple[str, Any]] = []

    def begins(sender: Any, task: dict[str, Any], **kwargs: Any) -> None:
        said.append(("begins", (task["func"], task["args"])))

    def ends(sender: Any, **kwargs: Any) -> None:
        said.append(("ends", None))

    task = {"id": "1", "name": "one", "func": "math.sqrt", "args": (4,), "kwargs": {}, "sync": True}
    tasks, results = Mailbox(), Mailbox()
    for message in (task, "STOP"):
        tasks.put(message)
    pre_execute.connect(begins)
    post_execute_in_worker.connect(ends)
    try:
        worker(tasks, results, Timer(-1), timeout=5)
    finally:
        pre_execute.disconnect(begins)
        post_execute_in_worker.disconnect(ends)
    assert said == [("begins", ("math.sqrt", (4,))), ("ends", None)], LEANS
    assert results.get()["result"] == 2.0


def test_a_pusher_looks_at_its_event_after_each_round() -> None:
    rounds: list[str] = []
    event = Flag()

    def dequeue() -> None:
        rounds.append("asked")
        if len(rounds) == 2:
            event.set()

    pusher(Mailbox(), event, SimpleNamespace(dequeue=dequeue, list_key="tests"))
    assert len(rounds) == 2, "experiments/worker/ipc.py: Flag.is_set is the pusher's sign of life"


def test_every_setting_of_ours_is_one_of_its_own(settings: Any) -> None:
    source = inspect.getsource(conf)
    unknown = [name for name in settings.Q_CLUSTER if f'"{name}"' not in source]
    assert unknown == [], "config/settings.py: Q_CLUSTER"
