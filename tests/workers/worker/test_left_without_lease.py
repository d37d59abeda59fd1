"""Lanes and shares of a lease that is in no table: a statement of a dead process came through after all."""

from uuid import uuid4

import pytest

from experiments.models import Lane, NetworkShare
from experiments.worker.leases import reclaim_without_lease
from tests.workers.worker.support import lane_at, lease, waiting

pytestmark = pytest.mark.django_db


def test_they_are_free_for_others() -> None:
    batch = waiting(1)
    mine = lane_at(batch, lease_id=lease())
    gone = lane_at(batch, 1, lease_id=uuid4())
    for lane in (mine, gone):
        NetworkShare.objects.create(network_id=lane.network_id, lease_id=lane.lease_id, slots=1)
    reclaim_without_lease()
    assert Lane.objects.get() == mine
    assert NetworkShare.objects.get().lease_id == mine.lease_id
