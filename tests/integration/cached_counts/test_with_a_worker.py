"""What is kept of many rows' answers is not kept longer than those answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from experiments.selectors import cached_counts
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually


@pytest.fixture(autouse=True)
def _many_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cached_counts, "LARGE", 0)
    yield
    cache.clear()


def test_rows_that_are_answered_once_more_are_counted_anew_by_a_network_that_tells_no_tokens(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    batch = api.ready(api.network(run_server), numbered(2))

    def topics(answer: str) -> Any:
        payload = {"topic": answer, "score": 1}
        run_server.always({"do": "ok", "payload": payload, "without": ["llm_usage_totals"]})
        return lambda: api.get(f"/csv_batches/{batch}/results")["fields"][0]["values"]

    counted = topics("first")
    api.run(batch)
    api.wait(batch)
    assert counted() == [{"value": "first", "count": 2}]
    counted = topics("second")
    api.post(f"/csv_batches/{batch}/retry", {"force": True}, 202)
    api.wait(batch, until=["completed"])
    # For a moment, many times what the counting took, it may be what it was.
    eventually(lambda: counted() == [{"value": "second", "count": 2}], what="the new answers")
