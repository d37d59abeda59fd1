"""What a real worker shows of its calls: totals for `/metrics`, and traces where the environment asks for them."""

import re
from collections.abc import Callable

from experiments.models import CallTotal
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def test_calls_are_counted_and_traced(api: Api, run_server: RunServer, start_worker: Callable[..., Worker]) -> None:
    broken = {"do": "status", "status": 500, "headers": {"Retry-After": "0"}}
    run_server.script(
        rules=[
            {"match": "^row 1$", "attempts": [broken, "ok"]},
            {"match": "^row 2$", "attempts": [{"do": "ok", "payload": {"no": "field"}}]},
        ]
    )
    start_worker(WORKERS="1", OTEL_TRACES_EXPORTER="console")
    batch = api.ready(api.network(run_server), numbered(4))
    api.run(batch)
    api.wait(batch)

    eventually(lambda: sum(CallTotal.objects.values_list("calls", flat=True)) == 5, what="all calls are counted")
    ended = {(one.outcome, one.status): (one.recorded, sum(one.buckets)) for one in CallTotal.objects.all()}
    assert ended == {
        ("succeeded", "succeeded"): (3, 3),
        ("server_error", "queued"): (1, 1),
        ("schema_mismatch", "failed"): (1, 1),
    }
    traces = [TRACEPARENT.fullmatch(call["headers"].get("traceparent", "")) for call in run_server.ledger()]
    assert len({trace[1] for trace in traces if trace}) == 5


def test_without_its_variables_nothing_is_sent_along(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(1))
    api.run(batch)
    api.wait(batch)
    assert [name for call in run_server.ledger() for name in call["headers"] if name.startswith("trace")] == []
