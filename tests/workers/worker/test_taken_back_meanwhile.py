"""What a process had is taken back while a statement of it is still under way in the server."""

from uuid import uuid4

import pytest
from django.db import transaction

from experiments.worker import leases
from tests.integration.api.test_changes_at_the_same_time import in_thread
from tests.support.locks import somebody_waits
from tests.support.worker import eventually
from tests.workers.worker.support import claim, counters, did, holder, item, keys_of, waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_row_that_was_taken_back_is_not_marked_as_running() -> None:
    batch = waiting(1)
    keys = keys_of(batch, lease_id=uuid4())
    [row] = claim(keys, 1)
    with transaction.atomic():
        leases.reclaim_without_lease()
        thread = in_thread(lambda: did(keys, marked=[(row.id, 1.0)]))
        eventually(somebody_waits, what="the late process")
    thread.join()
    assert (item(batch, 0).status, holder(item(batch, 0))) == ("queued", None)
    assert counters(batch) == {"queued": 1, "calls": 1}


def test_a_row_that_is_marked_as_running_just_then_is_counted_as_running_no_more() -> None:
    batch = waiting(1)
    keys = keys_of(batch, lease_id=uuid4())
    [row] = claim(keys, 1)
    with transaction.atomic():
        did(keys, marked=[(row.id, 1.0)])
        thread = in_thread(leases.reclaim_without_lease)
        eventually(somebody_waits, what="the sweeper")
    thread.join()
    assert (item(batch, 0).status, holder(item(batch, 0))) == ("queued", None)
    assert counters(batch) == {"queued": 1, "calls": 1}
