"""How the slots of a network are shared: between queues, between their lanes, between networks of one site."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.worker.shares import LaneWants, Site, fair_slots, max_min, own_runtime_limit

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
NET, OTHER = 7, 8
WANTS = st.lists(st.integers(0, 40), max_size=12)


def lane(queue: UUID, wants: int, *, number: int = 0, lease: UUID = HERE) -> LaneWants:
    return LaneWants(queue, lease, number, wants)


def slots_of(limit: int, lanes: Sequence[LaneWants]) -> tuple[int, int]:
    """What the two processes get of a network that is limited by itself."""
    site = Site({NET: limit}, limit)
    here, elsewhere = (fair_slots(site, {NET: lanes}, lease)[NET] for lease in (HERE, ELSEWHERE))
    return here, elsewhere


@pytest.mark.parametrize(
    ("limit", "wants", "given"),
    [
        (16, [], []),
        (16, [100], [16]),
        (16, [100, 100], [8, 8]),
        (16, [100, 100, 100, 100], [4, 4, 4, 4]),
        # What one does not want is the others'.
        (16, [1, 100], [1, 15]),
        (16, [2, 3, 100], [2, 3, 11]),
        (16, [0, 100], [0, 16]),
        (16, [3, 4], [3, 4]),
        # What cannot be divided is the first ones'.
        (16, [100, 100, 100], [6, 5, 5]),
        # Fewer slots than queues: one each.
        (2, [5, 5, 5], [1, 1, 0]),
        (1, [1, 1], [1, 0]),
        (0, [5, 5], [0, 0]),
    ],
)
def test_each_has_an_even_share_and_what_others_do_not_want(limit: int, wants: list[int], given: list[int]) -> None:
    assert max_min(limit, wants) == given


@given(st.integers(0, 200), WANTS)
def test_nothing_is_given_twice_and_nothing_is_left_while_somebody_is_hungry(limit: int, wants: list[int]) -> None:
    given = max_min(limit, wants)
    assert all(0 <= got <= want for got, want in zip(given, wants, strict=True))
    assert sum(given) == min(limit, sum(wants))


@given(st.integers(0, 200), WANTS)
def test_nobody_has_more_than_one_who_is_hungry_but_for_what_cannot_be_divided(limit: int, wants: list[int]) -> None:
    given = max_min(limit, wants)
    hungry = [got for got, want in zip(given, wants, strict=True) if got < want]
    assert not hungry or max(given) <= min(hungry) + 1


def test_queues_share_evenly_however_many_lanes_each_has() -> None:
    wide, narrow = uuid4(), uuid4()
    lanes = [lane(wide, 64), lane(wide, 64, number=1), lane(wide, 64, number=2), lane(narrow, 64, lease=ELSEWHERE)]
    assert slots_of(100, lanes) == (50, 50)


def test_lanes_of_one_queue_in_two_processes_share_what_the_queue_gets() -> None:
    queue = uuid4()
    lanes = [lane(queue, 64, lease=ELSEWHERE), lane(queue, 36, number=1)]
    assert slots_of(100, lanes) == (36, 64)
    assert slots_of(20, lanes) == (10, 10)


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_fewer_slots_than_queues_go_to_those_that_have_waited_longest(slots: int) -> None:
    waited = [lane(uuid4(), 16, lease=one) for one in (ELSEWHERE, HERE, HERE, ELSEWHERE)]
    assert slots_of(slots, waited) == (max(slots - 1, 0), 1)
    assert slots_of(slots, waited[::-1]) == (min(slots - 1, 2), 1)


def test_a_process_without_lanes_at_a_network_gets_none() -> None:
    assert slots_of(16, [lane(uuid4(), 100)]) == (16, 0)


def test_networks_of_our_own_runtime_share_its_total_evenly() -> None:
    site = Site({NET: 16, OTHER: 16}, 20)
    both = {NET: [lane(uuid4(), 100)], OTHER: [lane(uuid4(), 100)]}
    assert fair_slots(site, both, HERE) == {NET: 10, OTHER: 10}
    # What one does not want is the other's, up to the other's own limit.
    assert fair_slots(site, {**both, NET: [lane(uuid4(), 6)]}, HERE) == {NET: 6, OTHER: 14}
    assert fair_slots(site, {**both, NET: [lane(uuid4(), 1)]}, HERE) == {NET: 1, OTHER: 16}


def test_the_limit_of_a_network_of_our_own_holds_though_the_total_is_higher() -> None:
    site = Site({NET: 3, OTHER: 16}, 24)
    both = {NET: [lane(uuid4(), 100)], OTHER: [lane(uuid4(), 100)]}
    assert fair_slots(site, both, HERE) == {NET: 3, OTHER: 16}


def test_a_network_of_our_own_is_limited_together_with_the_others_and_a_remote_by_itself() -> None:
    rows = [(NET, 500), (OTHER, 2)]
    assert Site.of(NET, rows, own=True) == Site({NET: 500, OTHER: 2}, own_runtime_limit())
    assert Site.of(NET, rows[:1], own=False) == Site({NET: 500}, 500)
    assert Site.of(NET, [], own=False) == Site({}, 0), "it was deleted"


@given(
    st.integers(0, 60),
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(
        st.tuples(st.sampled_from([NET, OTHER]), st.integers(0, 3), st.integers(0, 64), st.booleans()), max_size=12
    ),
)
def test_the_processes_together_keep_to_every_limit_and_leave_nothing(
    total: int, limit: int, other_limit: int, wanted: list[tuple[int, int, int, bool]]
) -> None:
    site = Site({NET: limit, OTHER: other_limit}, total)
    lanes_of: dict[int, list[LaneWants]] = {}
    for number, (network, queue, wants, is_here) in enumerate(wanted):
        one = lane(UUID(int=100 * network + queue), wants, number=number, lease=HERE if is_here else ELSEWHERE)
        lanes_of.setdefault(network, []).append(one)
    given = [fair_slots(site, lanes_of, lease) for lease in (HERE, ELSEWHERE)]
    used = {network: sum(slots[network] for slots in given) for network in lanes_of}
    could = {network: min(site.limits[network], sum(lane.wants for lane in lanes_of[network])) for network in lanes_of}
    assert all(used[network] <= could[network] for network in lanes_of)
    assert sum(used.values()) == min(total, sum(could.values()))
    for slots, lease in zip(given, (HERE, ELSEWHERE), strict=True):
        for network, lanes in lanes_of.items():
            assert slots[network] <= sum(lane.wants for lane in lanes if lane.lease_id == lease)
