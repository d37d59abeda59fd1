"""F6: a crash after the answer and before the commit."""

from collections import Counter

from tests.faults.support import StartWorker, assert_whole, busiest, kill, repeated_calls
from tests.support.api import Api, numbered
from tests.support.locks import somebody_waits
from tests.support.run_server import RunServer
from tests.support.worker import eventually, side_connection

OF_A_LANE = "%WITH given AS%"
"""The statement that records what came back to a lane."""


def test_each_such_row_is_called_once_more_under_its_key(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    # The first answers pin the version of the network, by a statement more.
    run_server.hold("^row [4-7]$")
    batch = api.ready(api.network(run_server), numbered(12), concurrency=4)
    api.run(batch)
    run_server.wait(held=4)
    with side_connection() as session:
        # While the queue's row is held nobody can commit a result of it.
        session.execute("SELECT 1 FROM experiments_queue WHERE id = %s FOR UPDATE", [batch])
        run_server.release()
        run_server.wait(done=8)
        eventually(lambda: somebody_waits(OF_A_LANE), what="the lane waits for the queue's row")
        kill(busiest(worker).pid)
        # A server that has the whole statement would carry it out although nobody waits for it any more.
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s",
            [OF_A_LANE],
        )
    assert_whole(api, run_server, batch, rows=12, repeated=4)
    assert repeated_calls(run_server) == [f"row {index}" for index in range(4, 8)]
    assert set(Counter(call["user_message"] for call in run_server.ledger(bodies=False)).values()) == {1, 2}
