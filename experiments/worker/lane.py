"""A lane: claims rows of one queue, calls `/run` from threads, and records what comes back.

Threads touch HTTP only. This thread alone touches the database, on one connection: each round of the loop is one
transaction that writes all that came back and claims what may be called next, so the window slides and never waits for
the slowest of a wave.
"""

import logging
import queue as std_queue
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.models import Queue
from experiments.run_client import AbortHandle
from experiments.run_client.retry_policy import Verdict
from experiments.services import queues
from experiments.services.lanes import LaneLease
from experiments.services.queue_end import settle
from experiments.worker import claim as claims
from experiments.worker import heartbeat, shutdown
from experiments.worker import record as records
from experiments.worker.calls import Caller, Prepared
from experiments.worker.claim import Claimed
from experiments.worker.record import Outcome

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_S = 1.0
"""How often a lane looks for ended leases and for others who wait."""
LEAST_SLICE_S = 5.0
"""Below this a lane does not give way: changing lanes costs more than it brings. To a queue that no worker has worked
at yet it does after `LOOK_S`: a few rows must not wait."""
LINGER_S = 1.0
"""A lane waits for a row that is due so soon; for others the sweeper starts a new lane."""
WAIT_S = 0.25
MOST_INTERNAL_ERRORS = 3
"""One may be the end of a session that was silent for too long; what stays is a defect, and no reason to wait."""
WIDEN_AFTER = 20


@dataclass
class Width:
    """How many calls a lane keeps in flight: halved by 429, one more after 20 successes."""

    limit: int
    narrowed_at: float = 0.0
    successes: int = 0

    def follow(self, verdict: Verdict, *, started: float, in_flight: int, now: float) -> None:
        if verdict.narrow:
            # Calls that were under way when it was narrowed say nothing about the new width.
            if started >= self.narrowed_at:
                self.limit = max(1, min(self.limit, in_flight + 1) // 2)
                self.narrowed_at, self.successes = now, 0
        elif verdict.widen:
            self.successes += 1
            if self.successes >= WIDEN_AFTER:
                self.limit, self.successes = min(self.limit + 1, settings.LANE_WIDTH), 0


@dataclass
class Round:
    """What one transaction found."""

    claimed: list[Claimed] = field(default_factory=list)
    next_due_s: float | None = None
    running: bool = False
    resumed: bool = False
    """The queue had stopped: what calls need may be different now, and has to be read before another row is claimed."""


class Clock:
    """Says every so often that it is time."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._every_s
        return True


class Lane:
    def __init__(self, *, queue_id: UUID, number: int, generation: int) -> None:
        self._queue_id = queue_id
        self._place = LaneLease(queue_id=queue_id, number=number, generation=generation)
        self._width = Width(settings.LANE_WIDTH)
        self._in_flight: dict[int, tuple[Claimed, float]] = {}
        self._finished: std_queue.SimpleQueue[tuple[Outcome, Verdict]] = std_queue.SimpleQueue()
        self._pending: list[Outcome] = []
        self._abort = AbortHandle()
        self._claiming = True
        self._saw_stop = False
        self._started = time.monotonic()
        self._stop_seen: float | None = None
        self._aborted = False
        self._beat, self._look = Clock(settings.LANE_BEAT_S), Clock(LOOK_S)
        self._renew, self._reclaim = Clock(settings.LEASE_RENEW_S), Clock(LOOK_S)

    def run(self) -> None:
        """Returns when the queue is dry or stops, or when the lane was handed over; at once for a second delivery."""
        if not self._place.enter(socket.gethostname()):
            return
        try:
            caller = self._caller()
            if caller is not None:
                self._work(caller)
        finally:
            self._persist(self._place.leave)

    def _caller(self) -> Caller | None:
        queue = Queue.objects.select_related("network").filter(pk=self._queue_id).first()
        if queue is None:
            return None
        try:
            return Caller(queue)
        except (WorkbenchError, LookupError, ValueError) as error:
            logger.exception("queue %s cannot be called", self._queue_id)
            queues.pause_by_system(queue_id=self._queue_id, code="configuration", detail=str(error))
            return None

    def _work(self, caller: Caller) -> None:
        with ThreadPoolExecutor(max_workers=settings.LANE_WIDTH, thread_name_prefix="call") as pool:
            try:
                self._loop(caller, pool)
            finally:
                # Nothing is in flight here unless the lane gave up: then nobody waits for those calls.
                self._abort.abort()

    def _loop(self, caller: Caller, pool: ThreadPoolExecutor) -> None:
        while True:
            heartbeat.beat()
            self._look_around()
            found = self._persist(self._round)
            if found is None:
                return
            if found.resumed:
                read_again = self._persist(self._caller)
                caller = read_again or caller
                self._saw_stop = False
            self._start(found.claimed, caller, pool)
            if self._in_flight:
                self._collect()
            elif self._pending:
                continue
            elif not self._claiming or found.next_due_s is None or found.next_due_s > LINGER_S:
                return
            else:
                time.sleep(min(max(found.next_due_s, 0.02), LINGER_S))

    # -- when to stop claiming

    def _look_around(self) -> None:
        now = time.monotonic()
        if self._claiming and self._should_end(now):
            self._claiming = False
        if self._stop_seen is None and shutdown.stopping():
            self._stop_seen = now
        if self._stop_seen is not None and now - self._stop_seen > settings.WORKER_GRACE_S and not self._aborted:
            # What still hangs is given back: its rows go to the next worker.
            self._aborted = True
            self._abort.abort()

    def _should_end(self, now: float) -> bool:
        if shutdown.stopping():
            return True
        if self._beat.due() and not self._persist(self._place.beat):
            return True
        age = now - self._started
        if age > settings.LANE_SLICE_S or (age > LOOK_S and self._look.due() and self._others_wait(age)):
            self._persist(self._place.hand_over)
            return True
        return False

    def _others_wait(self, age: float) -> bool:
        return bool(self._persist(lambda: self._place.others_wait(new_only=age < LEAST_SLICE_S)))

    # -- the database

    def _persist(self, work: Callable[[], T]) -> T | None:
        """Does `work`, again and again while the database is away; None where the lane must end without it."""
        wait, failures = 0.2, 0
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError, InternalError) as error:
                failures += 1
                if isinstance(error, InternalError) and failures == MOST_INTERNAL_ERRORS:
                    raise
                logger.warning("lane of %s: database is away (%s)", self._queue_id, type(error).__name__)
                connection.close()
            if self._stop_seen is not None and time.monotonic() - self._stop_seen > settings.WORKER_GRACE_S:
                return None
            if self._stop_seen is None and shutdown.stopping():
                self._stop_seen = time.monotonic()
            heartbeat.beat()
            time.sleep(wait)
            # Soon enough to renew its leases before somebody takes them to have ended.
            wait = min(wait * 2, settings.LEASE_RENEW_S / 2)

    def _round(self) -> Round:
        try:
            found = self._transaction(self._pending)
        except (DataError, IntegrityError):
            for outcome in self._pending:
                self._record_alone(outcome)
            self._pending = []
            return Round(running=True)
        self._pending = []
        return found

    def _record_alone(self, outcome: Outcome) -> None:
        """One value that cannot be stored must not spoil the others."""
        try:
            self._transaction([outcome], claim=False)
        except (DataError, IntegrityError) as error:
            logger.warning("row %s of %s: %s", outcome.row.row_index, self._queue_id, type(error).__name__)
            self._transaction([unstorable(outcome, error)], claim=False)

    def _transaction(self, pending: list[Outcome], *, claim: bool = True) -> Round:
        close_old_connections()
        with transaction.atomic():
            queue = claims.lock(self._queue_id)
            if queue is None:
                return Round()
            if pending:
                records.record(queue, pending)
                queue = claims.lock(self._queue_id) or queue
            if self._in_flight and self._renew.due():
                # First: after a time without the database the rows whose lease ended are this lane's own.
                claims.renew([row for row, _ in self._in_flight.values()])
            running = claims.reclaim(queue) if self._reclaim.due() else queue.running
            resumed = self._resumed(queue)
            claimed = self._claim(queue, running) if claim and not resumed else []
            if running == 0 and not claimed:
                settle(self._queue_id)
            idle = not claimed and not self._in_flight and queue.status == QueueStatus.RUNNING
            return Round(claimed, claims.next_due_s(queue) if idle else None, True, resumed)

    def _resumed(self, queue: claims.Locked) -> bool:
        """Whether the queue runs again after this lane saw it stop."""
        runs = queue.status == QueueStatus.RUNNING
        self._saw_stop = self._saw_stop or not runs
        return runs and self._saw_stop

    def _claim(self, queue: claims.Locked, running: int) -> list[Claimed]:
        if not self._claiming or queue.status != QueueStatus.RUNNING:
            return []
        if records.pause_at_cap(queue):
            return []
        in_flight = len(self._in_flight)
        if any(row.suspect for row, _ in self._in_flight.values()):
            return []
        want = min(self._width.limit - in_flight, claims.free_slots(queue, running))
        return claims.claim(queue, slots=want, alone=in_flight == 0) if want > 0 else []

    # -- the calls

    def _start(self, claimed: list[Claimed], caller: Caller, pool: ThreadPoolExecutor) -> None:
        for row in claimed:
            prepared = caller.prepare(row)
            if isinstance(prepared, Outcome):
                self._pending.append(prepared)
                continue
            self._in_flight[row.id] = (row, time.monotonic())
            pool.submit(self._call, caller, prepared)

    def _call(self, caller: Caller, prepared: Prepared) -> None:
        try:
            result = caller.call(prepared, self._abort)
        except Exception as error:
            # A defect of ours: the row must not hang until its lease ends, and the log must say why.
            logger.exception("call of row %s", prepared.row.row_index)
            result = internal_failure(prepared.row, error)
        self._finished.put(result)

    def _collect(self) -> None:
        """Waits for a result, briefly, and takes all that are there."""
        try:
            self._take(*self._finished.get(timeout=WAIT_S))
            while True:
                self._take(*self._finished.get_nowait())
        except std_queue.Empty:
            return

    def _take(self, outcome: Outcome, verdict: Verdict) -> None:
        _, started = self._in_flight.pop(outcome.row.id)
        now = time.monotonic()
        self._width.follow(verdict, started=started, in_flight=len(self._in_flight), now=now)
        self._pending.append(outcome)


def unstorable(outcome: Outcome, error: Exception) -> Outcome:
    """The outcome of an answer that the database refuses, with what it says about it."""
    detail = f"The answer cannot be stored: {str(error).splitlines()[0][:200]}"
    return replace(
        outcome,
        status="failed",
        name="bad_response",
        error_code="bad_response",
        message=detail,
        payload=None,
        run=None,
        trace_id=None,
        tokens=0,
    )


def internal_failure(row: Claimed, error: Exception) -> tuple[Outcome, Verdict]:
    detail = f"The worker failed on this row ({type(error).__name__}). Its log says more."
    return Outcome(row, "failed", "crashed", error_code="crashed", message=detail, neutral=True), Verdict("fail")
