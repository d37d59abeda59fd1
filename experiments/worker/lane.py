"""A lane: claims rows of one queue, calls `/run` from threads, and records the outcomes.

Threads use HTTP only. The lane's own thread alone uses the database, on one connection. Each round of its loop is one
transaction that records every outcome that is there and claims the next rows, so that a slow call holds up no other.
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

from experiments.core.choices import PauseReason, QueueStatus, RowError, RowStatus
from experiments.core.errors import WorkbenchError
from experiments.models import Lane, Queue
from experiments.run_client import AbortHandle
from experiments.run_client.retry_policy import Verdict
from experiments.services.lanes import LaneLease
from experiments.services.queue_end import settle
from experiments.services.queue_pause import queue_pause, queue_pause_at_limit
from experiments.worker import heartbeat, shutdown
from experiments.worker.calls import Prepared, RowCaller
from experiments.worker.claim import (
    ClaimedRow,
    LockedQueue,
    claim_rows,
    free_slots,
    lock_for_claim,
    next_due_s,
    reclaim_rows,
    renew_leases,
)
from experiments.worker.record import Outcome, failure_on_our_side, record_outcomes

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_S = 1.0
"""How often a lane checks for ended leases and for other queues that wait."""
LEAST_SLICE_S = 5.0
"""For so long a lane does not give way to others: each change costs time. To a queue that no worker has worked at yet
it does after `LOOK_S`, because a few rows must not wait."""
LINGER_S = 1.0
"""A lane waits for a row that is due so soon; for later ones the sweeper starts a new lane."""
WAIT_S = 0.25
MOST_INTERNAL_ERRORS = 3
"""One may mean that the server ended an idle session. Several in a row are a defect: the lane ends with the error."""
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
    """What one transaction of the loop did. `running`: the queue is still there."""

    claimed: list[ClaimedRow] = field(default_factory=list)
    next_due_s: float | None = None
    running: bool = False
    resumed: bool = False
    """The queue had stopped: its settings may have changed, and are read again before another row is claimed."""


class Clock:
    """`due` is true once in so many seconds."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._every_s
        return True


class LaneRunner:
    """Works at one generation of a lane, until the queue has nothing to do or the lane is handed over."""

    def __init__(self, *, queue_id: UUID, number: int, generation: int) -> None:
        self._queue_id = queue_id
        self._lease = LaneLease(queue_id=queue_id, number=number, generation=generation)
        self._width = Width(settings.LANE_WIDTH)
        self._in_flight: dict[int, tuple[ClaimedRow, float]] = {}
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
        """Returns when no row is due, the queue stops or the lane is handed over; at once for a second delivery."""
        if not self._lease.enter(socket.gethostname()):
            return
        try:
            caller = self._caller()
            if caller is not None:
                self._work(caller)
        finally:
            self._persist(self._lease.leave)

    def _caller(self) -> RowCaller | None:
        queue = Queue.objects.select_related("network").filter(pk=self._queue_id).first()
        if queue is None:
            return None
        try:
            return RowCaller(queue)
        except (WorkbenchError, LookupError, ValueError) as error:
            logger.exception("queue %s cannot be called", self._queue_id)
            queue_pause(self._queue_id, reason=PauseReason.CONFIGURATION, detail=str(error))
            return None

    def _work(self, caller: RowCaller) -> None:
        with ThreadPoolExecutor(max_workers=settings.LANE_WIDTH, thread_name_prefix="call") as pool:
            try:
                self._loop(caller, pool)
            finally:
                # Calls are in flight here only if the lane gave up: then nobody waits for them.
                self._abort.abort()

    def _loop(self, caller: RowCaller, pool: ThreadPoolExecutor) -> None:
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
            # Calls that still hang are aborted: their rows go to the next worker.
            self._aborted = True
            self._abort.abort()

    def _should_end(self, now: float) -> bool:
        if shutdown.stopping():
            return True
        if self._beat.due() and not self._persist(self._lease.beat):
            return True
        age = now - self._started
        if age > settings.LANE_SLICE_S or (age > LOOK_S and self._look.due() and self._others_wait(age)):
            self._persist(self._lease.hand_over)
            return True
        return False

    def _others_wait(self, age: float) -> bool:
        return bool(self._persist(lambda: self._lease.others_wait(new_only=age < LEAST_SLICE_S)))

    # -- the database

    def _persist(self, work: Callable[[], T]) -> T | None:
        """Calls `work` until the database answers; None where the lane must end before that."""
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
            # Short enough to renew its leases before they end.
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
        """So that one value that cannot be stored does not lose the other outcomes."""
        try:
            self._transaction([outcome], claim=False)
        except (DataError, IntegrityError) as error:
            logger.warning("row %s of %s: %s", outcome.row.row_index, self._queue_id, type(error).__name__)
            self._transaction([unstorable(outcome, error)], claim=False)

    def _transaction(self, pending: list[Outcome], *, claim: bool = True) -> Round:
        close_old_connections()
        with transaction.atomic():
            queue = lock_for_claim(self._queue_id)
            if queue is None:
                return Round()
            if pending:
                record_outcomes(queue, pending)
                queue = lock_for_claim(self._queue_id) or queue
            if self._in_flight and self._renew.due():
                # Before the next line: if the database was away, rows whose lease ended may be this lane's own.
                renew_leases([row for row, _ in self._in_flight.values()])
            running = reclaim_rows(queue) if self._reclaim.due() else queue.running
            resumed = self._resumed(queue)
            claimed = self._claim(queue, running) if claim and not resumed else []
            if running == 0 and not claimed:
                settle(self._queue_id)
            idle = not claimed and not self._in_flight and queue.status == QueueStatus.RUNNING
            return Round(claimed, next_due_s(queue) if idle else None, True, resumed)

    def _resumed(self, queue: LockedQueue) -> bool:
        """Whether the queue runs again after this lane has seen it stopped."""
        runs = queue.status == QueueStatus.RUNNING
        self._saw_stop = self._saw_stop or not runs
        return runs and self._saw_stop

    def _claim(self, queue: LockedQueue, running: int) -> list[ClaimedRow]:
        if not self._claiming or queue.status != QueueStatus.RUNNING:
            return []
        if queue_pause_at_limit(queue):
            return []
        in_flight = len(self._in_flight)
        if any(row.suspect for row, _ in self._in_flight.values()):
            return []
        want = min(self._width.limit - in_flight, free_slots(queue, running))
        return claim_rows(queue, slots=want, alone=in_flight == 0) if want > 0 else []

    # -- the calls

    def _start(self, claimed: list[ClaimedRow], caller: RowCaller, pool: ThreadPoolExecutor) -> None:
        for row in claimed:
            prepared = caller.prepare(row)
            if isinstance(prepared, Outcome):
                self._pending.append(prepared)
                continue
            self._in_flight[row.id] = (row, time.monotonic())
            pool.submit(self._call, caller, prepared)

    def _call(self, caller: RowCaller, prepared: Prepared) -> None:
        try:
            result = caller.call(prepared, self._abort)
        except Exception as error:
            # A defect of ours: the row must not wait until its lease ends, and the log must say why.
            logger.exception("call of row %s", prepared.row.row_index)
            result = internal_failure(prepared.row, error)
        self._finished.put(result)

    def _collect(self) -> None:
        """Waits briefly for a result, then takes all that are there."""
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


def drain(queue_id: UUID) -> None:
    """Works off a queue that was started in this process, without a worker. Nobody else should work at it."""
    lane = Lane.objects.get(queue_id=queue_id, number=0)
    LaneRunner(queue_id=queue_id, number=0, generation=lane.generation).run()


def unstorable(outcome: Outcome, error: Exception) -> Outcome:
    """The outcome in place of one that the database refuses to store."""
    detail = f"The answer cannot be stored: {str(error).splitlines()[0][:200]}"
    return replace(
        outcome,
        status=RowStatus.FAILED,
        name=RowError.BAD_RESPONSE,
        error_code=RowError.BAD_RESPONSE,
        message=detail,
        payload=None,
        run=None,
        trace_id=None,
        tokens=0,
    )


def internal_failure(row: ClaimedRow, error: Exception) -> tuple[Outcome, Verdict]:
    detail = f"The worker failed on this row ({type(error).__name__}). Its log says more."
    return failure_on_our_side(row, RowError.CRASHED, detail), Verdict("fail")
