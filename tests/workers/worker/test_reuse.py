"""Identical rows are called once where the batch says so, and never where it does not."""

from typing import Any

import pytest

from experiments.core.choices import Reuse
from experiments.models import Attempt, QueueItem
from tests.integration.web.support import browser
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

PRICES = {"price_input": 2.5, "price_output": 10}


def alike(rows: int, kinds: int) -> list[list[str]]:
    """`rows` rows that ask for `kinds` things; their first column differs, and is not sent."""
    return [[str(index), f"row {index % kinds}"] for index in range(rows)]


def ran(api: Api, network: str, rows: list[list[str]], reuse: str = Reuse.BATCH, **values: Any) -> str:
    batch = api.ready(network, rows, reuse=reuse, **values)
    api.run(batch)
    return batch


@pytest.mark.parametrize("concurrency", [1, 8])
def test_each_is_called_once(api: Api, run_server: RunServer, worker: Worker, concurrency: int) -> None:
    run_server.always({"do": "ok", "latency_ms": 50})
    batch = ran(api, api.network(run_server, **PRICES), alike(40, 5), concurrency=concurrency)
    state = api.wait(batch)
    assert state["status"] == "completed", state
    assert run_server.stats()["calls"] == 5
    progress = state["progress"]
    assert (progress["succeeded"], progress["reused"], progress["calls"]) == (40, 35, 5)
    assert progress["cost"] == 0.000375
    rows = api.rows(batch)
    for row in rows:
        twin = rows[row["row_index"] % 5]
        assert row["result_payload"] == twin["result_payload"] is not None
        assert row["run_trace_id"] == twin["run_trace_id"]
        if row is twin:
            assert (row["reused_from"], row["attempts"]) == (None, 1)
        else:
            assert row["reused_from"] == {"queue": batch, "row_index": twin["row_index"]}
            assert (row["attempts"], row["cost"], row["corrected_payload"]) == (0, 0, None)
    assert Attempt.objects.count() == 5


def test_without_the_setting_every_row_is_called(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = ran(api, api.network(run_server), alike(10, 2), Reuse.NONE, concurrency=4)
    assert api.wait(batch)["progress"]["reused"] == 0
    assert run_server.stats()["calls"] == 10


def test_the_second_waits_for_the_first(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("^row 0$")
    batch = ran(api, api.network(run_server), alike(8, 2), concurrency=8)
    run_server.wait(held=1)
    # Nothing of the other kind waits for it.
    eventually(lambda: api.batch(batch)["progress"]["succeeded"] == 4, what="the rows of the other kind")
    assert run_server.stats()["calls"] == 2
    run_server.release()
    assert api.wait(batch)["progress"]["reused"] == 6
    assert run_server.stats()["calls"] == 2
    assert not QueueItem.objects.filter(waits_for__isnull=False).exists()


def test_when_the_first_fails_the_next_is_called_itself(api: Api, run_server: RunServer, worker: Worker) -> None:
    broken = {"do": "status", "status": 422, "json": {"detail": "no"}}
    run_server.script(rules=[{"match": "^row 0$", "attempts": [broken, broken, "ok"]}])
    batch = ran(api, api.network(run_server), alike(5, 1), concurrency=5)
    progress = api.wait(batch)["progress"]
    assert (progress["failed"], progress["succeeded"], progress["reused"], progress["calls"]) == (2, 3, 2, 3)
    assert [row["status"] for row in api.rows(batch)] == ["failed"] * 2 + ["succeeded"] * 3


def test_what_is_tried_again_keeps_the_others_waiting(api: Api, run_server: RunServer, worker: Worker) -> None:
    busy = {"do": "status", "status": 503}
    run_server.script(rules=[{"match": "^row 0$", "attempts": [busy, "ok"]}])
    batch = ran(api, api.network(run_server), alike(6, 1), concurrency=6)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["reused"], progress["calls"]) == (6, 5, 2)


def test_a_person_who_asks_again_gets_a_new_answer(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = ran(api, api.network(run_server), alike(4, 1), concurrency=2)
    api.wait(batch)
    api.post(f"/csv_batches/{batch}/retry", {"row_indexes": [2], "force": True}, want=202)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["reused"], progress["calls"]) == (4, 2, 2)
    row = api.rows(batch)[2]
    assert (row["reused_from"], row["attempts"]) == (None, 1)
    # All of them together: one is called anew for all.
    api.post(f"/csv_batches/{batch}/retry", {"force": True}, want=202)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["reused"], progress["calls"]) == (4, 3, 3)


def test_a_row_that_is_answered_so_is_no_call(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = ran(api, api.network(run_server), alike(30, 3), concurrency=4, max_calls=4)
    state = api.wait(batch)
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", 30)


def test_a_row_whose_message_cannot_be_made_fails_as_ever(api: Api, run_server: RunServer, worker: Worker) -> None:
    longer = f"{{{{ row.text | replace('x', '{'y' * 100}') }}}}"
    rows = [["0", "x" * 20_000], ["1", "a"], ["2", "a"]]
    batch = ran(api, api.network(run_server), rows, prompt_template=longer)
    api.wait(batch)
    assert [row["error_code"] for row in api.rows(batch)] == ["template_error", None, None]
    assert run_server.stats()["calls"] == 1


def test_the_pages_say_whose_answer_it_is(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = ran(api, api.network(run_server, **PRICES), alike(4, 2))
    api.wait(batch)
    html = browser("ann").get(f"/csv-batch/{batch}/row/2/").content.decode()
    assert f'href="/csv-batch/{batch}/row/0/"' in html
    assert "Not called: same input as" in html
    assert 'class="trace' in browser("ann").get(f"/csv-batch/{batch}/row/2/?tab=trace").content.decode()
    assert "Not called" not in browser("ann").get(f"/csv-batch/{batch}/row/0/").content.decode()
    assert "<b>2</b> reused" in browser("ann").get(f"/csv-batch/{batch}/").content.decode()
