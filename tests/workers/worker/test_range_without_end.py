"""A start with the rows from one on, to the last: at the end the batch pauses, as after any range."""

from tests.integration.web.support import browser
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker


def test_it_pauses_at_the_end_and_goes_on_with_the_others(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("row 3")
    batch = api.ready(api.network(run_server), numbered(4))
    api.run(batch, **{"from": 2})
    run_server.wait(held=1)
    html = browser("ann").get(f"/csv-batch/{batch}/").content.decode()
    assert "Only rows from 2 on are called; then it pauses." in html
    run_server.release()
    state = api.wait(batch, timeout_s=20)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "range")
    assert [row["status"] for row in api.rows(batch)] == ["queued", "queued", "succeeded", "succeeded"]
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch)["status"] == "completed"


def test_from_the_first_row_on_is_all_of_them(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(2))
    api.run(batch, **{"from": 0})
    assert api.wait(batch)["status"] == "completed"
