"""What rows and batches cost: every call counts, nothing is rounded, and what is not known is null."""

from decimal import Decimal

import pytest

from experiments.models import Queue, QueueItem, Run
from tests.integration.web.support import browser
from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

PRICES = {"price_input": 2.5, "price_output": 10}
A_CALL = Decimal("0.000075")
"""10 tokens in, 5 out."""


def test_a_row_a_run_and_the_batch_have_a_cost(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(4), concurrency=4)
    api.run(batch)
    progress = api.wait(batch)["progress"]
    assert (progress["input_tokens"], progress["output_tokens"], progress["cost"]) == (40, 20, 0.0003)
    assert [(row["input_tokens"], row["output_tokens"], row["cost"]) for row in api.rows(batch)] == [
        (10, 5, 7.5e-5)
    ] * 4
    assert {run.cost for run in Run.objects.all()} == {A_CALL}
    run = api.get(f"/runs/{Run.objects.first().trace_id}")  # type: ignore[union-attr]
    assert (run["input_tokens"], run["output_tokens"], run["cost"]) == (10, 5, 7.5e-5)


def test_without_prices_nothing_is_known_and_nothing_is_nought(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(2))
    api.run(batch)
    assert api.wait(batch)["progress"]["cost"] is None
    assert [row["cost"] for row in api.rows(batch)] == [None, None]
    assert "USD" not in browser("ann").get(f"/csv-batch/{batch}/").content.decode()


def test_failed_and_repeated_calls_count(api: Api, run_server: RunServer, worker: Worker) -> None:
    used = {"llm_usage_totals": {"input_tokens": 10, "output_tokens": 5}}
    broken = {"do": "status", "status": 500, "headers": {"Retry-After": "0"}, "json": used}
    no_field = {"do": "ok", "payload": {"no": "field"}}
    run_server.script(
        rules=[
            {"match": "^row 0$", "attempts": [broken, broken, "ok"]},
            {"match": "^row 1$", "attempts": [no_field]},
        ]
    )
    batch = api.ready(api.network(run_server, **PRICES), numbered(2))
    api.run(batch)
    state = api.wait(batch, timeout_s=60)
    costs = [QueueItem.objects.get(queue_id=batch, row_index=index).cost for index in (0, 1)]
    assert costs == [3 * A_CALL, A_CALL]
    assert Queue.objects.get(pk=batch).cost == sum(costs)
    assert (state["progress"]["succeeded"], state["progress"]["failed"]) == (1, 1)


def test_what_was_spent_before_a_person_s_retry_stays(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(1))
    api.run(batch)
    api.wait(batch)
    api.post(f"/csv_batches/{batch}/retry", {"force": True}, want=202)
    progress = api.wait(batch)["progress"]
    assert api.rows(batch)[0]["cost"] == progress["cost"] == 0.00015


def test_a_remote_s_own_cost_wins(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "ok", "extra": {"cost": 0.1}})
    batch = api.ready(api.network(run_server, **PRICES), numbered(3))
    api.run(batch)
    # As floats it would be 0.30000000000000004.
    assert api.wait(batch)["progress"]["cost"] == 0.3


def test_the_agents_of_a_remote_may_have_prices(api: Api, run_server: RunServer, worker: Worker) -> None:
    step = {"type": "agent", "agent_key": "senior", "llm_usage": {"prompt_tokens": 10, "completion_tokens": 5}}
    run_server.always({"do": "ok", "extra": {"execution_log": [step]}})
    agents = [{"key": "senior", "is_default": True, "price_input": 100, "price_output": 200}]
    batch = api.ready(api.network(run_server, agents=agents, **PRICES), numbered(1))
    api.run(batch)
    assert api.wait(batch)["progress"]["cost"] == 0.002


def test_the_limit_on_cost_pauses(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(20), max_cost=0.0002)
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "cap_cost")
    assert "0.00020 USD" in state["pause_reason"]["detail"]
    assert state["progress"]["cost"] == 0.000225
    assert run_server.stats()["calls"] == 3
    api.post(f"/csv_batches/{batch}/resume", want=409)
    api.patch(f"/csv_batches/{batch}", {"max_cost": None})
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch)["status"] == "completed"


def test_over_the_limit_goes_what_was_in_flight_at_most(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(60), concurrency=4, max_cost=0.0006)
    api.run(batch)
    assert api.rest(batch)["pause_reason"]["code"] == "cap_cost"
    assert 8 <= run_server.stats()["calls"] <= 8 + 3


@pytest.mark.parametrize("value", [0, -1, "much", 10**13])
def test_a_limit_that_is_no_amount_is_refused(api: Api, run_server: RunServer, value: object) -> None:
    batch = api.ready(api.network(run_server), numbered(1))
    assert api.patch(f"/csv_batches/{batch}", {"max_cost": value}, want=400)["errors"][0]["attr"] == "max_cost"


def test_an_export_ends_with_tokens_and_cost(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(1))
    api.run(batch)
    api.wait(batch)
    head, line = from_csv(api.export(batch))
    assert head[-4:-1] == ["input_tokens", "output_tokens", "cost"]
    assert line[-4:-1] == ["10", "5", "0.000075"]
    assert b'"cost":0.000075,' in api.export(batch, format="jsonl")


def test_the_pages_show_what_it_cost(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server, **PRICES), numbered(2), max_cost=2)
    api.run(batch)
    api.wait(batch)
    page, row, run = (
        browser("ann").get(path, follow=True).content.decode()
        for path in (
            f"/csv-batch/{batch}/",
            f"/csv-batch/{batch}/row/0/?tab=message",
            f"/runs/{api.rows(batch)[0]['run_trace_id']}",
        )
    )
    assert "<b>0.00015 USD</b" in page
    assert "of at most 2.00 USD" in page
    assert "all calls, also failed and repeated ones" in row
    assert "0.000075 USD" in row
    assert "0.000075 USD" in run
