"""Sends rows: a slot that becomes free goes to the next row at once, from the very thread whose call has ended.

Threads use HTTP only. What they share with the engine's thread (lanes, slots, results) is under one lock, which is
never held while anything waits.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from django.conf import settings

from experiments.core import log_ids
from experiments.core.choices import RowError, RowStatus
from experiments.run_client import Allowance
from experiments.run_client.retry_policy import Verdict
from experiments.worker import shutdown
from experiments.worker.budget import HOLD_S, LEARNS, Block, Report
from experiments.worker.claim import ClaimedRow
from experiments.worker.flight import Flight, Permits
from experiments.worker.holds import Refused
from experiments.worker.lane import Lane
from experiments.worker.lookout import Limits
from experiments.worker.pace import Tally
from experiments.worker.record import GIVEN_BACK, Outcome, failure_on_our_side
from experiments.worker.windows import NEAR

logger = logging.getLogger(__name__)

SOON_S = 0.1
"""Permits are asked for about so often, not sooner than there may be some, and at least once while a block holds."""


@dataclass(eq=False)
class NetworkSlots:
    """This process's share of one network, for all lanes at it: others begin while fewer than `slots` are in flight.

    `own`: our own runtime answers. `limits` and `share` of the network are those of the last adjustment; the
    share is larger than `slots` while calls in flight still hold what is given up. `told`:
    what the lanes wanted when the others were told; `asked`: how many calls they could begin. `tight`: somebody
    wants more than there is.

    `permits`: calls that may begin, None where they are not limited a minute; another block may be there at
    `permits_at`. `report`: what became of them.

    `stopped`: it has refused a call, and the hold is not in force yet for all; `refused` is to be written down. `tally`
    counts the calls that it took, `passed` those of them that the others were not told of. `tokens_a_call`: average.
    """

    id: int
    own: bool
    limits: Limits = field(default_factory=Limits)
    share: int = 0
    slots: int = 0
    in_flight: int = 0
    lanes: list[Lane] = field(default_factory=list)
    told: dict[tuple[UUID, int], int] = field(default_factory=dict)
    tight: bool = False
    asked: int = 0
    permits: Permits | None = None
    permits_at: float = 0.0
    report: Report = field(default_factory=Report)
    stopped: bool = False
    refused: Refused | None = None
    tally: Tally = field(default_factory=Tally)
    passed: int = 0
    tokens_a_call: float | None = None

    @property
    def reach(self) -> int:
        """Calls that its lanes may come to have in flight, as things are."""
        wanted = sum(max(lane.slots, 1) for lane in self.lanes)
        if self.permits is not None:
            wanted = min(wanted, max(self.in_flight + self.permits.left, 1))
        return min(wanted, max(self.slots, 1)) if self.tight else wanted

    @property
    def free(self) -> int:
        if self.stopped:
            return 0
        slots = max(0, self.slots - self.in_flight)
        return slots if self.permits is None else min(slots, self.permits.usable(time.monotonic()))

    def begin(self, lane: Lane) -> Flight:
        flight = lane.begin(time.monotonic())
        self.in_flight += 1
        self.tally.begun(flight.begun)
        if self.permits is not None:
            self.passed += 1
            self.permits.left -= 1
            flight.permits = self.permits
        return flight

    def asks(self, now: float) -> dict[tuple[UUID, int], int]:
        free = max(0, self.slots - self.in_flight)
        return {(lane.keys.queue_id, lane.number): lane.asks(free, now) for lane in self.lanes}

    def due_in_s(self, now: float) -> float | None:
        """Seconds until permits are to be asked for, given back or reported on; None: nothing is."""
        if self.permits is None:
            return 0.0 if self.report.allowance else None
        is_busy = self.permits.left or self.asked or self.report.is_news or any(self.asks(now).values())
        return max(0.0, self.permits_at - now) if is_busy else None

    def hand_in(self, now: float) -> Report:
        """What is told of the last block, of which nothing is used from now on."""
        report, self.report = self.report, Report()
        report.allowance, report.told_at = report.allowance_at(now), now
        if self.permits is not None:
            report.unused, report.unit = self.permits.hand_back(), self.permits.unit
        report.typical = self.tokens_a_call
        report.in_flight = self._unanswered
        report.passed, self.passed = self.passed, 0
        return report

    def follow(self, limits: Limits) -> None:
        """As they were a moment ago, with all holds that were written down."""
        self.stopped = self.refused is not None
        if self.permits is not None and not limits.calls:
            self.permits.left = 0
        if limits.paced and self.permits is None:
            self._begin_permits()

    def _begin_permits(self) -> None:
        """None, until it is asked how many there are."""
        self.permits = Permits(0, 0.0, 0.0)
        self.passed = self.tally.at(time.monotonic())

    def take(self, block: Block | None, asked_at: float) -> None:
        if block is None:
            self.permits = None
            if self.stopped:
                # A refusal came meanwhile, which nobody knows of yet.
                self._begin_permits()
            return
        self.permits = Permits(block.calls, block.unit, asked_at + HOLD_S, block.is_probe)
        # Not in step with another process: who comes just after it would always find less.
        soon_s = SOON_S * random.uniform(0.5, 1.5)  # noqa: S311  nobody gains by guessing it
        self.permits_at = asked_at + min(max(block.due_s, soon_s), HOLD_S)

    def saw(self, flight: Flight, outcome: Outcome) -> None:
        """The call is over."""
        self._learn(flight, outcome)
        if flight.permits is not None and (outcome.name == RowError.TEMPLATE_ERROR or not outcome.called):
            flight.permits.left += 1
        elif self.permits is not None:
            expected = flight.permits.unit if flight.permits else 0.0
            is_typical = outcome.tokens > 0 or outcome.status == RowStatus.SUCCEEDED
            self.report.saw(outcome.tokens, expected, is_typical=is_typical)

    def _learn(self, flight: Flight, outcome: Outcome) -> None:
        now = time.monotonic()
        if outcome.tokens:
            before = self.tokens_a_call
            self.tokens_a_call = outcome.tokens if before is None else before + (outcome.tokens - before) * LEARNS
        if outcome.name == RowError.TEMPLATE_ERROR:
            self._not_taken(flight)
        elif outcome.refusal is not None:
            self._not_taken(flight)
            self.stopped = True
            # What goes on after the hold needs a permit.
            if self.permits is None:
                self._begin_permits()
            else:
                self.permits.left = 0
            new = Refused(outcome.refusal, now - flight.begun, self.tally.busy_s(now))
            self.refused = new if self.refused is None else self.refused.and_also(new)
        elif flight.permits is not None and flight.permits.is_probe and outcome.name != GIVEN_BACK:
            self.report.probe_passed = True
            self.permits_at = now
        if outcome.allowance is not None and (self.permits is not None or self._is_near(outcome.allowance)):
            self._keep_to(outcome.allowance, now)

    def _keep_to(self, said: Allowance, now: float) -> None:
        """The others hear of it with the next report; here no call begins that the network would refuse."""
        self.report.was_told(said, now)
        if self.permits is None:
            self._begin_permits()
            return
        free = said.calls(self.tokens_a_call or 1.0) - self._unanswered
        if free > 0 and not self.permits.left:
            self.permits_at = now
        self.permits.keep_back(free)

    @property
    def _unanswered(self) -> int:
        return sum(len(lane.flights) - lane.unrecorded for lane in self.lanes)

    def _not_taken(self, flight: Flight) -> None:
        self.tally.not_taken(flight.begun)
        self.passed -= self.permits is not None

    def refused_so_far(self) -> Refused | None:
        """What is to be written down. Since then it took no call that nobody was told of."""
        refused, self.refused = self.refused, None
        if refused is not None:
            refused, self.passed = replace(refused, passed=self.passed), 0
        return refused

    def _is_near(self, said: Allowance) -> bool:
        """Whether what is left may be used up before the next answers say so."""
        enough = NEAR * self.limits.calls
        kinds = ((said.requests, 1.0), (said.tokens, self.tokens_a_call or 1.0))
        return any(left and min(left.remaining, left.most or left.remaining) < enough * unit for left, unit in kinds)

    def next_lane(self, first: Lane | None) -> Lane | None:
        """Of the lanes that can send a row the one with the fewest calls in flight, then the one that waited longest.

        Where there is enough for all, the slot that `first` has freed is its own.
        """
        if first is not None and not self.tight and self.permits is None:
            return first if first.can_send() else None
        able = [lane for lane in self.lanes if lane.can_send()]
        return min(able, key=lambda lane: (lane.in_flight, lane.last_sent), default=None)

    def wanted(self) -> dict[tuple[UUID, int], int]:
        return {(lane.keys.queue_id, lane.number): lane.wants() for lane in self.lanes}


class Dispatcher:
    """The call threads of one process, and all that they share with its engine."""

    def __init__(self, may_send: Callable[[], bool]) -> None:
        self._may_send = may_send
        self.lock = threading.Lock()
        self.results = threading.Event()
        """Set when there is something to record or to claim."""
        self.busy: set[Lane] = set()
        """Lanes that may be due for a round."""
        self.stopped = False
        self._pool = ThreadPoolExecutor(max_workers=settings.WORKER_WIDTH, thread_name_prefix="call")
        self._calls = 0

    @property
    def calls(self) -> int:
        """In flight, or answered and not judged yet."""
        return self._calls

    def end(self) -> None:
        self._pool.shutdown()

    def send(self, network: NetworkSlots, first: Lane | None = None) -> None:
        """Begins calls while there are slots and rows. `first`: the lane in which something has changed."""
        begun: list[tuple[Lane, Flight]] = []
        with self.lock:
            while not self.stopped and self._may_send() and self._calls < settings.WORKER_WIDTH and network.free:
                lane = network.next_lane(first)
                if lane is None:
                    break
                self._calls += 1
                begun.append((lane, network.begin(lane)))
        for lane, flight in begun:
            self._pool.submit(self._call, network, lane, flight)

    # -- in a call thread

    def _call(self, network: NetworkSlots, lane: Lane, flight: Flight) -> None:
        row = flight.row
        log_ids.begin(queue=lane.keys.queue_id, lane=lane.number, item=row.id, row=row.row_index)
        if shutdown.stopping() or not self._may_send():
            self._take_back(network, lane, flight)
            return
        try:
            outcome, verdict = lane.caller.call(row, lane.abort, partial(self._answered, network, lane, flight))
        except Exception as error:
            # A defect of ours: the row must not wait until its lease ends, and the log must say why.
            logger.exception("call of row %s", row.row_index)
            outcome, verdict = internal_failure(row, error)
        if logger.isEnabledFor(logging.INFO):
            logger.info("call ended", extra=shown_of(outcome))
        self._judged(network, lane, flight, outcome, verdict)

    def _take_back(self, network: NetworkSlots, lane: Lane, flight: Flight) -> None:
        """Nothing was sent: the engine gives the row back."""
        with self.lock:
            network.in_flight -= lane.forget(flight.row.id)
            if flight.permits is not None:
                flight.permits.left += 1
            lane.ready.appendleft(flight.row)
            self._calls -= 1

    def _answered(self, network: NetworkSlots, lane: Lane, flight: Flight, is_answer: bool) -> None:
        # What is no answer may have to stop the others: then the slot is free when it is recorded.
        if not is_answer or lane.is_cautious:
            return
        with self.lock:
            network.in_flight -= lane.end(flight, frees=True)
        self.send(network, lane)
        # Lets the thread that sends the next row go first: judging this one can wait.
        time.sleep(0)

    def _judged(self, network: NetworkSlots, lane: Lane, flight: Flight, outcome: Outcome, verdict: Verdict) -> None:
        now = time.monotonic()
        with self.lock:
            lane.end(flight, frees=False)
            lane.saw([outcome], now)
            network.saw(flight, outcome)
            self._calls -= 1
            self.busy.add(lane)
        self.results.set()


def shown_of(outcome: Outcome) -> dict[str, object]:
    """For the log: how the call ended, and nothing of what was said."""
    return {
        "trace": log_ids.sane(outcome.trace_id),
        "outcome": outcome.name,
        "attempt": outcome.row.attempt,
        "elapsed_ms": outcome.elapsed_ms,
        "http_status": outcome.http_status,
    }


def internal_failure(row: ClaimedRow, error: Exception) -> tuple[Outcome, Verdict]:
    detail = f"The worker failed on this row ({type(error).__name__}). Its log says more."
    return failure_on_our_side(row, RowError.CRASHED, detail), Verdict("fail")


def all_lanes(networks: Iterable[NetworkSlots]) -> list[Lane]:
    return [lane for network in networks for lane in network.lanes]


def drop_lane(network: NetworkSlots, lane: Lane) -> None:
    network.lanes.remove(lane)
    network.told.pop((lane.keys.queue_id, lane.number), None)
