"""The worker's processes: django-q2's cluster, made to survive the death of any of them.

What differs from the stock cluster: the main process never waits inside a signal handler, starts a new sentinel when
one was killed, ends processes that hang, and runs the sweeper; the processes share flags and mailboxes without locks
(`ipc`) and heartbeats (`heartbeat`); children end when their parent is gone.

A worker process runs tasks in its main thread, as django-q2 has it, and beside them its engine, which calls rows. A
task that wakes rings a bell and is over: no task waits for calls, and no call for a task.
"""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any
from uuid import uuid4

import psutil
from django import db
from django.conf import settings
from django_q.cluster import Sentinel
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.worker import worker

from experiments.core import log_ids
from experiments.core.memory import keep_what_is_there
from experiments.worker import db_timeout, deliveries, heartbeat, shutdown, spans
from experiments.worker import sweeper as sweep
from experiments.worker.engine import Engine
from experiments.worker.engine_thread import EngineThread
from experiments.worker.heartbeat import SLOTS, Activity, Board, Role
from experiments.worker.ipc import Flag, Mailbox, Timer
from experiments.worker.totals import totals
from experiments.worker.watchdog import Guardian

logger = logging.getLogger(__name__)
_fork = multiprocessing.get_context("fork")

TICK_S = 1.0
ROLES = {worker: Role.WORKER, pusher: Role.PUSHER, monitor: Role.MONITOR}
MAIN_SLOT, SENTINEL_SLOT, APART_SLOT, COURIER_SLOT = range(4)
ENGINES = SLOTS // 2
"""From here on are the slots of engines: each as far behind that of its process."""


class WorkerSentinel(Sentinel):  # type: ignore[misc]
    """Guards the pool of one cluster until `end` is set."""

    def __init__(self, started: Flag, end: Flag, cluster_id: Any, board: Board) -> None:
        super().__init__(end, started, cluster_id, start=False)
        signal.signal(signal.SIGTERM, lambda *_: end.set())
        self.task_queue = Mailbox(handed_over=True)
        self.result_queue = Mailbox()
        self.event_out = Flag(parent=os.getpid())
        self._board = board
        self._slots: dict[int, ForkProcess] = {}
        self.start()

    def spawn_process(self, target: Callable[..., None], *args: Any) -> ForkProcess:
        slot = self._free_slot()
        own = (os.getpid(), self._board, slot)
        process = _fork.Process(target=_child, args=(*own, target, *args), name=f"Process-{uuid4().hex}")
        process.daemon = target is not worker
        if target is worker:
            process.timer = args[2]  # type: ignore[attr-defined]
            # The guard counts it down and ends a task that overran its time-out; a worker ignores SIGTERM.
            process.terminate = process.kill  # type: ignore[method-assign]
            self.pool.append(process)
        process.start()
        self._slots[slot] = process
        return process

    def spawn_worker(self) -> None:
        self.spawn_process(worker, self.task_queue, self.result_queue, Timer(-1), self.timeout)

    def _free_slot(self) -> int:
        """One that nobody has, or whose process has ended."""
        taken = {slot for slot, process in self._slots.items() if process.is_alive()}
        slot = next(slot for slot in range(COURIER_SLOT + 1, ENGINES) if slot not in taken)
        self._board.clear(slot)
        self._board.clear(ENGINES + slot)
        return slot


def _child(parent: int, board: Board, slot: int, target: Callable[..., None], *args: Any) -> None:
    shutdown.watch_parent(parent)
    heartbeat.start(board, slot, os.getpid(), ROLES[target])
    totals.forget()
    db_timeout.bounded(target is not worker)
    pre_execute.connect(_begin_task)
    post_execute_in_worker.connect(_end_task)
    # A signal to the whole group must not tear a call: the flag has reached everybody, each ends in its own order.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if target is not worker:
        target(*args)
        return
    spans.begin()
    engine = EngineThread(board, ENGINES + slot, os.getpid())
    engine.start()
    try:
        target(*args)
    finally:
        shutdown.leave()
        # The main thread does nothing but wait, and the guardian must not take it for one that hangs.
        heartbeat.set_activity(Activity.TASK)
        engine.join()
        spans.end()


def _begin_task(sender: Any, task: dict[str, Any], **kwargs: Any) -> None:
    """A task may take long without a heartbeat."""
    log_ids.begin(task=task.get("id"))
    heartbeat.set_activity(Activity.TASK)


def _end_task(sender: Any, **kwargs: Any) -> None:
    log_ids.begin()
    heartbeat.set_activity(Activity.IDLE)


def _apart(parent: int, board: Board) -> None:
    """Calls suspect rows, in a process that nobody else's rows share."""
    shutdown.watch_parent(parent)
    heartbeat.start(board, APART_SLOT, os.getpid(), Role.APART)
    totals.forget()
    db_timeout.bounded(True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    spans.begin()
    Engine(apart=True).run()
    spans.end()


def _courier(parent: int, board: Board) -> None:
    """Sends webhooks and mails, which wait for other people's servers."""
    shutdown.watch_parent(parent)
    heartbeat.start(board, COURIER_SLOT, os.getpid(), Role.COURIER)
    totals.forget()
    db_timeout.bounded(True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    deliveries.deliver_due()
    # It ends in order: nobody has to be told of a process that is gone.
    board.clear(COURIER_SLOT)


def _sentinel(parent: int, board: Board) -> None:
    heartbeat.start(board, SENTINEL_SLOT, os.getpid(), Role.SENTINEL)
    WorkerSentinel(Flag(), shutdown.requested.watching(parent), uuid4(), board)


class WorkerCluster:
    """The main process of `manage.py qcluster`."""

    def __init__(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        self._apart: ForkProcess | None = None
        self._courier: ForkProcess | None = None

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        shutdown.requested.set()

    def run(self) -> None:
        """Returns when a stop was asked for and everything in flight has ended."""
        # Before others are forked, which then share it.
        keep_what_is_there()
        sweeper = sweep.Sweeper()
        while not shutdown.requested.is_set():
            board = Board()
            sentinel = self._start_sentinel(board)
            heartbeat.start(board, MAIN_SLOT, os.getpid(), Role.GUARDIAN)
            self._guard(sentinel, board, sweeper)
            if not shutdown.requested.is_set():
                logger.error("The sentinel ended with code %s; starting a new one.", sentinel.exitcode)
                time.sleep(TICK_S)
                continue
            self._await_end(sentinel)
        sweeper.end()

    def _start_sentinel(self, board: Board) -> ForkProcess:
        # A connection must not be shared across the fork.
        db.connections.close_all()
        sentinel = _fork.Process(target=_sentinel, args=(os.getpid(), board), name="sentinel")
        sentinel.start()
        return sentinel

    def _guard(self, sentinel: ForkProcess, board: Board, sweeper: sweep.Sweeper) -> None:
        """Until the sentinel ended or a stop was asked for."""
        db_timeout.bounded(True)
        guardian = Guardian(stuck_after_s=settings.WORKER_STUCK_S)
        while sentinel.is_alive() and not shutdown.requested.is_set():
            heartbeat.beat()
            guardian.look(board.heartbeats())
            sweeper.tick(board.heartbeats())
            if sweeper.suspects_wait:
                self._apart = self._beside(self._apart, _apart, board, APART_SLOT)
            if sweeper.deliveries_wait:
                self._courier = self._beside(self._courier, _courier, board, COURIER_SLOT)
            shutdown.requested.wait(TICK_S)

    def _beside(
        self, running: ForkProcess | None, target: Callable[[int, Board], None], board: Board, slot: int
    ) -> ForkProcess:
        """A process of its own for `target`: the one that is `running`, or a new one."""
        if running is not None and running.is_alive():
            return running
        db.connections.close_all()
        board.clear(slot)
        process = _fork.Process(target=target, args=(os.getpid(), board), name=target.__name__.strip("_"))
        process.start()
        return process

    def _await_end(self, sentinel: ForkProcess) -> None:
        # Engines end within the grace by themselves; what is left then hangs and is ended.
        until = time.monotonic() + settings.WORKER_GRACE_S + 5
        for beside in (self._apart, self._courier):
            if beside is not None:
                beside.join(max(until - time.monotonic(), 0))
                beside.kill()
        sentinel.join(settings.WORKER_GRACE_S + 10)
        if sentinel.is_alive():
            logger.error("The worker did not end within its grace; ending it.")
            for process in psutil.Process(sentinel.pid).children(recursive=True):
                process.kill()
            sentinel.kill()
            sentinel.join()
