"""F19: `/run` hangs, or drips one byte a second."""

from typing import Any

from tests.faults.support import StartWorker, assert_whole, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

TIMEOUT_S = 6
SLOW: dict[str, Any] = {
    "silence": "hang",
    "silence in the body": "hang_in_body",
    "drip of the header": {"do": "drip_header", "interval_ms": 1000},
    "drip of the body": {"do": "drip_body", "interval_ms": 1000},
}


def test_the_total_deadline_ends_it_and_the_lane_goes_on(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """All four at a time: each takes one call's slot, the fifth slot serves the other rows meanwhile."""
    start_worker()
    rules = [{"match": f"^row {row}$", "attempts": [slow]} for row, slow in enumerate(SLOW.values())]
    run_server.script(rules=rules)
    network = api.network(run_server, timeout_s=TIMEOUT_S)
    batch = api.ready(network, numbered(40), concurrency=len(SLOW) + 1)
    api.run(batch)
    assert_whole(api, run_server, batch, rows=40, repeated=len(SLOW))
    calls = run_server.ledger(bodies=False)
    slow = [call for call in calls if call["behaviour"] != "ok"]
    assert len(slow) == len(SLOW)
    lasted = {call["behaviour"]: call["ended"] - call["started"] for call in slow}
    seen(f"a deadline of {TIMEOUT_S} s ended calls after {', '.join(f'{s:.2f} s ({do})' for do, s in lasted.items())}")
    # The server's clock starts a little after the client's.
    assert all(TIMEOUT_S * 0.9 <= seconds <= TIMEOUT_S * 1.1 for seconds in lasted.values()), lasted
    first_end = min(call["ended"] for call in slow)
    assert sum(call["behaviour"] == "ok" and call["ended"] < first_end for call in calls) == 40 - len(SLOW)
    log = [api.get(f"/csv_batches/{batch}/rows/{row}")["attempt_log"] for row in range(len(SLOW))]
    assert [[line["outcome"] for line in lines] for lines in log] == [["timeout", "succeeded"]] * len(SLOW)
