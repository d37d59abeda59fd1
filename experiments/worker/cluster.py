"""The worker's processes: django-q2's cluster, made to survive the death of any of them.

What differs from the stock cluster: the main process never waits inside a signal handler, starts a new sentinel when
one was killed, and runs the sweeper; the processes share flags and mailboxes without locks (`flags`); children end
when their parent is gone, and a lane reads `stopping` before each claim.
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
from django_q.worker import worker

from experiments.worker import stop, sweep
from experiments.worker.flags import Flag, Mailbox, Timer

logger = logging.getLogger(__name__)
_fork = multiprocessing.get_context("fork")

TICK_S = 1.0


class WorkerSentinel(Sentinel):  # type: ignore[misc]
    """Guards the pool of one cluster until `end` is set."""

    def __init__(self, started: Flag, end: Flag, cluster_id: Any) -> None:
        super().__init__(end, started, cluster_id, start=False)
        signal.signal(signal.SIGTERM, lambda *_: end.set())
        self.task_queue = Mailbox(handed_over=True)
        self.result_queue = Mailbox()
        self.event_out = Flag(parent=os.getpid())
        self.start()

    def spawn_process(self, target: Callable[..., None], *args: Any) -> ForkProcess:
        process = _fork.Process(target=_child, args=(os.getpid(), target, *args), name=f"Process-{uuid4().hex}")
        process.daemon = target is not worker
        if target is worker:
            process.timer = args[2]  # type: ignore[attr-defined]
            # The guard counts it down and ends a task that overran its time-out; a worker ignores SIGTERM.
            process.terminate = process.kill  # type: ignore[method-assign]
            self.pool.append(process)
        process.start()
        return process

    def spawn_worker(self) -> None:
        self.spawn_process(worker, self.task_queue, self.result_queue, Timer(-1), self.timeout)


def _child(parent: int, target: Callable[..., None], *args: Any) -> None:
    stop.watch_parent(parent)
    # A signal to the whole group must not tear a call: the flag has reached everybody, each ends in its own order.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    target(*args)


def _sentinel(parent: int) -> None:
    WorkerSentinel(Flag(), stop.requested.watching(parent), uuid4())


class WorkerCluster:
    """The main process of `manage.py qcluster`."""

    def __init__(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        stop.requested.set()

    def run(self) -> None:
        """Returns when a stop was asked for and everything in flight has ended."""
        sweeper = sweep.Sweeper()
        while not stop.requested.is_set():
            sentinel = self._start_sentinel()
            while sentinel.is_alive() and not stop.requested.is_set():
                sweeper.tick()
                stop.requested.wait(TICK_S)
            if not stop.requested.is_set():
                logger.error("The sentinel ended with code %s; starting a new one.", sentinel.exitcode)
                time.sleep(TICK_S)
                continue
            self._await_end(sentinel)

    def _start_sentinel(self) -> ForkProcess:
        # A connection must not be shared across the fork.
        db.connections.close_all()
        sentinel = _fork.Process(target=_sentinel, args=(os.getpid(),), name="sentinel")
        sentinel.start()
        return sentinel

    def _await_end(self, sentinel: ForkProcess) -> None:
        # Lanes end within the grace by themselves; what is left then hangs and is ended.
        sentinel.join(settings.WORKER_GRACE_S + 10)
        if sentinel.is_alive():
            logger.error("The worker did not end within its grace; ending it.")
            for process in psutil.Process(sentinel.pid).children(recursive=True):
                process.kill()
            sentinel.kill()
            sentinel.join()
