"""How many calls of a network this process may have in flight.

The shares of all processes together keep to the network's limit, at each moment: a share grows only by what nobody
holds, and what it gives up it has given up before it is written down. Each process adjusts its own, under a lock of the
network, and only while something has changed or there is too little for everybody. Between that, calls need no lock:
a slot that becomes free goes to the next row at once.

Queues share a network evenly: each gets as many calls at a time as every other, no more than it wants, and what one
does not want is the others' (max-min fairness). Where there are fewer slots than queues, each goes to whoever has
waited the longest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from experiments.worker.budget import Block, Report, take_block

OWN_RUNTIME_RESERVE = 8
"""Web threads that our own `/run` leaves to the pages."""
LOCKS = 0x6E65_7473
"""First key of the advisory locks under which shares change; the second is the network, or 0 for our own runtime."""


@dataclass(frozen=True, slots=True)
class LaneWants:
    """A lane at a network: whose it is, how many calls at a time it could make, and how many it could begin soon."""

    queue_id: UUID
    lease_id: UUID
    number: int
    wants: int
    asks: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """Networks that are limited together: a single one, or all that our own `/run` answers.

    `limits`: by network, `total`: of all together.
    """

    limits: Mapping[int, int]
    total: int

    @classmethod
    def of(cls, network_id: int, rows: Iterable[tuple[int, int]], *, own: bool) -> "Site":
        limits = dict(rows)
        return cls(limits, own_runtime_limit() if own else limits.get(network_id, 0))


def own_runtime_limit() -> int:
    return int(settings.WEB_THREADS) - OWN_RUNTIME_RESERVE


def max_min(limit: int, wants: Sequence[int]) -> list[int]:
    """What each gets of `limit`: an even share and no more than it wants. What is left over goes to the first ones."""
    given = [0] * len(wants)
    left = limit
    while left > 0:
        hungry = [at for at, want in enumerate(wants) if want > given[at]]
        if not hungry:
            break
        even = max(1, left // len(hungry))
        for at in hungry[:left]:
            more = min(even, wants[at] - given[at], left)
            given[at] += more
            left -= more
    return given


def fair_slots(site: Site, lanes_of: Mapping[int, Sequence[LaneWants]], lease_id: UUID) -> dict[int, int]:
    """How many slots of each network the process with this lease should have.

    The lanes of a network come in the order in which their queues have waited, the longest first.
    """
    networks = list(lanes_of)
    wanted = [min(site.limits.get(one, 0), sum(lane.wants for lane in lanes_of[one])) for one in networks]
    return {
        one: _of_lease(given, lanes_of[one], lease_id)
        for one, given in zip(networks, max_min(site.total, wanted), strict=True)
    }


def _of_lease(limit: int, lanes: Sequence[LaneWants], lease_id: UUID) -> int:
    by_queue: dict[UUID, list[LaneWants]] = defaultdict(list)
    for lane in lanes:
        by_queue[lane.queue_id].append(lane)
    queues = list(by_queue.values())
    given = max_min(limit, [sum(lane.wants for lane in lanes) for lanes in queues])
    mine = 0
    for slots, lanes in zip(given, queues, strict=True):
        in_order = sorted(lanes, key=lambda lane: lane.number)
        for lane, part in zip(in_order, max_min(slots, [lane.wants for lane in in_order]), strict=True):
            mine += part if lane.lease_id == lease_id else 0
    return mine


_NETWORKS = """
SELECT n.id, CASE WHEN n.held_until > clock_timestamp() THEN 0 ELSE n.max_concurrency END,
       num_nonnulls(n.requests_per_minute, n.tokens_per_minute, b.pace_top, b.windows) > 0 OR coalesce(b.probing, FALSE)
FROM experiments_network n LEFT JOIN experiments_networkbudget b ON b.network_id = n.id WHERE {which}
"""
_LANES = """
SELECT network_id, queue_id, lease_id, number, wants, asks FROM experiments_lane
WHERE network_id = ANY(%s) AND wants > 0
ORDER BY max(served_at) OVER (PARTITION BY queue_id) NULLS FIRST, queue_id
"""
_TELL = """
UPDATE experiments_lane l
SET wants = g.wants, asks = g.asks, served_at = coalesce(clock_timestamp() - g.ago_s * interval '1 second', l.served_at)
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::int[], %s::float8[]) AS g(queue_id, number, wants, asks, ago_s)
WHERE l.queue_id = g.queue_id AND l.number = g.number AND l.lease_id = %s
"""
_SHARES = "SELECT network_id, lease_id, slots FROM experiments_networkshare WHERE network_id = ANY(%s)"
_WRITE = """
INSERT INTO experiments_networkshare (network_id, lease_id, slots) VALUES (%s, %s, %s)
ON CONFLICT (network_id, lease_id) DO UPDATE SET slots = excluded.slots
"""


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of it, by network.

    `slots`: what the process holds. `allowed`: up to how many calls in flight it may begin others; less than it holds
    while it gives up some, which it has when calls have ended. `tight`: somebody wants more than there is, so ask again
    soon. `block`: calls that may begin at the network that was asked for; None: no limit a minute.
    """

    slots: Mapping[int, int]
    allowed: Mapping[int, int]
    tight: bool
    block: Block | None = None


def lock_network(cursor: Any, network_id: int, *, own: bool) -> None:
    """Until the transaction ends nobody else changes what processes may do at the network."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, 0 if own else network_id])


def adjust(
    lease_id: UUID,
    network_id: int,
    *,
    own: bool,
    wants: Sequence[tuple[UUID, int, int, int, float | None]],
    shrink: Any,
    report: Report | None = None,
) -> Granted:
    """Tells the others what this process's lanes want, and takes its fair share.

    `wants`: queue, number, calls at a time that the lane could make, calls that it could begin soon, seconds since it
    sent a row (None: it never has).

    `own`: our own runtime answers for the network, and all such networks are adjusted together.
    `shrink(network, slots)` stops the process from beginning calls beyond `slots`, and gives how many it still holds.
    `report`: what became of the block that it took last at the network.
    """
    which = "n.run_url = ''" if own else "n.id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        lock_network(cursor, network_id, own=own)
        columns = [list(column) for column in zip(*wants, strict=True)] or [[], [], [], [], []]
        cursor.execute(_TELL, [*columns, lease_id])
        cursor.execute(_NETWORKS.format(which=which), [] if own else [network_id])
        networks = cursor.fetchall()
        site = Site.of(network_id, [row[:2] for row in networks], own=own)
        cursor.execute(_LANES, [list(site.limits)])
        lanes_of: dict[int, list[LaneWants]] = defaultdict(list)
        for network, *lane in cursor.fetchall():
            lanes_of[network].append(LaneWants(*lane))
        cursor.execute(_SHARES, [list(site.limits)])
        shares = {(network, lease): slots for network, lease, slots in cursor.fetchall()}
        fair = fair_slots(site, lanes_of, lease_id)
        granted = _granted(site, fair, shares, lease_id, shrink)
        for network, slots in granted.items():
            if slots != shares.get((network, lease_id), 0):
                cursor.execute(_WRITE, [network, lease_id, slots])
        block = None
        is_told = report is not None and report.allowance is not None
        if is_told or (network_id, True) in [(row[0], row[2]) for row in networks]:
            asking = [replace(lane, wants=lane.asks) for lane in lanes_of[network_id]]
            block = take_block(
                cursor, network_id, lease_id, report or Report(), lambda calls: _of_lease(calls, asking, lease_id)
            )
    wanted_in_all = {network: sum(lane.wants for lane in lanes) for network, lanes in lanes_of.items()}
    is_tight = any(wanted > site.limits.get(network, 0) for network, wanted in wanted_in_all.items())
    allowed = {network: min(slots, fair.get(network, 0)) for network, slots in granted.items()}
    return Granted(granted, allowed, is_tight or sum(wanted_in_all.values()) > site.total, block)


def _granted(
    site: Site,
    fair: Mapping[int, int],
    shares: Mapping[tuple[int, UUID], int],
    lease_id: UUID,
    shrink: Any,
) -> dict[int, int]:
    mine = {network: slots for (network, lease), slots in shares.items() if lease == lease_id}
    held: dict[int, int] = defaultdict(int)
    for (network, _), slots in shares.items():
        held[network] += slots
    # Also what stays as it is: a try of this that was rolled back has stopped calls already.
    granted = dict(mine)
    # First what is given up: this process may take it for another network at once.
    for network, slots in mine.items():
        if fair.get(network, 0) < slots:
            granted[network] = max(fair.get(network, 0), shrink(network, fair.get(network, 0)))
            held[network] -= slots - granted[network]
    for network, slots in fair.items():
        has = granted.get(network, 0)
        if slots > has:
            unused = min(site.limits[network] - held[network], site.total - sum(held.values()))
            granted[network] = has + max(0, min(slots - has, unused))
            held[network] += granted[network] - has
    return granted
