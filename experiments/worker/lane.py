"""A lane in memory: one process's place at one queue, with the rows that it has claimed, sent and not recorded yet.

Nothing here touches the database or the network. Call threads and the engine's thread share it under the lock of the
`Dispatcher`, which they hold for each method that is called here.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil

from django.conf import settings

from experiments.core.choices import QueueStatus
from experiments.run_client import AbortHandle
from experiments.worker.calls import RowCaller
from experiments.worker.claim import ClaimedRow
from experiments.worker.flight import Flight
from experiments.worker.lookout import QueueView
from experiments.worker.pace import Pace
from experiments.worker.record import Outcome
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult

MARK_AFTER_S = 0.25
"""A call that takes longer is shown as running; for shorter ones that would be one more write a row."""
GROUP_S, GROUP_SHARE = 0.02, 0.01
"""Results that come within so long are recorded together: seconds at most, and as a share of what a call takes."""
GROUP_ROWS, GROUP_BYTES = 200, 4 * 1024**2
AHEAD_BYTES = 8 * 1024**2
BEHIND = 3
"""One row at a time: so many may be answered and not recorded yet when the next is sent. There are that many only where
a call takes less time than a round."""
ASK_S = 0.25
"""For so long a lane asks for calls where they are limited a minute."""
TRY_AGAIN_S = 1.0
"""Where there seemed to be nothing to claim, or only from some row on, a lane tries again: another may have given rows
back."""


class Lane:
    """`slots`, the calls that it may have in flight, come from its queue's settings."""

    def __init__(self, keys: LaneKeys, number: int, caller: RowCaller, view: QueueView) -> None:
        self.keys = keys
        self.number = number
        self._most = int(settings.LANE_WIDTH)
        self.caller = caller
        self.view = view
        self.abort = AbortHandle()
        self.pace = Pace()
        self.ready: deque[ClaimedRow] = deque()
        self.flights: dict[int, Flight] = {}
        self.in_flight = 0
        """Flights that hold a slot."""
        self.unrecorded = 0
        """Flights that were answered."""
        self.pending: list[Outcome] = []
        self.recording: list[Outcome] = []
        self.last_sent = 0.0
        self.first_pending = 0.0
        self.failing = False
        self.leaving = False
        self.is_held = False
        """The network is held, or the disk is nearly full: nothing is called for a while."""
        self.told_orders = 0
        self.unsure = False
        """A statement's result was lost: rows may be claimed under our lease that we do not know of."""
        self._row_bytes = 1024.0
        self._claim_at = 0.0
        self._ran_short = False
        self._from_row = 0
        self._from_start_at = 0.0
        self._due_at: float | None = None
        self._mark = False

    # -- how many at a time

    def begin(self, now: float) -> Flight:
        """The next row is sent."""
        flight = Flight(self.ready.popleft(), now)
        self.flights[flight.row.id] = flight
        self.in_flight += 1
        self.last_sent = now
        return flight

    def end(self, flight: Flight, *, frees: bool) -> bool:
        """The call is over. `frees`: another may begin in its place at once; whether it could not before."""
        self.unrecorded += not flight.answered
        flight.answered = True
        return frees and self._free_slot(flight)

    def _free_slot(self, flight: Flight) -> bool:
        self.in_flight -= flight.holds_slot
        was_held, flight.holds_slot = flight.holds_slot, False
        return was_held

    def forget(self, item_id: int) -> bool:
        """The row is recorded, or was not sent after all; whether that has freed a slot."""
        flight = self.flights.pop(item_id, None)
        if flight is None:
            return False
        self.unrecorded -= flight.answered
        return self._free_slot(flight)

    @property
    def is_open(self) -> bool:
        """Whether rows may be claimed and sent."""
        return not (self.leaving or self.is_held) and self.view.status == QueueStatus.RUNNING

    @property
    def slots(self) -> int:
        if self.keys.suspects:
            return 1 if self.view.apart_may_call else 0
        apart = 1 if self.view.has_apart else 0
        own_part = self.view.concurrency - apart - self._most * self.number
        return max(0, min(own_part, self._most))

    @property
    def is_cautious(self) -> bool:
        """Whether the next call waits until the last one is recorded.

        So what is sent and not recorded, which is called again after a crash, is never more than may be in flight. One
        call at a time would be slower by a round for each row: there the next begins meanwhile, unless the last one may
        have to pause the queue. `BEHIND` bounds what that can cost.
        """
        return self.slots > 1 or self.failing or self.view.is_capped or self.view.probing

    def can_send(self) -> bool:
        if not self.ready or not self.is_open or self.in_flight >= self.slots:
            return False
        if self.view.probing and not self._may_probe():
            return False
        return self.unrecorded <= (self.slots if self.is_cautious else BEHIND)

    def _may_probe(self) -> bool:
        """After a pause by the system one row goes first; calls from before the pause do not count.

        It is the first lane's. Where only suspect rows are left it is that of the lane which calls them: `slots`.
        """
        since = self.view.running_since
        return self.number <= 0 and all(flight.row.running_since != since for flight in self.flights.values())

    def wants(self) -> int:
        """How many calls at a time it could make now."""
        if not self.is_open:
            return self.in_flight
        if self.view.probing:
            return min(self.slots, self.in_flight + self._may_probe())
        return min(self.slots, self.in_flight + self._waiting)

    @property
    def _waiting(self) -> int:
        return len(self.ready) if self._ran_short else self.view.queued

    def asks(self, network_free: int, now: float) -> int:
        """How many calls it could begin soon; `network_free`: as many as the network has slots for."""
        able = min(self.wants() - self.in_flight, network_free)
        if not self.is_open or self.view.probing:
            return max(0, able)
        # A slot that is free again before the next block comes finds a permit.
        return min(max(0, able) + int(self.pace.rate_at(now) * ASK_S), self._waiting)

    # -- claiming

    def _ahead(self, now: float) -> int:
        """Rows beyond those in flight: as many as come back during one round, and one."""
        rows = ceil(self.pace.rate_at(now) * (self.pace.round_s + self._group_s()) * 1.5)
        # Where other lanes work at the queue, one that is not about to be free keeps no row from them.
        least = 0 if self.view.concurrency > settings.LANE_WIDTH else 1
        return max(least, min(rows + least, max(self.slots, BEHIND), int(AHEAD_BYTES / self._row_bytes)))

    def spare(self, now: float) -> list[ClaimedRow]:
        """Rows claimed ahead that others could call at once and this lane could not; they are no longer its."""
        if self.in_flight < self.slots:
            return []
        keep = self._ahead(now)
        rows = list(self.ready)
        self.ready = deque(rows[:keep])
        return rows[keep:]

    def want(self, network_free: int, now: float) -> int:
        """How many rows to claim now; `network_free`: calls that may begin at once, as far as the network goes."""
        if not self.is_open or now < self._claim_at or self.unsure:
            return 0
        if self.view.probing:
            return min(1, self.slots) if self._may_probe() and not self.ready else 0
        if not self.slots:
            return 0
        if self.keys.suspects:
            # Nothing is claimed that a suspect row could take along.
            return 0 if self.ready or self.flights else 1
        return max(0, self._sendable(network_free) + self._ahead(now) - len(self.ready))

    def _sendable(self, network_free: int) -> int:
        return max(0, min(self.slots - self.in_flight, network_free))

    def has_work(self, now: float) -> bool:
        """Whether rows may be claimed now or soon."""
        return not self._ran_short or (self._due_at is not None and self._due_at - now < TRY_AGAIN_S)

    def look_for_more(self) -> None:
        """Rows may have come."""
        self._claim_at = 0.0
        self._ran_short = False

    # -- one round

    def is_due(self, network_free: int, now: float) -> bool:
        """Whether a round is worth its trip now."""
        if self.recording:
            return False
        if self.pending and (self._group_is_full() or now - self.first_pending >= self._group_s()):
            return True
        ready = len(self.ready)
        is_low = ready <= self._ahead(now) // 2 or ready < self._sendable(network_free)
        return self._mark or bool(is_low and self.want(network_free, now))

    def due_in_s(self, now: float) -> float:
        """Seconds until `is_due` may change by itself."""
        if self.pending:
            return max(0.0, self._group_s() - (now - self.first_pending))
        return max(0.0, self._claim_at - now) if self._claim_at else TRY_AGAIN_S

    def _group_s(self) -> float:
        # A slot is free when its result is recorded: waiting costs as much as it makes a call longer.
        return min(GROUP_S, self.pace.call_s * GROUP_SHARE) if self.slots > 1 else 0.0

    def _group_is_full(self) -> bool:
        return len(self.pending) >= GROUP_ROWS or sum(one.size for one in self.pending) >= GROUP_BYTES

    def begin_round(self, network_free: int, now: float, beside: Sequence["Lane"] = ()) -> RoundOrder:
        """What to do in one statement. At least one outcome, however large, and no more than one should hold.

        `beside`: this process's other lanes at the same queue.
        """
        taken = size = 0
        for outcome in self.pending[:GROUP_ROWS]:
            size += outcome.size
            if taken and size > GROUP_BYTES:
                break
            taken += 1
        self.recording, self.pending = self.pending[:taken], self.pending[taken:]
        self.first_pending = now
        if now - self._from_start_at > TRY_AGAIN_S or self.view.concurrency <= self._most:
            self._from_row, self._from_start_at = 0, now
        want = self.want(network_free, now)
        unsent = sum(len(lane.ready) for lane in (self, *beside))
        order = RoundOrder(self.recording, want=want, from_row=self._from_row, unsent=unsent)
        late: list[Flight] = []
        if self.may_pause(order):
            # Where the queue stops with it, all that was sent is to be seen.
            recorded = {one.row.id for one in order.outcomes}
            flights = [flight for lane in (self, *beside) for flight in lane.flights.values()]
            late = [flight for flight in flights if not flight.marked and flight.row.id not in recorded]
        elif self._mark:
            late = self._late(now)
        self._mark = False
        return replace(order, marked=[(flight.row.id, now - flight.begun) for flight in late])

    def may_pause(self, order: RoundOrder) -> bool:
        """Whether the round may have to pause the queue or to pin its version, so that it must be locked first."""
        fails = any(one.breaker for one in order.outcomes)
        # The first answer says which version the others must be by.
        pins = any(one.version is not None and one.pinned is None for one in order.outcomes)
        return fails or pins or self.view.is_capped or self.view.probing

    def end_round(self, order: RoundOrder, result: RoundResult | None, now: float) -> int:
        """The outcomes are stored, and the claimed rows are ours; how many slots have become free.

        None: the queue is gone.
        """
        freed = 0
        for outcome in order.outcomes:
            freed += self.forget(outcome.row.id)
            if outcome.held:
                outcome.held.release()
        self.saw_marked(order)
        self.recording = []
        if result is None:
            return freed
        self.ready.extend(result.claimed)
        for row in result.claimed:
            self._row_bytes = self._row_bytes * 0.9 + len(str(row.payload)) * 0.1
        if order.want:
            self._find_next(order, result, now)
        return freed

    def saw_marked(self, order: RoundOrder) -> None:
        """Those of its calls that were written down as running."""
        for item_id, _ in order.marked:
            if item_id in self.flights:
                self.flights[item_id].marked = True

    def _find_next(self, order: RoundOrder, result: RoundResult, now: float) -> None:
        """Where and when to look for rows after a claim."""
        is_short = order.want > result.found
        if is_short and order.from_row:
            self._from_row = 0
            return
        self._ran_short = is_short
        if is_short:
            self._due_at = None if result.next_due_s is None else now + result.next_due_s
            due_s = result.next_due_s if result.next_due_s is not None else TRY_AGAIN_S
            self._claim_at = now + min(max(due_s, 0.01), TRY_AGAIN_S)
        # Where many lanes are at the queue what they have claimed would be passed over again and again.
        if result.claimed and self.view.concurrency > self._most:
            self._from_row = result.claimed[-1].row_index + 1

    # -- for the engine

    def mark_late(self, now: float) -> None:
        """Has calls written down as running that take longer, or all where the queue has stopped."""
        self._mark = bool(self._late(now))

    def _late(self, now: float) -> list[Flight]:
        after_s = MARK_AFTER_S if self.is_open else 0.0
        late = [one for one in self.flights.values() if not one.marked and not one.answered]
        return [one for one in late if now - one.begun >= after_s]

    def take_ready(self) -> list[ClaimedRow]:
        """Rows that were claimed and not sent; they are no longer the lane's."""
        rows = list(self.ready)
        self.ready.clear()
        return rows

    def known_ids(self) -> list[int]:
        return [*self.flights, *(row.id for row in self.ready)]

    @property
    def is_idle(self) -> bool:
        return not (self.flights or self.pending or self.recording or self.ready)

    def saw(self, outcomes: Iterable[Outcome], now: float) -> None:
        for outcome in outcomes:
            if not self.pending:
                self.first_pending = now
            self.pending.append(outcome)
            self.pace.saw_result(now - outcome.begun if outcome.begun else 0.0, now)
            if not outcome.neutral:
                self.failing = outcome.breaker is not None
