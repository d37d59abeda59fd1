"""The engine of a worker process: serves every queue that needs somebody, many at a time.

Its thread alone uses the database, but for the lease. A few times a second it looks at its queues, enters the lanes
that nobody has and adjusts its shares of the networks; in between it makes rounds: each records what has come back to
one lane and claims its next rows. Calls are begun by the `Dispatcher`, without waiting for either.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from experiments.core import log_ids
from experiments.core.choices import PauseReason, QueueStatus, Reuse
from experiments.core.errors import WorkbenchError
from experiments.models import Queue
from experiments.run_client import AbortHandle
from experiments.services.queue_end import settle
from experiments.services.queue_pause import queue_pause
from experiments.worker import heartbeat, shutdown
from experiments.worker.calls import RowCaller
from experiments.worker.claim import give_back, give_back_unknown
from experiments.worker.dispatch import Dispatcher, NetworkSlots, all_lanes, drop_lane
from experiments.worker.heartbeat import Activity
from experiments.worker.holds import write_hold
from experiments.worker.lane import Lane
from experiments.worker.leases import ProcessLease, forget
from experiments.worker.lookout import (
    EnteredLane,
    Limits,
    QueueView,
    enter_apart,
    enter_lanes,
    leave_lanes,
    tell_seen,
    view_networks,
    view_queues,
)
from experiments.worker.recorded import recorded
from experiments.worker.reuse import only_to_call
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult
from experiments.worker.shares import adjust
from experiments.worker.totals import totals
from experiments.worker.until_answered import until_answered

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_S = 0.25
TIGHT_LOOK_S = 0.1
"""While queues take turns at a network: so long a slot may lie idle that goes from one process to another."""
LINGER_S = 0.3
"""An engine without a lane looks for so long before it goes to sleep."""


class GaveUp(Exception):
    """The database did not come back while the worker was to stop."""


class Engine:
    """One session of work: from the first lane to the last. `apart`: it calls suspect rows, one at a time."""

    def __init__(self, *, apart: bool = False) -> None:
        self._apart = apart
        self._lease = ProcessLease()
        self._calls = Dispatcher(lambda: self._lease.is_valid)
        self._networks: dict[int, NetworkSlots] = {}
        self._limits: dict[int, Limits] = {}
        self._look_at = self._idle_since = time.monotonic()
        self._stop_seen: float | None = None
        self._aborted = False
        self._takes_all = False
        self._disk_is_short = False

    def run(self) -> None:
        """Returns when nothing is to be done, or when the worker stops and what was in flight has ended."""
        try:
            self._persist(self._lease.take)
            while not self._is_over():
                heartbeat.beat()
                self._notice_stop()
                if time.monotonic() >= self._look_at:
                    self._look()
                self._write_holds()
                self._ask_for_permits()
                self._make_rounds()
                self._calls.results.wait(self._wait_s())
                self._calls.results.clear()
        except GaveUp:
            logger.warning("the worker stops without the database; rows in flight go to others when their lease ends")
        finally:
            self._end()

    def _is_over(self) -> bool:
        lanes = all_lanes(self._networks.values())
        if self._lease.lost and not self._calls.calls:
            return True
        if lanes or self._calls.calls:
            self._idle_since = time.monotonic()
            return False
        return self._stop_seen is not None or time.monotonic() - self._idle_since > LINGER_S

    def _end(self) -> None:
        self._calls.stopped = True
        for lane in all_lanes(self._networks.values()):
            # Calls are in flight here only if the engine gave up: then nobody waits for them.
            lane.abort.abort()
        self._calls.end()
        self._lease.release()
        self._write_totals()
        if not all_lanes(self._networks.values()):
            try:
                self._persist(lambda: forget(self._lease.id))
            except GaveUp:
                logger.warning("the lease is left to end by itself")
        connection.close()

    def _write_totals(self) -> None:
        try:
            self._persist(totals.write)
        except GaveUp:
            logger.warning("the last totals of calls are lost")

    def _wait_s(self) -> float:
        now = time.monotonic()
        with self._calls.lock:
            due = [lane.due_in_s(now) for lane in self._calls.busy]
            permits = [network.due_in_s(now) for network in self._networks.values()]
        return max(0.001, min([self._look_at - now, *due, *(one for one in permits if one is not None)]))

    # -- the end

    def _notice_stop(self) -> None:
        now = time.monotonic()
        if self._stop_seen is None and (shutdown.stopping() or self._lease.lost):
            self._stop_seen = now
            self._look_at = now
            with self._calls.lock:
                self._calls.stopped = True
                for lane in all_lanes(self._networks.values()):
                    lane.leaving = True
        if self._stop_seen is None or self._aborted:
            return
        if self._lease.lost or now - self._stop_seen > settings.WORKER_GRACE_S:
            # Calls that still hang are aborted: their rows go to the next worker.
            self._aborted = True
            for lane in all_lanes(self._networks.values()):
                lane.abort.abort()

    # -- looking around

    def _look(self) -> None:
        tight = any(network.tight for network in self._networks.values())
        self._look_at = time.monotonic() + (TIGHT_LOOK_S if tight else LOOK_S)
        close_old_connections()
        self._disk_is_short = settings.DISK_SPACE.is_too_short_for_calls
        self._view()
        self._make_rounds()
        self._tell()
        self._leave()
        if self._stop_seen is None and not self._disk_is_short:
            self._enter()
        for network in list(self._networks.values()):
            self._adjust(network)
        if totals.are_due:
            self._persist(totals.write)
        heartbeat.set_activity(Activity.LANE if self._networks else Activity.IDLE)

    def _view(self) -> None:
        lanes = all_lanes(self._networks.values())
        views = self._persist(lambda: view_queues({lane.keys.queue_id for lane in lanes}))
        self._limits = self._persist(lambda: view_networks(self._networks))
        now = time.monotonic()
        with self._calls.lock:
            for network in self._networks.values():
                network.follow(self._limits.get(network.id, network.limits))
        for lane in lanes:
            with log_ids.within(queue=lane.keys.queue_id, lane=lane.number):
                self._follow(lane, views.get(lane.keys.queue_id))
        with self._calls.lock:
            for lane in lanes:
                lane.mark_late(now)
                self._calls.busy.add(lane)

    def _tell(self) -> None:
        """Lanes follow the orders that people gave, and what is in flight is written down as running."""
        news = [lane for lane in all_lanes(self._networks.values()) if lane.told_orders < lane.view.orders]
        if news:
            seen = [(lane.keys.queue_id, lane.number, lane.view.orders) for lane in news]
            self._persist(lambda: tell_seen(self._lease.id, seen))
            for lane in news:
                lane.told_orders = lane.view.orders

    def _follow(self, lane: Lane, view: QueueView | None) -> None:
        """What a change of the queue means for the rows that the lane has."""
        before = lane.view
        if view is None or (view.abort_calls and view.status == QueueStatus.CANCELLED):
            lane.abort.abort()
        with self._calls.lock:
            lane.leaving = lane.leaving or view is None
            lane.view = view or before
            lane.caller.pinned = lane.view.pinned or lane.caller.pinned
            limits = self._limits.get(lane.keys.network_id)
            is_changed = limits is not None and limits.changed_at not in (None, lane.caller.changed_at)
            lane.is_held = self._disk_is_short or (limits is not None and limits.calls == 0)
            resumed = lane.view.running_since not in (None, before.running_since)
            if lane.view.queued != before.queued or resumed:
                lane.look_for_more()
            stays = lane.is_open and not resumed and self._stop_seen is None and lane.slots
            gone = lane.spare(time.monotonic()) if stays else lane.take_ready()
        if gone or lane.unsure:
            self._give_back(lane, [row.id for row in gone])
        if resumed:
            lane.abort = AbortHandle()
        if resumed or is_changed:
            self._read_again(lane)

    def _read_again(self, lane: Lane) -> None:
        """The settings of its queue, or its network's address, token and limits, may have changed."""
        caller = self._persist(lambda: self._caller(lane.keys))
        with self._calls.lock:
            lane.leaving = lane.leaving or caller is None
            lane.caller = caller or lane.caller
            if lane.keys.network_id in self._networks:
                self._networks[lane.keys.network_id].own = lane.caller.is_own

    def _give_back(self, lane: Lane, item_ids: list[int]) -> None:
        keys = lane.keys
        if lane.unsure:
            with self._calls.lock:
                lanes = all_lanes(self._networks.values())
                known = [item for one in lanes if one.keys.queue_id == keys.queue_id for item in one.known_ids()]
            self._persist(lambda: give_back_unknown(keys.queue_id, keys.lease_id, known))
            lane.unsure = False
        elif item_ids:
            self._persist(lambda: give_back(keys.queue_id, keys.lease_id, item_ids))

    def _leave(self) -> None:
        """Lanes that have nothing in flight, of queues that have nothing more for them."""
        for network in list(self._networks.values()):
            with self._calls.lock:
                left = [lane for lane in network.lanes if lane.is_idle and not self._is_needed(lane)]
            if left:
                places = [(lane.keys.queue_id, lane.number) for lane in left]
                self._persist(lambda places=places: leave_lanes(self._lease.id, places))  # type: ignore[misc]
                with self._calls.lock:
                    for lane in left:
                        drop_lane(network, lane)
                        self._calls.busy.discard(lane)

    def _is_needed(self, lane: Lane) -> bool:
        if self._stop_seen is not None or not lane.view.queued:
            return False
        if self._disk_is_short:
            # It waits here: leaving and entering again would write, too.
            return not lane.leaving and lane.view.status == QueueStatus.RUNNING
        if not lane.is_open:
            limits = self._limits.get(lane.keys.network_id)
            return lane.is_held and limits is not None and limits.briefly
        return lane.unsure or lane.has_work(time.monotonic())

    def _enter(self) -> None:
        lanes = all_lanes(self._networks.values())
        room = settings.WORKER_WIDTH - sum(network.reach for network in self._networks.values())
        if self._apart:
            entered = [] if lanes else self._persist(lambda: enter_apart(self._lease.id))
        elif room <= 0:
            return
        else:
            entered = self._persist(lambda: enter_lanes(self._lease.id, room=room, all_of_them=self._takes_all))
            # What is still there at the next look has waited for a process that does not come.
            self._takes_all = not self._takes_all
        if entered:
            views = self._persist(lambda: view_queues({one.queue_id for one in entered}))
            # Before the first call: whether what its answer says is left is near its end depends on these.
            new = {one.network_id for one in entered} - self._networks.keys()
            self._limits.update(self._persist(lambda: view_networks(new)))
            for one in entered:
                with log_ids.within(queue=one.queue_id, lane=one.number):
                    self._open(one, views.get(one.queue_id))

    def _open(self, entered: EnteredLane, view: QueueView | None) -> None:
        queue = self._persist(
            lambda: Queue.objects.select_related("network").filter(pk=entered.queue_id, deleted_at=None).first()
        )
        keys = LaneKeys(
            entered.queue_id,
            entered.network_id,
            queue.created_by_id if queue else 0,
            self._lease.id,
            suspects=self._apart,
            reuse=Reuse(queue.reuse) if queue else Reuse.NONE,
            kind=queue.kind if queue else "",
        )
        caller = self._persist(lambda: self._caller(keys)) if queue and view else None
        if queue is None or view is None or caller is None:
            self._persist(lambda: leave_lanes(self._lease.id, [(entered.queue_id, entered.number)]))
            return
        with self._calls.lock:
            network = self._networks.setdefault(entered.network_id, NetworkSlots(entered.network_id, caller.is_own))
            lane = Lane(keys, entered.number, caller, view)
            network.lanes.append(lane)
            self._calls.busy.add(lane)

    def _caller(self, keys: LaneKeys) -> RowCaller | None:
        queue = Queue.objects.select_related("network").filter(pk=keys.queue_id).first()
        if queue is None:
            return None
        try:
            return RowCaller(queue)
        except (WorkbenchError, LookupError, ValueError) as error:
            logger.exception("queue %s cannot be called", keys.queue_id)
            queue_pause(keys.queue_id, reason=PauseReason.CONFIGURATION, detail=str(error))
            return None

    def _write_holds(self) -> None:
        """Of networks that have refused calls. The look that follows sees them, here as elsewhere."""
        for network in list(self._networks.values()):
            with self._calls.lock:
                refused = network.refused_so_far()
            if refused is not None:
                self._persist(lambda network=network, refused=refused: write_hold(network.id, refused, own=network.own))  # type: ignore[misc]
                self._look_at = 0.0

    def _ask_for_permits(self) -> None:
        """At networks that are limited a minute, as soon as there may be some."""
        now = time.monotonic()
        with self._calls.lock:
            due = [network for network in self._networks.values() if network.due_in_s(now) == 0]
        for network in due:
            self._adjust(network)

    def _adjust(self, network: NetworkSlots) -> None:
        """Its share of the network, where something has changed, and the calls that it may begin."""
        now = time.monotonic()
        with self._calls.lock:
            wanted = network.wanted()
            total = sum(wanted.values())
            limits = self._limits.get(network.id, network.limits)
            is_settled = wanted == network.told and total == network.share == network.slots
            # Who has all that it wants does not see by itself that another has come who gets nothing.
            is_contested = network.tight or limits.crowded
            if is_settled and limits == network.limits and not is_contested and network.due_in_s(now) != 0:
                return
            asks, report = network.asks(now), network.hand_in(now)

        def shrink(network_id: int, slots: int) -> int:
            one = self._networks.get(network_id)
            if one is None:
                return 0
            with self._calls.lock:
                one.slots = min(one.slots, slots)
                return one.in_flight

        sent = {(lane.keys.queue_id, lane.number): lane.last_sent for lane in network.lanes}
        wants = [(*key, count, asks[key], now - sent[key] if sent[key] else None) for key, count in wanted.items()]
        granted = self._persist(
            lambda: adjust(self._lease.id, network.id, own=network.own, wants=wants, shrink=shrink, report=report)
        )
        with self._calls.lock:
            network.told, network.asked = wanted, sum(asks.values())
            network.limits = limits
            network.tight = granted.tight
            network.take(granted.block, now)
            # They may need rows now.
            self._calls.busy.update(network.lanes)
            for network_id, slots in granted.slots.items():
                if network_id in self._networks:
                    self._networks[network_id].share = slots
                    self._networks[network_id].slots = granted.allowed[network_id]
            if not network.lanes and not network.share:
                del self._networks[network.id]
        self._calls.send(network)

    # -- rounds

    def _make_rounds(self) -> None:
        now = time.monotonic()
        with self._calls.lock:
            lanes = sorted(self._calls.busy, key=lambda lane: lane.first_pending)
        for lane in lanes:
            network = self._networks.get(lane.keys.network_id)
            if network is None:
                continue
            with self._calls.lock:
                if not lane.is_due(network.free, now):
                    if not lane.pending and not lane.want(network.free, now):
                        self._calls.busy.discard(lane)
                    continue
                of_queue = [one for one in network.lanes if one.keys.queue_id == lane.keys.queue_id]
                beside = [one for one in of_queue if one is not lane]
                order = lane.begin_round(network.free, now, beside)
            with log_ids.within(queue=lane.keys.queue_id, lane=lane.number):
                self._make_round(network, lane, order, beside)

    def _make_round(self, network: NetworkSlots, lane: Lane, order: RoundOrder, beside: Sequence[Lane]) -> None:
        begun = time.monotonic()
        result = self._persist(lambda: recorded(lane.keys, order, careful=lane.may_pause(order)), lane=lane)
        if result is not None:
            # Before rows are compared with others: what is pinned decides whose answers they may have.
            lane.caller.pinned = result.pinned or lane.caller.pinned
        if lane.keys.reuse != Reuse.NONE and result is not None and result.claimed:
            round_ = result
            result = self._persist(lambda: only_to_call(lane.keys, lane.caller, round_), lane=lane)
        now = time.monotonic()
        with self._calls.lock:
            lane.pace.saw_round(now - begun)
            network.in_flight -= lane.end_round(order, result, now)
            for one in beside:
                one.saw_marked(order)
            seems_done = result is not None and not result.running and lane.is_idle
            if result is None:
                lane.leaving = True
            else:
                self._apply(lane, result)
                if result.freed:
                    lane.look_for_more()
        if seems_done:
            self._persist(lambda: settle(lane.keys.queue_id))
        self._calls.send(network, lane)

    def _apply(self, lane: Lane, result: RoundResult) -> None:
        changed = result.status != lane.view.status or result.running_since != lane.view.running_since
        lane.view = lane.view.after(result)
        if changed:
            # The next look gives rows back, or reads the settings again.
            self._look_at = 0.0

    # -- the database

    def _persist(self, work: Callable[[], T], *, lane: Lane | None = None) -> T:
        """Calls `work` until the database answers; `GaveUp` where the worker's grace is over before that."""

        def away() -> None:
            if lane is not None:
                lane.unsure = True
            heartbeat.beat()
            self._notice_stop()
            if self._stop_seen is not None and time.monotonic() - self._stop_seen > settings.WORKER_GRACE_S:
                raise GaveUp

        return until_answered(work, away=away)
