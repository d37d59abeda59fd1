"""An answer that the database refuses fails its row, alone, and the rest of its round is done all the same."""

import pytest

from experiments.models import Queue
from experiments.worker.record import Outcome
from experiments.worker.recorded import recorded
from experiments.worker.round import RoundOrder
from tests.workers.worker.support import claim, counters, item, keys_of, succeeded, waiting

# What is refused ends the transaction.
pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = '{"category": "\\u0000"}'


@pytest.mark.parametrize("at", [0, 1, 2])
def test_whichever_of_the_round_it_is(at: int) -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    outcomes: list[Outcome] = [succeeded(row) for row in rows[:3]]
    outcomes[at] = succeeded(rows[at], payload=REFUSED)
    result = recorded(keys, RoundOrder(outcomes, marked=[(rows[3].id, 1.0)], want=2), careful=False)
    assert result is not None
    assert [item(batch, index).status for index in range(5)] == [
        *("failed" if index == at else "succeeded" for index in range(3)),
        "running",
        "queued",
    ]
    assert item(batch, at).error_code == "bad_response"
    assert [row.row_index for row in result.claimed] == [5, 6]
    assert counters(batch) == {"queued": 5, "running": 1, "succeeded": 2, "failed": 1, "calls": 7, "tokens": 30}


def test_twenty_in_a_row_pause() -> None:
    batch = waiting(30)
    keys = keys_of(batch)
    rows = claim(keys, 21)
    for row in rows[:20]:
        assert Queue.objects.get(pk=batch.pk).status == "running"
        recorded(keys, RoundOrder([succeeded(row, payload=REFUSED)]), careful=False)
    queue = Queue.objects.get(pk=batch.pk)
    assert (queue.status, queue.pause_code, queue.pause_count) == ("paused", "bad_response", 20)
    assert "cannot be stored" in queue.pause_detail
